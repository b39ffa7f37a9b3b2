// What a person writes for a process or a node: a name, node/name, or a pid as `aiex top` prints it.
import type { ParsedCommand } from "./parse.ts";
import { UsageError } from "./usage.ts";

/** `node` is undefined for the node at hand. */
export type TargetWord =
  | { readonly kind: "name"; readonly node: string | undefined; readonly name: string }
  | { readonly kind: "pid"; readonly node: string; readonly incarnation: number; readonly id: number };

// A shell takes < and > for itself, so a pid is one without them too. Behind a slash everything is a name.
const pidPattern = /^([A-Za-z0-9_-]+(?:@[A-Za-z0-9.-]+)?)\.(\d{1,16})\.(\d{1,16})$/;
const nodePattern = /^[A-Za-z0-9_-]+(?:@[A-Za-z0-9.-]+)?$/;

/** @throws {UsageError} it is neither */
export function targetOf(word: string, topic: string): TargetWord {
  const isBracketed = word.startsWith("<") && word.endsWith(">");
  const [, node, incarnation, id] = pidPattern.exec(isBracketed ? word.slice(1, -1) : word) ?? [];
  if (node !== undefined) {
    const pid = { kind: "pid", node, incarnation: Number(incarnation), id: Number(id) } as const;
    if (Number.isSafeInteger(pid.incarnation) && Number.isSafeInteger(pid.id)) return pid;
  }
  const slash = word.indexOf("/");
  const name = word.slice(slash + 1);
  if (isBracketed || name === "") throw notTarget(word, topic);
  // A slash in front says that what follows is a name of the node at hand, whatever is in it.
  if (slash <= 0) return { kind: "name", node: undefined, name };
  return { kind: "name", node: nodeNamed(word.slice(0, slash), topic), name };
}

/** A node's name as a person writes it. @throws {UsageError} it can be none */
export function nodeNamed(word: string, topic: string): string {
  if (nodePattern.test(word) && word.length <= nodeCharactersMax) return word;
  throw new UsageError(
    `${JSON.stringify(word.slice(0, nodeCharactersMax))} cannot be a node. A node is called by letters, digits, "_" and "-", and maybe @HOST behind them; \`aiex node list\` and \`aiex cluster nodes\` name those that run.`,
    topic,
  );
}

/** The node that is the only argument of a command; undefined where it was left out. @throws {UsageError} */
export function namedNode({ command, arguments: [word] }: ParsedCommand): string | undefined {
  return word === undefined ? undefined : nodeNamed(word, command.words.join(" "));
}

/** The target as it is shown. */
export function targetText(target: TargetWord): string {
  if (target.kind === "pid") return `<${target.node}.${target.incarnation}.${target.id}>`;
  return target.node === undefined ? `"${target.name}"` : `"${target.name}" on ${target.node}`;
}

function notTarget(word: string, topic: string): UsageError {
  return new UsageError(
    `${JSON.stringify(word.slice(0, nodeCharactersMax))} is no process. Give a name such as shop, NODE/NAME, or a pid as \`aiex top\` prints it, such as alpha.1790000000000.42.`,
    topic,
  );
}

// As long as a name and a host can be together.
const nodeCharactersMax = 320;
