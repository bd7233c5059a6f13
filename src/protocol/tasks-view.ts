// The answer of `tasks` as people see it: a tree per event loop, with tasks of one shape drawn once and counted.

import { dim, frameLines, strong, targetName, verdictText } from "./frame-view.ts";
import type { TaskResult, TasksTarget } from "./task-schema.ts";
import type { Cell, StackNode, View } from "./view.ts";

const mostNamed = 6;

export function tasksView(
  result: { targets: readonly TasksTarget[]; verdicts: { kept: number; retried: number; rejected: number } },
  { all }: { all: boolean },
): View[] {
  const views = result.targets.flatMap((target): View[] => [
    { shape: "events", lines: [headOf(target)] },
    { shape: "stacks", nodes: forest(target.tasks, all), empty: target.asyncio ? "no pending task" : "asyncio was never imported here" },
  ]);
  const count = result.targets.reduce((sum, { tasks }) => sum + tasks.length, 0);
  return [
    ...views,
    { shape: "events", lines: [[dim(`${count} ${count === 1 ? "task" : "tasks"}; await chains: ${verdictText(result.verdicts)}`)]] },
  ];
}

function headOf(target: TasksTarget): Cell[] {
  const loops = target.loops === 0 ? "no event loop running" : target.loops === 1 ? "one event loop" : `${target.loops} event loops`;
  const marks: Cell[] = [
    ...(target.paused ? [{ text: "  stopped for the read", tone: "warn" as const }] : []),
    ...(target.torn ? [{ text: "  the list of tasks was cut short", tone: "warn" as const }] : []),
  ];
  return [strong(targetName(target)), dim(`  pid ${target.pid}, ${target.role}, Python ${target.python}, ${loops}`), ...marks];
}

interface Tree {
  readonly task: TaskResult;
  readonly children: readonly Tree[];
  /** True where this task already stands above itself: tasks that wait for each other. */
  readonly circle: boolean;
  /** The same number for trees that are drawn alike. */
  readonly shape: number;
}

/** How deep the tree is followed, since the target chooses its depth: what lies deeper begins a tree of its own. */
const deepest = 500;

function forest(tasks: readonly TaskResult[], all: boolean): StackNode[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const awaited = new Set(tasks.flatMap(({ awaits }) => awaits));
  const shown = new Set<string>();
  const above = new Set<string>();
  const shapeOf = numberShapes();
  const build = (task: TaskResult): Tree => {
    const circle = above.has(task.id);
    const ends = circle || shown.has(task.id) || above.size >= deepest;
    shown.add(task.id);
    if (!ends) above.add(task.id);
    const children = ends
      ? []
      : task.awaits
          .flatMap((id) => byId.get(id) ?? [])
          .filter(({ id }) => above.size < deepest || shown.has(id))
          .map(build);
    if (!ends) above.delete(task.id);
    return { task, children, circle, shape: shapeOf(task, circle, children) };
  };
  const roots = tasks.filter(({ id }) => !awaited.has(id)).map(build);
  // What no root leads to waits in a circle, or lies too deep.
  const rest = tasks.flatMap((task) => (shown.has(task.id) ? [] : [build(task)]));
  return groupTrees([...roots, ...rest]).map((group) => toNode(group, all));
}

// Numbers instead of the text of all that lies below, which would double with every step down.
function numberShapes(): (task: TaskResult, circle: boolean, children: readonly Tree[]) => number {
  const numbers = new Map<string, number>();
  return ({ running, waitsFor, verdict, frames }, circle, children) => {
    const places = frames.map((frame) => [frame.function, frame.file, frame.line]);
    const key = JSON.stringify([running, waitsFor, verdict, circle, places, children.map(({ shape }) => shape).sort((a, b) => a - b)]);
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  };
}

interface TreeGroup {
  readonly tree: Tree;
  readonly tasks: readonly TaskResult[];
  readonly children: readonly TreeGroup[];
}

function groupTrees(trees: readonly Tree[]): TreeGroup[] {
  const groups = new Map<number, Tree[]>();
  for (const tree of trees) {
    const group = groups.get(tree.shape);
    if (group === undefined) groups.set(tree.shape, [tree]);
    else group.push(tree);
  }
  return [...groups.values()].flatMap((members) => {
    const [tree] = members;
    if (tree === undefined) return [];
    // Subtrees of tasks of one shape are of one shape too: they are drawn once, with all their tasks counted.
    return [{ tree, tasks: members.map(({ task }) => task), children: groupTrees(members.flatMap(({ children }) => children)) }];
  });
}

function toNode({ tree, tasks, children }: TreeGroup, all: boolean): StackNode {
  const { task, circle } = tree;
  const count = tasks.length > 1 ? `${tasks.length} tasks  ` : "";
  const state: Cell = task.running
    ? { text: "running", tone: "good" }
    : circle
      ? { text: "waits for itself, in a circle", tone: "bad" }
      : dim(waitText(task));
  const rejected = task.verdict === "rejected" ? [{ text: "its chain of awaits changed at every look", tone: "warn" as const }] : [];
  return {
    heading: [strong(`${count}${namesOf(tasks)}  `), state],
    details: rejected,
    frames: circle ? [] : frameLines(task.frames, all),
    children: children.map((child) => toNode(child, all)),
  };
}

const plainFutures = new Set(["_asyncio.Future", "Future"]);

function waitText({ waitsFor, awaits }: TaskResult): string {
  if (awaits.length > 0) return `waits for ${awaits.length === 1 ? "a task" : `${awaits.length} tasks`}`;
  if (waitsFor === "") return "ready, or not started";
  return plainFutures.has(waitsFor) ? "waits for a future" : `waits for a ${waitsFor}`;
}

function namesOf(tasks: readonly TaskResult[]): string {
  const named = tasks.slice(0, mostNamed).map(({ name }) => (name === "" ? "unnamed" : name));
  const more = tasks.length - named.length;
  return named.join(", ") + (more > 0 ? `, and ${more} more` : "");
}
