// `shell`: a session on a real gunicorn with the agent, from a pipe, and typed at a terminal that tmux keeps.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AgentServer, startAgentServer } from "../rig/agent-server.ts";
import { environmentFor } from "../rig/environments.ts";
import { findInterpreters } from "../rig/interpreters.ts";
import { ispydPath } from "../rig/ispyd.ts";
import { type ProgramRun, runProgram } from "../rig/run-program.ts";
import { stopTargets } from "../rig/target.ts";

const all = (await findInterpreters()).filter(({ freeThreaded }) => !freeThreaded);
const usual = all.filter(({ version }) => version === "3.11");
const tried = process.env["ISPYD_SOAK"] === "1" ? all : usual.length > 0 ? usual : all.slice(-1);
const tmux = (await runProgram("tmux", ["-V"])).exitCode === 0;

describe.each(tried)("CPython $full", (interpreter) => {
  const name = `shell${interpreter.version.replace(".", "")}`;
  let server: AgentServer;
  let home = "";
  let env: Record<string, string> = {};

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "ispyd-shell-"));
    env = {
      HOME: home,
      XDG_STATE_HOME: join(home, "state"),
      XDG_CACHE_HOME: join(home, "cache"),
      ISPYD_AUDIT_DIRECTORY: join(home, "audit"),
      SHELL: "/bin/sh",
      TMUX_TMPDIR: home,
    };
    server = await startAgentServer({ environment: await environmentFor(interpreter, "web"), name });
  });
  afterAll(async () => {
    await runProgram("tmux", ["-L", "shell", "kill-server"], { env });
    await stopTargets();
    rmSync(home, { recursive: true, force: true });
  });

  /** The lines come through a pipe, as from another program. */
  function script(lines: readonly string[], ...words: string[]): Promise<ProgramRun> {
    const text = lines.map((line) => `${line}\n`).join("");
    const run = 'text="$1"; shift; printf %s "$text" | "$@"';
    return runProgram("sh", ["-c", run, "sh", text, process.execPath, ispydPath, "shell", ...words], {
      env,
      directory: home,
      timeoutMs: 60_000,
    });
  }

  test("the transcripts of the README of 2012 work as they stand there", async () => {
    const [worker = 0] = server.workers();
    const { stdout, stderr, exitCode } = await script([
      "prompt on",
      `connect ${worker}`,
      "plugins",
      "shell process",
      "help",
      "cwd",
      "exit",
      "!wsgi",
      "requests",
      "exit",
      "shell python",
      "threads",
      "console",
      "exit",
      "exit",
      "servers",
      "exit",
      "never reached",
    ]);
    // A prompt, and what was printed until the next one.
    const shown = [...stdout.matchAll(/\((\w+(?::\d+)?)\) ([^]*?)(?=\(\w+(?::\d+)?\) |$)/g)].map(([, prompt, answer]) => [prompt, answer]);
    const directory = server.directory;
    expect(shown).toEqual([
      ["ispyd", ""],
      [`ispyd:${worker}`, expect.stringMatching(/^process +ready +inspect: .*cwd/m)],
      [`ispyd:${worker}`, ""],
      [`process:${worker}`, expect.stringMatching(/^ {2}cwd +Current working directory/m)],
      [`process:${worker}`, `${directory}\n`],
      [`process:${worker}`, ""],
      [`ispyd:${worker}`, ""],
      [`wsgi:${worker}`, "there is none\n"],
      [`wsgi:${worker}`, ""],
      [`ispyd:${worker}`, ""],
      [`python:${worker}`, expect.stringContaining("init_process")],
      [`python:${worker}`, ""],
      [`python:${worker}`, ""],
      [`ispyd:${worker}`, ""],
      [
        "ispyd",
        expect.stringMatching(
          new RegExp(`^ *\\d+ +${name} +gunicorn arbiter, 2 workers[^]*^ *\\d+ +${worker} +${name}/\\d +gunicorn worker`, "m"),
        ),
      ],
      ["ispyd", ""],
    ]);
    expect(stderr).toMatch(/line 13: .*console.*(?:disabled|refused)/);
    expect(stdout + stderr).not.toContain("never reached");
    expect(exitCode).toBe(3);
  });

  test("lines from a pipe run without a prompt; a failure names its line and gives the exit code, and the rest still runs", async () => {
    const lines = ["# a remark", "", "process cwd", "process environ", 'cwd "unclosed', "nothing", "cwd"];
    const { stdout, stderr, exitCode } = await script(lines, name);
    expect(stdout.match(new RegExp(server.directory, "g"))?.length).toBe(2);
    expect(stdout).not.toContain("(ispyd");
    expect(stderr.match(/line \d+: .*/g)).toEqual([
      expect.stringMatching(/^line 4: .*needs a reason/),
      'line 5: the quote " is never closed',
      'line 6: there is no command "nothing"',
    ]);
    expect(exitCode).toBe(3);
    const stopped = await script(lines, name, "--stop-on-failure");
    expect(stopped.stderr).not.toContain("line 5");
    expect(stopped.exitCode).toBe(3);
    expect((await script(["cwd"], "nosuchservice")).exitCode).toBe(4);
  });

  test("what holds for the session holds for its lines, and each is decided and logged", async () => {
    const lines = ["process environ HOM*", "process cwd", "audit list --json"];
    const { stdout, stderr, exitCode } = await script(lines, `${name}/1`, "--reason", "ticket 12", "--json");
    expect([stderr, exitCode]).toEqual(["", 0]);
    const [environ, cwd, audit] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(environ).toMatchObject({ command: "process environ", answers: [{ value: [{ name: "HOME" }] }] });
    expect(cwd).toMatchObject({ answers: [{ value: server.directory, workers: [{ label: `${name}/1` }] }] });
    expect(JSON.stringify(audit)).toMatch(/process environ.*ticket 12|ticket 12.*process environ/);
    const refused = await script(["run -- true", "shell nosuchplugin", "connect 1 2", "watch 0 ps", "ps |", "> x"], name);
    expect(refused.stderr.match(/line \d/g)).toEqual(["line 1", "line 2", "line 3", "line 4", "line 5", "line 6"]);
  });

  test("| and > go to the caller's own shell, for the answer of that line only; in quotes they are plain", async () => {
    const { stdout, stderr, exitCode } = await script(
      [
        "cwd | tr a-z A-Z | sed 's/^/seen: /'",
        "cwd > 'my file'",
        "ppid >> 'my file'",
        'audit list --json --reason "a | b > c" | wc -l',
        "cwd | exit 7",
      ],
      `${name}/1`,
    );
    expect(stdout).toBe(`seen: ${server.directory.toUpperCase()}\n1\n`);
    expect(readFileSync(join(home, "my file"), "utf8")).toMatch(new RegExp(`^${server.directory}\n\\d+\n$`));
    expect([stderr, exitCode]).toEqual(["", 7]);
  });

  test("a worker that was recycled: its pid is gone and the new ones are named, the service's name goes on and says so", async () => {
    const [, worker = 0] = server.workers();
    const kill = `ppid | cat > /dev/null; kill ${worker}; sleep 3`;
    const byName = await script(["ppid > /dev/null", kill, "ppid > /dev/null", "ppid > /dev/null"], name);
    expect(byName.stderr.match(/.*has changed.*/g)).toEqual([
      expect.stringMatching(new RegExp(`^note: ${name} has changed: process ${worker} ended, process \\d+ is new$`)),
    ]);
    expect(byName.exitCode).toBe(0);
    const [, next = 0] = server.workers();
    expect(next).not.toBe(worker);
    const byPid = await script([kill.replace(String(worker), String(next)), "cwd"], String(next));
    expect(byPid.stderr).toMatch(
      new RegExp(`line 2: there is no process ${next}\\n.*${name} has now processes \\d+, \\d+: connect ${name}`),
    );
    expect(byPid.exitCode).toBe(4);
  });

  test("watch repeats until it is interrupted, separated by lines with the time", async () => {
    const run = `printf 'watch 0.3 ppid\\n' | timeout --preserve-status -s INT 3 "$@"`;
    const { stdout, exitCode } = await runProgram("sh", ["-c", run, "sh", process.execPath, ispydPath, "shell", `${name}/1`], { env });
    expect(stdout.match(/^--- \d\d:\d\d:\d\d\n\d+$/gm)?.length).toBeGreaterThan(1);
    expect(exitCode).toBe(130);
  });

  test("typed at a terminal: prompt, completion, history, Ctrl-C for the command only, Ctrl-D", async ({ skip }) => {
    if (!tmux) return skip("tmux is not here");
    const keys = (...words: string[]): Promise<ProgramRun> =>
      runProgram("tmux", ["-L", "shell", "send-keys", "-t", "0", "--", ...words], { env });
    const screen = async (): Promise<string> =>
      (await runProgram("tmux", ["-L", "shell", "capture-pane", "-p", "-t", "0"], { env })).stdout.trimEnd();
    const shown = (text: string | RegExp): Promise<void> => expect.poll(screen, { timeout: 15_000 }).toMatch(text);
    // Ctrl-C reaches whoever started it too.
    const command = `trap : INT; ${process.execPath} ${ispydPath} shell ${name}; echo left with $?; sleep 60`;
    await runProgram("tmux", ["-L", "shell", "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", command], { env });
    await shown(new RegExp(`\\(ispyd:${name}\\)$`));
    await keys("!proc", "Tab");
    await shown(/!process$/);
    await keys("Enter");
    await shown(new RegExp(`\\(process:${name}\\)$`));
    await keys("cw", "Tab");
    await shown(/\) cwd$/);
    await keys("Enter");
    await shown(new RegExp(`\\(process:${name}\\) cwd\\n(?:.*\\n)*.*${server.directory}\\n(?:.*\\n)*\\(process:${name}\\)$`));
    await keys("thre", "Tab");
    await shown(/threads$/);
    await keys("--sou", "Tab");
    await shown(/threads --source$/);
    await keys("C-c");
    await shown(/\^C\n\(process:\w+\)$/);
    await keys("Up");
    await shown(/\) cwd$/);
    await keys("C-c", "connect ", name.slice(0, -1));
    await shown(new RegExp(`\\) connect ${name.slice(0, -1)}$`));
    await keys("Tab");
    await shown(new RegExp(`connect ${name}`));
    await keys("C-c");
    await keys("watch 1 threads", "Enter");
    await shown(/^every 1 s: threads .*Ctrl-C ends it/);
    await keys("C-c");
    await shown(new RegExp(`\\(process:${name}\\)$`));
    await keys("C-c");
    await shown(/\^C\n\(process:\w+\)$/);
    await keys("C-c");
    await shown(/exit or Ctrl-D leaves\n\(process/);
    await keys("C-d");
    await shown(new RegExp(`\\(ispyd:${name}\\)$`));
    await keys("C-d");
    await shown(/\(ispyd\)$/);
    await keys("C-d");
    await shown(/left with 0$/);
    expect(server.workers().length).toBe(2);
    expect(readFileSync(join(home, "state/ispyd/history"), "utf8")).toBe("!process \ncwd \nwatch 1 threads\n");
  });
});
