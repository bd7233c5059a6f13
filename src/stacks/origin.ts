// Whose code a frame is: the application's own, a library's, or Python's; and a short name for the files of the latter two.
// Read by views (what to dim) and by whatever looks for the application's own line.

export type FrameOrigin = "application" | "library" | "python";

const library = /\/(?:site|dist)-packages\/(.+)$/;
const standard = /\/(?:lib|lib64)\/(?:python3(?:\.\d+)?t?|python3\.\d+\.zip)\/(.+)$/;
// The scripts that pip writes for a package's commands (PyPA entry points, console_scripts). Only known names: an application may have a bin of its own.
const launcher =
  /\/(bin\/(?:arq|celery|daphne|ddtrace-run|django-admin|dramatiq|flask|gunicorn|granian|huey_consumer|hypercorn|newrelic-admin|opentelemetry-instrument|pserve|rq|rqworker|uvicorn|waitress-serve)(?:\.py)?)$/;

// Code that libraries write while they run: SQLAlchemy, attrs and the makers of decorators name it so.
const generated = /^<.+ generated .+>$|^<\w+-gen-.+>$/;

export function frameOrigin(file: string): FrameOrigin {
  if (library.test(file) || launcher.test(file) || generated.test(file)) return "library";
  return standard.test(file) || file.startsWith("<frozen ") ? "python" : "application";
}

/**
 * Whether a frame of a stack, innermost first, is the application's own code. "<string>" is what `python -c` runs, and also what libraries
 * write while they run (SQLAlchemy up to 2.0): then a library's frame has called it. To be given to `find` and its like.
 */
export function isOwnCode({ file }: { readonly file: string }, index: number, frames: readonly { readonly file: string }[]): boolean {
  if (frameOrigin(file) !== "application") return false;
  const caller = frames[index + 1];
  return file !== "<string>" || caller === undefined || frameOrigin(caller.file) !== "library";
}

/** "flask/app.py" instead of the whole path for libraries, the path itself for the application's files. */
export function shortFile(file: string): string {
  return library.exec(file)?.[1] ?? standard.exec(file)?.[1] ?? launcher.exec(file)?.[1] ?? file;
}
