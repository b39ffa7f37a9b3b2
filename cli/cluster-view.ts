// A cluster as a command sees it: the nodes that one of them knows, and what each says of itself.
import type { Problem, Reports } from "../actors/control/reports.ts";
import type { Carrier } from "../runtime/carrier.ts";
import { type BrokerView, brokerOf } from "./broker-view.ts";
import type { Host } from "./host.ts";
import { nodesAskedAtOnceMax } from "./limits.ts";
import { ownedProblems } from "./owned-problems.ts";
import { inspected, type Reached } from "./remote.ts";

export type MemberRow = Reports["members"]["members"][number];

export interface ViewedNode extends MemberRow {
  /** What it says of itself; null where it did not answer. */
  readonly status: Reports["status"] | null;
  /** Why it did not. */
  readonly why: string | null;
}

export interface ViewedProblem extends Problem {
  /** Undefined where it is that of the cluster as a whole. */
  readonly node: string | undefined;
}

export interface ClusterView {
  readonly cluster: string;
  /** The name under which the command speaks, the node that told it of the others, and the way there. */
  readonly self: string;
  readonly entry: string;
  readonly over: Pick<Carrier, "kind" | "place">;
  /** Undefined for a node that runs alone. */
  readonly broker: BrokerView | undefined;
  readonly nodes: readonly ViewedNode[];
  /** What its nodes own, as one tells that is in touch with the majority; null where none of them tells. */
  readonly owned: Reports["ownership"] | null;
  /** Nodes that are not told of, because they are too many for one answer. */
  readonly leftOut: number;
}

/** Asks the entry for the nodes, each of those for itself, and for what they own. @throws what asking the entry throws */
export async function viewCluster(
  host: Host,
  reached: Reached,
  { withOwned }: { readonly withOwned: boolean },
): Promise<ClusterView> {
  const { remote } = reached;
  const { members, cut } = await inspected(host, reached, "members", {});
  const nodes: ViewedNode[] = [];
  for (let start = 0; start < members.length; start += nodesAskedAtOnceMax) {
    const batch = members.slice(start, start + nodesAskedAtOnceMax);
    nodes.push(...(await Promise.all(batch.map((member) => viewNode(host, reached, member)))));
  }
  const entry = nodes.find(({ name }) => name === remote.entry);
  const statuses = nodes.flatMap(({ status }) => status ?? []);
  const { kind, place } = remote.carrier;
  return {
    cluster: remote.cluster,
    self: remote.self,
    entry: remote.entry,
    over: { kind, place },
    owned: withOwned ? await viewOwned(host, reached, nodes) : null,
    broker: brokerOf(remote.carrier, entry?.status ?? undefined, statuses),
    nodes: nodes.sort((left, right) => (left.name < right.name ? -1 : 1)),
    leftOut: cut,
  };
}

/** What is wrong, whoever noticed it. */
export function problemsIn({ nodes, owned, leftOut, entry }: ClusterView): readonly ViewedProblem[] {
  const ofNodes = nodes.flatMap((node): ViewedProblem[] => {
    const { name, status } = node;
    if (status !== null) return status.problems.map((problem) => ({ ...problem, node: name }));
    return [{ severity: "critical", node: name, ...absence(node) }];
  });
  const ofAll = owned === null ? [] : ownedProblems(owned);
  const found = [...ofNodes, ...ofAll.map((problem) => ({ ...problem, node: undefined }))];
  if (leftOut === 0) return found;
  const what = `${leftOut} more nodes are not looked at.`;
  return [...found, { severity: "warning", node: entry, what, advice: "Ask them with `aiex status NODE`." }];
}

/** One that is cut off knows only what was: then the others are asked. */
async function viewOwned(
  host: Host,
  reached: Reached,
  nodes: readonly ViewedNode[],
): Promise<Reports["ownership"] | null> {
  const answering = nodes.filter(({ status }) => status !== null).map(({ name }) => name);
  const others = answering.filter((name) => name !== reached.node).slice(0, cutOffAskedMax);
  let known: Reports["ownership"] | null = null;
  for (const node of [reached.node, ...others]) {
    try {
      const told = await inspected(host, { ...reached, node }, "ownership", {});
      known ??= told;
      if (told.state === "held" || told.state === "none") return told;
    } catch {
      // One of an older version, or one that has just gone.
    }
  }
  return known;
}

async function viewNode(host: Host, reached: Reached, member: MemberRow): Promise<ViewedNode> {
  if (isGone(member)) return { ...member, status: null, why: `it is ${member.state}` };
  try {
    const status = await inspected(host, { ...reached, node: member.name }, "status", {});
    return { ...member, status, why: null };
  } catch (error) {
    return { ...member, status: null, why: error instanceof Error ? error.message : String(error) };
  }
}

function absence({ state, host, why }: ViewedNode): Pick<Problem, "what" | "advice"> {
  const where = host === null ? "on its machine" : `on ${host}`;
  return {
    what: state === "down" ? "It is down." : `It does not answer: ${why ?? state}`,
    advice: `See with \`aiex node list\` ${where} whether it runs, and what its log says.`,
  };
}

// Where so many are cut off, all of them are, or nearly.
const cutOffAskedMax = 4;

/** Nobody is asked who cannot answer. */
function isGone({ state, isSelf }: MemberRow): boolean {
  return !isSelf && state === "down";
}
