// The class of gunicorn's workers where its title has replaced the arguments: by the module that gunicorn imported for it.
// Read from the interpreter's memory (sys.modules), once per service; only `ps` and `doctor` ask.

import { Failure } from "../base/failure.ts";
import { findInDictionary, readDictionary } from "./dictionary.ts";
import { type Interpreter, mainInterpreter, openInterpreter } from "./interpreter.ts";
import { readWord } from "./memory.ts";
import type { ServiceProcess } from "./services.ts";
import { readString } from "./strings.ts";

export interface WorkerClassReader {
  /** The process's role, with the class of its workers where that could be found. */
  roleOf(process: ServiceProcess): string;
}

const mostModules = 20_000;

/** Classes found once hold for every worker of the same parent. */
export function openWorkerClassReader(): WorkerClassReader {
  const classes = new Map<number, string | undefined>();
  return {
    roleOf({ pid, role, family, part, process }) {
      if (family !== "gunicorn" || part !== "worker" || role !== "gunicorn worker") return role;
      const { ppid } = process.stat;
      if (!classes.has(ppid)) classes.set(ppid, readWorkerClass(pid));
      const found = classes.get(ppid);
      return found === undefined ? role : `${role} (${found})`;
    },
  };
}

function readWorkerClass(pid: number): string | undefined {
  const interpreter = openInterpreter(pid);
  if (interpreter instanceof Failure) return undefined;
  try {
    return classAmong(moduleNames(interpreter));
  } finally {
    interpreter.close();
  }
}

function moduleNames({ heap, runtime }: Interpreter): string[] {
  const { memory, layout } = heap;
  const head = readWord(memory, runtime + layout.runtime.interpretersHead) ?? 0;
  const main = head === 0 ? undefined : mainInterpreter(heap, head);
  const sys = main === undefined ? undefined : readWord(memory, main + layout.interpreter.sysDict);
  const modules = sys === undefined ? undefined : findInDictionary(heap, sys, "modules");
  if (modules === undefined) return [];
  return readDictionary(heap, modules, mostModules).flatMap(({ key }) => readString(heap, key) ?? []);
}

// Every class derives from the sync worker's base, so the sync module may be there beside another.
function classAmong(names: readonly string[]): string | undefined {
  if (names.includes("uvicorn.workers") || names.includes("uvicorn_worker")) return "uvicorn";
  const own = names
    .flatMap((name) => /^gunicorn\.workers\.(?:g(?=gevent|eventlet|tornado))?([a-z]+)$/.exec(name)?.[1] ?? [])
    .filter((name) => !["base", "workertmp"].includes(name));
  return own.find((name) => name !== "sync") ?? own[0];
}
