// The two streams of a command as pages: how wide they are, whether they take color, and writing to them without surprises.

import { fstatSync, writeSync } from "node:fs";
import type { Writable } from "node:stream";
import { errnoOf, Failure } from "../base/failure.ts";
import type { ColorChoice } from "../protocol/global-options.ts";
import { wantsColor } from "./draw/paint.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** process.stdout and process.stderr, or any stream. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number; readonly fd?: number };

export interface Page {
  readonly stream: OutputStream;
  readonly color: boolean;
  /** In terminal cells; undefined where it is no terminal. */
  readonly width: number | undefined;
}

const widthWhereUnknown = 80;
const widthMin = 20;

export function pageOf(stream: OutputStream, choice: ColorChoice, environment: Environment): Page {
  const isTerminal = stream.isTTY === true;
  const columns = (stream.columns ?? 0) > 0 ? (stream.columns ?? widthWhereUnknown) : widthWhereUnknown;
  return { stream, color: wantsColor({ choice, isTerminal, environment }), width: isTerminal ? Math.max(widthMin, columns) : undefined };
}

/**
 * Resolves when the text was handed to the kernel: true, or false where the reader has gone (EPIPE), which is no failure.
 * Any other error, such as a full disk, is Failure output-unwritable.
 */
export async function write(stream: OutputStream, text: string): Promise<boolean> {
  if (text === "") return true;
  const error = isFile(stream) ? writeFile(stream.fd, text) : await writeStream(stream, text);
  if (error === undefined) return true;
  const code = errnoOf(error);
  if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED") return false;
  throw new Failure(
    {
      code: "output-unwritable",
      message: `the answer could not be written: ${code ?? String(error)}`,
      hint: code === "ENOSPC" ? "the disk or device is full" : "check where standard output goes",
    },
    { cause: error },
  );
}

/** For what is only said beside the answer: a stream that takes no more is not worth a word. */
export async function tryWrite(stream: OutputStream, text: string): Promise<void> {
  await write(stream, text).catch(() => undefined);
}

function isFile(stream: OutputStream): stream is OutputStream & { readonly fd: number } {
  if (stream.fd === undefined) return false;
  try {
    return fstatSync(stream.fd).isFile();
  } catch {
    return false;
  }
}

/** Node 20 takes the first, short write to a file on a disk that is filling up for success; here it goes on until all is written or refused. */
function writeFile(fd: number, text: string): unknown {
  const bytes = Buffer.from(text);
  try {
    for (let offset = 0; offset < bytes.length;) offset += writeSync(fd, bytes, offset);
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

/** The error event follows the callback: both are caught, so that neither ends the process. */
function writeStream(stream: OutputStream, text: string): Promise<unknown> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve(error);
    stream.once("error", failed);
    stream.write(text, (error) => {
      if (error === null || error === undefined) stream.off("error", failed);
      resolve(error ?? undefined);
    });
  });
}
