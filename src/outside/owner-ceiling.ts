// The ceiling that the owner of an application set for whoever debugs it: a variable of its environment, or a file beside it (law 8).
// Read before any application value is; what can't be read counts as the strictest, since nobody outside may raise it.

import { findInDictionary, findModuleNamespace, readAttribute, readDictionary } from "./dictionary.ts";
import { type Interpreter, mainInterpreter } from "./interpreter.ts";
import { readWord } from "./memory.ts";
import { readEnvironment } from "./proc/environ.ts";
import { procPath, readProcLink } from "./proc/read-text.ts";
import { readRootFile } from "./root-file.ts";
import { readTypeOf } from "./type-facts.ts";
import { readByteRange } from "./values/byte-range.ts";

export interface Ceiling {
  /** As the owner wrote it; undefined where something stands in the way of reading it. */
  readonly level: string | undefined;
  /** Who set it, or what could not be read, as a clause. */
  readonly setBy: string;
}

const variable = "ISPYD_CEILING";
const fileName = "ispyd.ceiling";
const largestFileBytes = 4_096;
const mostVariables = 20_000;

/** Every ceiling that is set for this process; the lowest holds. */
export function readCeilings(interpreter: Interpreter): Ceiling[] {
  return [...fromStart(interpreter), ...fromFile(interpreter.pid)];
}

// The environment at start, and os.environ as it is now: the program may have set it itself, or written over the first with a title.
function fromStart(interpreter: Interpreter): Ceiling[] {
  const started = readEnvironment(interpreter.pid);
  const now = fromPython(interpreter);
  const given = typeof started === "object" && !started.overwritten ? started.get(variable) : undefined;
  if (given !== undefined) return [{ level: given.trim(), setBy: `${variable} in its environment` }, ...(now ?? [])];
  if (now !== undefined) return now;
  const known = typeof started === "object" && !started.overwritten;
  return known ? [] : [{ level: undefined, setBy: `its environment can't be read, so ${variable} is not known` }];
}

/** From os.environ, a dict of bytes behind a mapping (Lib/os.py, _Environ._data); undefined where it can't be found. */
function fromPython({ heap, runtime }: Interpreter): Ceiling[] | undefined {
  const { memory, layout } = heap;
  const main = mainInterpreter(heap, readWord(memory, runtime + layout.runtime.interpretersHead) ?? 0);
  const modules = main === undefined ? undefined : readWord(memory, main + layout.interpreter.modules);
  const namespace = modules === undefined ? undefined : findModuleNamespace(heap, modules, "os");
  const environ = namespace === undefined ? undefined : findInDictionary(heap, namespace, "environ");
  const data = environ === undefined ? undefined : readAttribute(heap, environ, "_data");
  if (data === undefined || readTypeOf(heap, data)?.name !== "dict") return undefined;
  const text = (address: number): string | undefined =>
    readTypeOf(heap, address)?.name === "bytes" ? readByteRange(heap, address, 256)?.bytes.toString("utf8") : undefined;
  const found = readDictionary(heap, data, mostVariables).find(({ key }) => text(key) === variable);
  return found === undefined ? [] : [{ level: text(found.value)?.trim(), setBy: `${variable} in os.environ` }];
}

function fromFile(pid: number): Ceiling[] {
  const directory = workingDirectory(pid);
  if (directory === undefined) return [{ level: undefined, setBy: `its working directory can't be seen, so ${fileName} is not known` }];
  const path = `${directory === "/" ? "" : directory}/${fileName}`;
  const content = readRootFile({ pid, path, maxBytes: largestFileBytes });
  if (Buffer.isBuffer(content)) return [{ level: content.toString("utf8").trim(), setBy: path }];
  return content.refused === "missing" ? [] : [{ level: undefined, setBy: `${fileName} can't be read: ${content.why}` }];
}

// /proc shows the path as from our root; under a root of its own the process sees only what follows.
function workingDirectory(pid: number): string | undefined {
  const link = readProcLink(`${procPath(pid)}/cwd`);
  const rootLink = readProcLink(`${procPath(pid)}/root`);
  if (typeof link !== "object" || typeof rootLink !== "object" || !link.text.startsWith("/")) return undefined;
  const [directory, root] = [link.text, rootLink.text];
  if (root === "/" || !`${directory}/`.startsWith(`${root}/`)) return directory;
  return directory === root ? "/" : directory.slice(root.length);
}
