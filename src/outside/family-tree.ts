// Which Python processes belong together: a launcher, the workers it forked or spawned, and what multiprocessing added.
// Built from parents and programs; a title that a process gave itself decides nothing alone.

import { gatherLaunchFacts } from "./launch-facts.ts";
import type { Launch, LaunchFacts } from "./launchers/launch.ts";
import { type MultiprocessingPart, multiprocessingPart } from "./launchers/multiprocessing.ts";
import { recognise } from "./launchers/recognise.ts";
import type { PythonProcess } from "./python-process.ts";

export interface FamilyMember {
  readonly process: PythonProcess;
  readonly launch: Launch;
  readonly part: "main" | "worker" | "child" | "helper";
  readonly role: string;
}

/** One launcher with all that descends from it: the first member is the launcher, the rest follow by start time. */
export interface Family {
  readonly main: FamilyMember;
  readonly members: readonly FamilyMember[];
}

interface Node {
  readonly process: PythonProcess;
  readonly facts: LaunchFacts;
  readonly multiprocessing: MultiprocessingPart | undefined;
  readonly launch: Launch;
  readonly parent: Node | undefined;
}

/** Families in order of their launcher's start. */
export function growFamilies(processes: readonly PythonProcess[]): Family[] {
  const nodes = plantNodes(processes);
  const families = new Map<Node, Node[]>();
  for (const node of nodes) {
    const root = rootOf(node);
    families.set(root, [...(families.get(root) ?? []), node]);
  }
  return [...families].map(([root, members]) => toFamily(root, members)).sort((a, b) => byStart(a.main, b.main));
}

// Parents before children, so that a child can take over what its parent already knows.
function plantNodes(processes: readonly PythonProcess[]): Node[] {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const parents = new Set(processes.map(({ stat }) => stat.ppid));
  const nodes = new Map<number, Node>();
  const begun = new Set<number>();
  const plant = (process: PythonProcess): void => {
    if (begun.has(process.pid)) return;
    begun.add(process.pid);
    const above = byPid.get(process.stat.ppid);
    if (above !== undefined) plant(above);
    nodes.set(process.pid, toNode(process, nodes.get(process.stat.ppid), parents.has(process.pid)));
  };
  processes.forEach(plant);
  return [...nodes.values()];
}

function toNode(process: PythonProcess, parent: Node | undefined, hasChildren: boolean): Node {
  const facts = gatherLaunchFacts(process);
  const multiprocessing = multiprocessingPart(facts.program);
  const copies = parent !== undefined && sameProgram(facts, parent.facts) && !(hasChildren && startsAnew(facts, parent));
  const launch = copies ? parent.launch : recognise(facts);
  const belongs = parent !== undefined && (copies || multiprocessing !== undefined || bothTitled(launch, facts, parent));
  return { process, facts, multiprocessing, launch, parent: belongs ? parent : undefined };
}

function sameProgram({ program: one }: LaunchFacts, { program: other }: LaunchFacts): boolean {
  if (one.kind !== other.kind || one.subject !== other.subject || one.arguments.length !== other.arguments.length) return false;
  return one.kind !== "interactive" && one.arguments.every((word, index) => word === other.arguments[index]);
}

// gunicorn's upgrade (SIGUSR2): the new arbiter is a child of the old one, with the same arguments.
function startsAnew(facts: LaunchFacts, parent: Node): boolean {
  return parent.launch.family === "gunicorn" && facts.environment()?.get("GUNICORN_PID") === String(parent.process.pid);
}

function bothTitled(launch: Launch, facts: LaunchFacts, parent: Node): boolean {
  if (launch.family !== parent.launch.family || launch.family === "plain") return false;
  return (
    facts.program.kind === "title" &&
    !facts.program.subject.startsWith("gunicorn: master") &&
    (parent.launch.byTitle === true || launch.family === "uwsgi")
  );
}

function rootOf(node: Node): Node {
  return node.parent === undefined ? node : rootOf(node.parent);
}

function toFamily(root: Node, nodes: readonly Node[]): Family {
  const launch = serviceLaunch(root, nodes);
  const rest = nodes.filter((node) => node !== root).map((node) => toMember(node, root, launch));
  const alone = rest.every(({ part }) => part !== "worker");
  const orphan = root.multiprocessing === undefined ? undefined : multiprocessingRole(root.multiprocessing);
  const main: FamilyMember = {
    process: root.process,
    launch,
    part: "main",
    role: orphan ?? (alone ? launch.roles.alone : launch.roles.main),
  };
  return { main, members: [main, ...rest.sort(byStart)] };
}

// uWSGI's and gunicorn's titles may name the application in the child only.
function serviceLaunch(root: Node, nodes: readonly Node[]): Launch {
  if (root.launch.application !== undefined || root.launch.family === "plain") return root.launch;
  return nodes.find(({ launch }) => launch.family === root.launch.family && launch.application !== undefined)?.launch ?? root.launch;
}

function toMember(node: Node, root: Node, launch: Launch): FamilyMember {
  const { process, multiprocessing } = node;
  const first = node.parent === root;
  if (multiprocessing !== undefined && !copiesForkServer(node)) {
    const helper = multiprocessing !== "spawned child";
    const worker = !helper && first && launch.spawnsWorkers;
    const role = worker && launch.family !== "plain" ? launch.roles.worker : multiprocessingRole(multiprocessing);
    return { process, launch, part: helper ? "helper" : worker ? "worker" : "child", role };
  }
  if (first && multiprocessing === undefined) return { process, launch, part: "worker", role: launch.roles.worker };
  return { process, launch, part: "child", role: multiprocessing === undefined ? "forked child" : "multiprocessing child" };
}

// Children of the fork server are its copies: same arguments, another part.
function copiesForkServer({ multiprocessing, parent }: Node): boolean {
  return multiprocessing === "fork server" && parent?.multiprocessing === "fork server";
}

function multiprocessingRole(part: MultiprocessingPart): string {
  return part === "spawned child" ? "multiprocessing child" : `multiprocessing ${part}`;
}

function byStart(a: FamilyMember, b: FamilyMember): number {
  return a.process.stat.startTicks - b.process.stat.startTicks || a.process.pid - b.process.pid;
}
