// A failure on the error stream, as the caller wants it: drawn, or one JSON document. The way out of every command line that did not work.

import type { Failure } from "../base/failure.ts";
import { jsonFailure } from "./answer-text.ts";
import { drawFailure, drawTrace } from "./draw/notes.ts";
import { paint } from "./draw/paint.ts";
import { pageOf, tryWrite, type Environment, type OutputStream } from "./page.ts";
import type { OutputChoice } from "./parse.ts";

export interface Reporting {
  readonly stderr: OutputStream;
  readonly output: OutputChoice;
  readonly environment: Environment;
  /** The request named a target, so what became of it is said too. */
  readonly aboutTarget: boolean;
}

export async function reportFailure(failure: Failure, { stderr, output, environment, aboutTarget }: Reporting): Promise<void> {
  const page = pageOf(stderr, output.color, environment);
  const trace = failure.code === "bug" && environment["ISPYD_TRACE"] === "1" ? paint(drawTrace(failure), page.color) : "";
  const said = output.json ? jsonFailure(failure, page) : paint(drawFailure(failure, aboutTarget, page.width), page.color);
  await tryWrite(page.stream, trace + said);
}
