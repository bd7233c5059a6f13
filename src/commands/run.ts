// `run`: what has to be in the environment of a program so that its Python processes hold the agent. The caller's own process then starts it.

import { Failure } from "../base/failure.ts";
import { agentPackage } from "../inside/agent-package.ts";
import type record from "../protocol/commands/run.ts";
import type { Handler } from "../protocol/request.ts";

export const run: Handler<typeof record> = async ({ command: [program = "", ...args] }) => {
  if (program === "")
    throw new Failure({ code: "argument-invalid", message: "ispyd run needs a command: ispyd run -- gunicorn shop.wsgi:app" });
  const place = await agentPackage();
  const others = process.env["PYTHONPATH"] ?? "";
  // sitecustomize lies in autostart; the package itself beside it is found wherever the program's interpreter looks last.
  const path = [`${place}/ispyd/autostart`, place, ...(others === "" ? [] : [others])].join(":");
  return { program, args, environment: { PYTHONPATH: path, ISPYD_START: "1" } };
};
