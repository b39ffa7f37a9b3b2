// Where a child belongs: the strategies, each a choice among the nodes that could have it. Nothing here waits or asks anybody.
import { createHash } from "node:crypto";
import type { LeaseId } from "../leases/lease.ts";

export type Place =
  /** One node after the other. */
  | { readonly strategy: "round_robin" }
  /** The node whose event loop has the most time left. */
  | { readonly strategy: "least_loaded" }
  /** A node with these labels, or with as many of them as any has. */
  | { readonly strategy: "affinity"; readonly labels: Readonly<Record<string, string>> }
  /** Always the same node for the same key, as long as it is there; few move when nodes come and go. The key is the child's id unless given. */
  | { readonly strategy: "consistent_hash"; readonly key?: string }
  /**
   * The first of these nodes that is there, and no other (OTP: a distributed application).
   * `failoverAfterMs` is waited before the next one takes over from one that died; with `takeover` a better node that comes up
   * gets it back.
   */
  | {
      readonly strategy: "priority";
      readonly nodes: readonly string[];
      readonly failoverAfterMs?: number;
      readonly takeover?: boolean;
    };

/** A node that could have a child. */
export interface Candidate {
  readonly lease: LeaseId;
  readonly labels: Readonly<Record<string, string>>;
  /** From 0 to 1; 0 where nothing is known. */
  readonly load: number;
  /** Children that it has of the same supervisor, and of all. */
  readonly children: number;
  readonly childrenOfAll: number;
}

/** What one more child is taken to add to a load that was told before it came. */
const loadOfChild = 0.01;

/**
 * The node for a child; undefined where none is fit.
 * @param last the node that the supervisor's previous child was given to
 */
export function choose(
  place: Place,
  id: string,
  candidates: readonly Candidate[],
  last: string | undefined,
): Candidate | undefined {
  switch (place.strategy) {
    case "round_robin":
      return best(after(candidates, last), (candidate) => -candidate.children);
    case "least_loaded":
      return best(
        after(candidates, last),
        ({ load, childrenOfAll }) => -(load + childrenOfAll * loadOfChild),
      );
    case "affinity":
      return best(
        after(candidates, last),
        (candidate) => affinity(place.labels, candidate) * 1_000_000 - candidate.children,
      );
    case "consistent_hash":
      return best(candidates, ({ lease }) => weight(lease.node, place.key ?? id));
    case "priority":
      return best(
        candidates.filter(({ lease }) => place.nodes.includes(lease.node)),
        ({ lease }) => -place.nodes.indexOf(lease.node),
      );
  }
}

/** How many of the labels a node has. */
export function affinity(labels: Readonly<Record<string, string>>, candidate: Candidate): number {
  return Object.entries(labels).filter(([name, value]) => candidate.labels[name] === value).length;
}

/** By name, beginning behind `last`. */
function after(candidates: readonly Candidate[], last: string | undefined): readonly Candidate[] {
  const sorted = [...candidates].sort((a, b) => order(a.lease.node, b.lease.node));
  if (last === undefined) return sorted;
  const next = sorted.findIndex(({ lease }) => order(lease.node, last) > 0);
  return next <= 0 ? sorted : [...sorted.slice(next), ...sorted.slice(0, next)];
}

/** The same on every node, whatever its language: by the code units. */
export function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The first of those that are worth the most. */
function best(
  candidates: readonly Candidate[],
  worth: (candidate: Candidate) => number,
): Candidate | undefined {
  let found: Candidate | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const candidate of candidates) {
    const value = worth(candidate);
    if (value <= most) continue;
    found = candidate;
    most = value;
  }
  return found;
}

/**
 * Rendezvous hashing (Thaler and Ravishankar, "A name-based mapping scheme for rendezvous", 1996): each node draws a number for
 * the key, and the highest has it. 48 bits, which a number holds exactly.
 */
function weight(node: string, key: string): number {
  const digest = createHash("sha256").update(`${node.length}:${node}${key}`).digest();
  return digest.readUIntBE(0, 6);
}

/** What is wrong with a place that somebody wrote, in words; undefined when nothing is. */
export function problemOfPlace(place: unknown): string | undefined {
  const given = place as Partial<Record<string, unknown>> | null;
  if (typeof given !== "object" || given === null)
    return "The place of a child is an object with a strategy.";
  switch (given.strategy) {
    case "round_robin":
    case "least_loaded":
      return undefined;
    case "consistent_hash":
      return given.key === undefined || typeof given.key === "string" ? undefined : "The key is a text.";
    case "affinity":
      return isLabels(given.labels) ? undefined : "The labels are an object of texts.";
    case "priority":
      return problemOfPriority(given);
    default:
      return `The strategy is round_robin, least_loaded, affinity, consistent_hash or priority; given was ${JSON.stringify(given.strategy)}.`;
  }
}

function problemOfPriority({
  nodes,
  failoverAfterMs,
  takeover,
}: Partial<Record<string, unknown>>): string | undefined {
  if (!Array.isArray(nodes) || nodes.length === 0 || !nodes.every((node) => typeof node === "string"))
    return "The nodes are names, the first one first, and there is one at least.";
  if (failoverAfterMs !== undefined && !(typeof failoverAfterMs === "number" && failoverAfterMs >= 0))
    return `failoverAfterMs is a number of milliseconds from 0; given was ${JSON.stringify(failoverAfterMs)}.`;
  return takeover === undefined || typeof takeover === "boolean" ? undefined : "takeover is true or false.";
}

function isLabels(labels: unknown): labels is Readonly<Record<string, string>> {
  if (typeof labels !== "object" || labels === null || Array.isArray(labels)) return false;
  return Object.values(labels).every((value) => typeof value === "string");
}
