// Whose code a frame is, by the path of its file.

import { expect, test } from "vitest";
import { frameOrigin, isOwnCode, shortFile } from "../../../src/stacks/origin.ts";

test.each([
  ["/srv/shop/views.py", "application", "/srv/shop/views.py"],
  ["/env/lib/python3.12/site-packages/flask/app.py", "library", "flask/app.py"],
  ["/usr/lib/python3.11/threading.py", "python", "threading.py"],
  ["<frozen importlib._bootstrap>", "python", "<frozen importlib._bootstrap>"],
  ["<sqlalchemy generated _go() wrapper for Session.execute>", "library", "<sqlalchemy generated _go() wrapper for Session.execute>"],
  ["<decorator-gen-12>", "library", "<decorator-gen-12>"],
  ["<string>", "application", "<string>"],
  ["/env/bin/gunicorn", "library", "bin/gunicorn"],
  ["../env/bin/celery", "library", "bin/celery"],
  // An application's own scripts may lie in a bin too.
  ["/srv/shop/bin/worker", "application", "/srv/shop/bin/worker"],
  ["/srv/shop/gunicorn", "application", "/srv/shop/gunicorn"],
])("%s is of the %s", (file, origin, short) => {
  expect({ origin: frameOrigin(file), short: shortFile(file) }).toEqual({ origin, short });
});

test("code without a file is the application's, unless a library called it", () => {
  const ownOf = (...files: string[]): string | undefined => files.map((file) => ({ file })).find(isOwnCode)?.file;
  const session = "/env/lib/python3.8/site-packages/sqlalchemy/orm/session.py";
  expect(ownOf("<string>", session, "/srv/shop.py")).toBe("/srv/shop.py");
  expect(ownOf(session, "<string>", "/usr/lib/python3.11/threading.py")).toBe("<string>");
  expect(ownOf(session, "<string>")).toBe("<string>");
});
