// From a pid to an interpreter that can be trusted: which mapped file holds it, where its state lies, which version, which layout.
// Source: field facts of Include/internal/pycore_runtime.h; the self-check refuses whatever does not fit.

import { u64 } from "../base/bytes.ts";
import { Failure } from "../base/failure.ts";
import { completeLayout, readDebugOffsetsHead } from "./debug-offsets.ts";
import { findInDictionary } from "./dictionary.ts";
import { findSymbol, readElfImage, type ElfImage } from "./elf-image.ts";
import { type Heap, type TypeAddresses, typeAddressOf } from "./heap.ts";
import { readInteger } from "./integers.ts";
import type { Layout } from "./layout-type.ts";
import { layoutOf, supportedVersions, unmarkedLayouts, versionText } from "./layout.ts";
import { explainRefusal } from "./look-refusal.ts";
import { openMemory, type Memory, type OpenMemory, readWord } from "./memory.ts";
import { observe } from "./observer.ts";
import { type Mapping, readMaps } from "./proc/maps.ts";
import { readTypeOf } from "./type-facts.ts";

export interface Interpreter {
  readonly pid: number;
  readonly memory: OpenMemory;
  readonly heap: Heap;
  /** Address of _PyRuntime. */
  readonly runtime: number;
  readonly versionHex: number;
  /** "3.11.7", "3.14.10t". */
  readonly version: string;
  /** The file that holds the interpreter, as the target sees it. */
  readonly path: string;
  readonly build: "shared" | "static" | "embedded";
  readonly machine: "x86-64" | "aarch64";
  close(): void;
}

const mostModules = 512;
const machines: Record<number, Interpreter["machine"]> = { 62: "x86-64", 183: "aarch64" };

/** Opens the interpreter of a process, or answers with the Failure that says why it can't be read. The caller closes it. */
export function openInterpreter(pid: number): Interpreter | Failure {
  const maps = readMaps(pid);
  if (maps === undefined) return gone(pid);
  const memory = maps === "EACCES" ? { errno: "EACCES" } : openMemory(pid);
  if (maps === "EACCES" || "errno" in memory) return unreadable(pid, "errno" in memory ? memory.errno : "EACCES");
  try {
    const found = findInterpreter(pid, memory, maps);
    if (found instanceof Failure) memory.close();
    return found;
  } catch (thrown) {
    memory.close();
    throw thrown;
  }
}

interface Place {
  readonly module: Mapping;
  readonly image: ElfImage;
  readonly runtime: number;
}

/** The interpreter in a memory and its mappings, wherever those come from; `pid` is for messages. */
export function findInterpreter(pid: number, memory: OpenMemory, maps: readonly Mapping[]): Interpreter | Failure {
  const places = findRuntimes(memory, maps);
  if (places.length === 0) return notPython(pid, maps);
  let failure: Failure | undefined;
  for (const place of places) {
    const checked = identify(pid, memory, maps, place);
    if (!(checked instanceof Failure)) return checked;
    failure ??= checked;
  }
  return failure ?? notPython(pid, maps);
}

// Likely files first; every other mapped file only when none of those exports the runtime (embedding programs).
function findRuntimes(memory: Memory, maps: readonly Mapping[]): Place[] {
  const starts = maps.filter((mapping) => mapping.offset === 0 && mapping.path.startsWith("/")).slice(0, mostModules);
  const marked = starts
    .filter(({ path }) => isLikely(path))
    .sort((a, b) => Number(b.path.includes("libpython")) - Number(a.path.includes("libpython")));
  const places = marked.flatMap((module) => runtimeIn(memory, module));
  return places.length > 0 ? places : starts.filter(({ path }) => !isLikely(path)).flatMap((module) => runtimeIn(memory, module));
}

function isLikely(path: string): boolean {
  return /(libpython3|\/python3?[^/]*$)/.test(path);
}

function runtimeIn(memory: Memory, module: Mapping): Place[] {
  const image = readElfImage(memory, module.start);
  const runtime = image === undefined ? undefined : findSymbol(memory, image, "_PyRuntime");
  return image === undefined || runtime === undefined ? [] : [{ module, image, runtime }];
}

function identify(pid: number, memory: OpenMemory, maps: readonly Mapping[], place: Place): Interpreter | Failure {
  const machine = machines[place.image.machine];
  if (machine === undefined) return unsupported(pid, `a machine of ELF type ${place.image.machine}`);
  const executable = readElfImage(memory, maps.find((mapping) => mapping.offset === 0 && mapping.path.startsWith("/"))?.start ?? 0);
  const types = readTypeAddresses(memory, place.image, executable);
  const trusted = chooseLayout(pid, memory, place, types);
  if (trusted instanceof Failure) return trusted;
  const { layout, versionHex } = trusted;
  return {
    pid,
    memory,
    heap: { memory, layout, types },
    runtime: place.runtime,
    versionHex,
    version: versionText(versionHex, layout.freeThreaded),
    path: place.module.path,
    build: buildOf(place.module.path, maps),
    machine,
    close: () => memory.close(),
  };
}

function buildOf(path: string, maps: readonly Mapping[]): Interpreter["build"] {
  const executable = maps.find((mapping) => mapping.path.startsWith("/"))?.path ?? "";
  if (!/\/python[^/]*$/.test(executable)) return "embedded";
  return path === executable ? "static" : "shared";
}

// An executable built without PIE may hold copies of the library's data (copy relocations), and then the copies are the ones in use.
function readTypeAddresses(memory: Memory, library: ElfImage, executable: ElfImage | undefined): TypeAddresses {
  const find = (name: string): number =>
    (executable === undefined ? undefined : findSymbol(memory, executable, name)) ?? findSymbol(memory, library, name) ?? 0;
  return {
    type: find("PyType_Type"),
    code: find("PyCode_Type"),
    string: find("PyUnicode_Type"),
    dictionary: find("PyDict_Type"),
    coroutine: find("PyCoro_Type"),
    generator: find("PyGen_Type"),
    asyncGenerator: find("PyAsyncGen_Type"),
    none: find("_Py_NoneStruct"),
  };
}

interface Trusted {
  readonly layout: Layout;
  readonly versionHex: number;
}

function chooseLayout(pid: number, memory: Memory, place: Place, types: TypeAddresses): Trusted | Failure {
  const head = readDebugOffsetsHead(memory, place.runtime);
  const symbol = findSymbol(memory, place.image, "Py_Version");
  const marked = head?.versionHex ?? (symbol === undefined ? undefined : memory.read(symbol, 8));
  const versionHex = typeof marked === "number" ? marked : marked === undefined ? undefined : u64(marked, 0);
  if (versionHex === undefined) return tryUnmarked(pid, memory, place, types);
  const known = versionHex >>> 24 === 3 ? layoutOf((versionHex >>> 16) & 0xff, head?.freeThreaded ?? false) : undefined;
  if (known === undefined) return unsupported(pid, `Python ${versionText(versionHex, head?.freeThreaded ?? false)}`);
  const layout = head === undefined ? known : completeLayout(memory, place.runtime, known);
  if (layout === undefined) return untrusted(pid, "its table of offsets can't be read");
  const checked = selfCheck({ memory, layout, types }, place.runtime);
  return typeof checked === "string" ? untrusted(pid, checked) : { layout, versionHex };
}

function tryUnmarked(pid: number, memory: Memory, place: Place, types: TypeAddresses): Trusted | Failure {
  let last = "no layout of 3.8 to 3.10 fits";
  for (const layout of unmarkedLayouts) {
    const checked = selfCheck({ memory, layout, types }, place.runtime);
    if (typeof checked === "number" && ((checked >>> 16) & 0xff) === layout.minor) return { layout, versionHex: checked };
    if (typeof checked === "string") last = checked;
  }
  const version = /python(?:3\.)(\d+)/.exec(place.module.path)?.[1];
  if (version !== undefined && (Number(version) < 8 || Number(version) > 15)) return unsupported(pid, `Python 3.${version}`);
  return untrusted(pid, last);
}

/** `sys.hexversion` where everything fits together, else what did not. */
function selfCheck(heap: Heap, runtime: number): number | string {
  const { memory, layout, types } = heap;
  if (types.type === 0 || types.code === 0 || types.string === 0) return "its type objects are not exported";
  if (typeAddressOf(heap, types.type) !== types.type) return "`type` is not its own type";
  const head = readWord(memory, runtime + layout.runtime.interpretersHead);
  if (head === undefined || head === 0) return "it has no interpreter (not started yet, or already finished)";
  const main = mainInterpreter(heap, head);
  if (main === undefined) return "its list of interpreters does not lead to the main one";
  const sysDictionary = readWord(memory, main + layout.interpreter.sysDict) ?? 0;
  if (readTypeOf(heap, sysDictionary)?.name !== "dict") return "`sys` has no namespace";
  const hexVersion = findInDictionary(heap, sysDictionary, "hexversion");
  const value = hexVersion === undefined ? undefined : readInteger(heap, hexVersion);
  return value === undefined ? "sys.hexversion can't be read" : Number(value);
}

const mostInterpreters = 1_024;

/** The interpreter with id 0, from the head of the list (newest first). */
export function mainInterpreter({ memory, layout }: Heap, head: number): number | undefined {
  let current = head;
  for (let step = 0; current !== 0 && step < mostInterpreters; step += 1) {
    const id = memory.read(current + layout.interpreter.id, 8);
    if (id === undefined) return undefined;
    if (u64(id, 0) === 0) return current;
    current = readWord(memory, current + layout.interpreter.next) ?? 0;
  }
  return undefined;
}

function gone(pid: number): Failure {
  return new Failure({ code: "target-gone", message: `process ${pid} has ended`, hint: "ispyd ps shows what is running" });
}

function unreadable(pid: number, errno: string): Failure {
  if (errno === "ENOENT" || errno === "ESRCH") return gone(pid);
  const { why = "the kernel does not say why", remedy = `ispyd doctor ${pid} says what was looked at` } = explainRefusal(
    pid,
    errno,
    observe(),
  );
  return new Failure({ code: "permission-denied", message: `the memory of process ${pid} can't be read (${errno}): ${why}`, hint: remedy });
}

function notPython(pid: number, maps: readonly Mapping[]): Failure {
  const path = maps.find((mapping) => mapping.path.startsWith("/"))?.path;
  if (path === undefined)
    return new Failure({
      code: "not-python",
      message: `process ${pid} has no program mapped (a kernel thread or a process that is ending)`,
      hint: "ispyd ps shows the Python processes",
    });
  const other = maps.map((mapping) => /(libpypy|pypy3?)|(?:libpython|\/python)(2\.\d+)/.exec(mapping.path)).find((match) => match !== null);
  if (other !== undefined) return unsupported(pid, other[1] === undefined ? `Python ${other[2]}` : "PyPy");
  const likely = maps.find((mapping) => mapping.path.includes("libpython3")) ?? maps.find((mapping) => isLikely(mapping.path));
  if (likely !== undefined) return withoutRuntime(pid, likely.path);
  return new Failure({
    code: "not-python",
    message: `process ${pid} (${path}) holds no CPython interpreter: no mapped file exports _PyRuntime`,
    hint: "ispyd ps shows the Python processes",
  });
}

function withoutRuntime(pid: number, path: string): Failure {
  return new Failure({
    code: "runtime-unreadable",
    message: `process ${pid} has ${path} mapped, but _PyRuntime is not found in it: cut short or overwritten since the process started?`,
    hint: `restart the process to have it read; ispyd doctor ${pid} shows what was found`,
  });
}

function unsupported(pid: number, found: string): Failure {
  return new Failure({
    code: "python-unsupported",
    message: `process ${pid} runs ${found}, which ispyd can't read`,
    hint: `ispyd reads ${supportedVersions} on 64-bit Linux`,
  });
}

function untrusted(pid: number, why: string): Failure {
  return new Failure({
    code: "runtime-unreadable",
    message: `process ${pid} has a Python interpreter, but its memory does not pass the checks: ${why}`,
    hint: `ispyd doctor ${pid} shows what was found`,
  });
}
