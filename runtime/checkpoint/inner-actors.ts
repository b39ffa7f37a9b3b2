// The actors inside of a machine, each under the ids that lead to it; and whether all of them can be made again by name.
import { limits } from "../limits.ts";
import type { ActorPath } from "./checkpoint.ts";
import { NotDurable } from "./failures.ts";

/** The part of an XState actor that is looked at here. */
export interface InnerActor {
  readonly src?: unknown;
  getSnapshot(): unknown;
}

/** The part of a machine's snapshot that has others in it. */
export interface FamilySnapshot {
  readonly children: Readonly<Record<string, InnerActor | undefined>>;
  readonly context: unknown;
}

/** Undefined for what is no machine's snapshot. */
function familyOf(snapshot: unknown): FamilySnapshot | undefined {
  if (typeof snapshot !== "object" || snapshot === null) return undefined;
  return "children" in snapshot && "machine" in snapshot
    ? (snapshot as unknown as FamilySnapshot)
    : undefined;
}

/**
 * The path of each actor that lives in `snapshot`, whose own actor is `root`.
 * @throws {NotDurable} XState could not make one of them again, or would lose a reference to one
 */
export function actorPaths(root: object, snapshot: unknown): ReadonlyMap<object, ActorPath> {
  const paths = new Map<object, ActorPath>();
  addFamily(paths, root, [], snapshot);
  return paths;
}

/** The actor that `path` leads to. */
export function actorAt(root: object, snapshot: unknown, path: ActorPath): object | undefined {
  let actor: object | undefined = root;
  let family = familyOf(snapshot);
  for (const id of path) {
    const child: InnerActor | undefined =
      family !== undefined && Object.hasOwn(family.children, id) ? family.children[id] : undefined;
    family = child === undefined ? undefined : familyOf(child.getSnapshot());
    actor = child;
  }
  return actor;
}

/** How people read a path. */
export function formatActor(path: ActorPath): string {
  return path.length === 0 ? "the machine" : `the actor "${path.join("/")}"`;
}

function addFamily(paths: Map<object, ActorPath>, actor: object, path: ActorPath, snapshot: unknown): void {
  paths.set(actor, path);
  const family = familyOf(snapshot);
  if (family === undefined) return;
  checkReferences(family.context, family.children, [`context of ${formatActor(path)}`]);
  for (const [id, child] of Object.entries(family.children)) {
    const childPath = [...path, id];
    const name = `The actor "${childPath.join("/")}"`;
    if (child === undefined) throw new NotDurable(name, "has no implementation", named);
    if (typeof child.src !== "string")
      throw new NotDurable(name, "was started from logic without a name", named);
    addFamily(paths, child, childPath, child.getSnapshot());
  }
}

const named = `Give its logic a name in setup({ actors: { … } }), and invoke or spawn it by that name.`;

/** XState keeps a reference in the context by its id, and finds it again among the children of that very machine alone. */
function checkReferences(part: unknown, children: FamilySnapshot["children"], path: readonly string[]): void {
  if (typeof part !== "object" || part === null || part instanceof Uint8Array) return;
  if (path.length > limits.messageDepthMax) {
    const at = path.slice(0, 4).join(".");
    throw new NotDurable(
      at,
      "is nested too deeply, or in a circle",
      "Keep it flat, and refer to parts by an id.",
    );
  }
  for (const [key, value] of Object.entries(part)) {
    const at = [...path, key];
    if (!isActor(value)) checkReferences(value, children, at);
    else if ((children[value.id] as object | undefined) !== value)
      throw new NotDurable(
        at.join("."),
        `refers to the actor "${value.id}", which is no child of that machine`,
        "Refer to it by its systemId, or send to it from the machine that has it.",
      );
  }
}

/** As XState tells one. */
function isActor(value: unknown): value is { readonly id: string } {
  return (
    typeof value === "object" && value !== null && "sessionId" in value && "send" in value && "ref" in value
  );
}
