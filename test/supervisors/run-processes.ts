// The processes of runs on a node, to be killed by tests: the run's own, and those of its steps.
import type { Node, Pid } from "../../runtime/index.ts";

/** The processes of the runs that are at work. */
export function runsAtWork(node: Node): readonly Pid[] {
  return named(node, /^run\.[a-z2-7]{16}$/);
}

/** Those who begin a run's process again. */
export function keepersAtWork(node: Node): readonly Pid[] {
  return named(node, /^run\.[a-z2-7]{16}\.keeper$/);
}

/** The processes of the steps that are at work. */
export function stepsAtWork(node: Node): readonly Pid[] {
  const runs = runsAtWork(node).map(({ id }) => id);
  return node.processes().filter((pid) => {
    const info = node.processInfo(pid);
    return info?.kind === "function" && info.parent !== undefined && runs.includes(info.parent.id);
  });
}

function named(node: Node, pattern: RegExp): readonly Pid[] {
  return node
    .registered()
    .filter((name) => pattern.test(name))
    .flatMap((name) => node.whereis(name) ?? []);
}
