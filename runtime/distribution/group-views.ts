// What other nodes have told of their groups. Changes count from a whole list on, and up to the first gap; then a new list is due.
import type { GroupScope } from "../node/groups.ts";
import { makePid, type Pid } from "../process/pid.ts";
import type { GroupEntry, GroupFrame } from "./group-frame.ts";

type Told = Exclude<GroupFrame, { kind: "discover" }>;
type Sync = Extract<GroupFrame, { kind: "sync" }>;

/** What is known of one other node in one scope. */
interface View {
  readonly incarnation: number;
  /** The last change that is in; undefined where a list is due. */
  seq: number | undefined;
  /** A list of which parts are missing. */
  list: { readonly seq: number; parts: number; readonly members: Map<string, Pid[]> } | undefined;
}

export class GroupViews {
  /** Of the nodes that are connected, by their names. */
  readonly #nodes = new Map<string, number>();
  /** By scope, and there by node. */
  readonly #scopes = new Map<GroupScope, Map<string, View>>();

  get hasNodes(): boolean {
    return this.#nodes.size > 0;
  }

  nodeUp(node: string, incarnation: number): void {
    this.nodeDown(node);
    this.#nodes.set(node, incarnation);
    for (const views of this.#scopes.values()) views.set(node, newView(incarnation));
  }

  nodeDown(node: string): void {
    if (!this.#nodes.delete(node)) return;
    for (const [scope, views] of this.#scopes) {
      views.delete(node);
      scope.replaceRemote(node, new Map());
    }
  }

  open(scope: GroupScope): void {
    const views = [...this.#nodes].map(([node, incarnation]) => [node, newView(incarnation)] as const);
    this.#scopes.set(scope, new Map(views));
  }

  close(scope: GroupScope): void {
    this.#scopes.delete(scope);
  }

  /** The nodes whose list is due, by scope. */
  missing(): ReadonlyMap<GroupScope, readonly string[]> {
    const missing = new Map<GroupScope, readonly string[]>();
    for (const [scope, views] of this.#scopes) {
      const nodes = [...views].filter(([, { seq }]) => seq === undefined).map(([node]) => node);
      if (nodes.length > 0) missing.set(scope, nodes);
    }
    return missing;
  }

  /** True where this shows that a list is due that was not before. What a node tells that is not connected is not heard. */
  receive(scope: GroupScope, node: string, frame: Told): boolean {
    const view = this.#scopes.get(scope)?.get(node);
    if (view === undefined || view.incarnation !== frame.incarnation) return false;
    if (frame.kind === "sync") {
      receiveList(scope, node, view, frame);
      return false;
    }
    const { seq } = view;
    const next = frame.kind === "change" ? frame.seq - 1 : frame.seq;
    if (seq === undefined || next < seq) return false;
    if (next > seq) {
      view.seq = undefined;
      return true;
    }
    if (frame.kind === "head") return false;
    view.seq = frame.seq;
    for (const entry of frame.entries)
      scope.changeRemote(node, frame.change, entry.group, pidsOf(node, frame.incarnation, entry));
    return false;
  }
}

/** The parts come in order; what does not is asked for again in its time. */
function receiveList(scope: GroupScope, node: string, view: View, sync: Sync): void {
  const { seq, part, isLast, entries, incarnation } = sync;
  // Known, or overtaken by what came later.
  if (view.seq !== undefined && seq <= view.seq) return;
  const isNext = part === 0 || (view.list?.seq === seq && view.list.parts === part);
  if (!isNext) return;
  const list = part === 0 || view.list === undefined ? { seq, parts: 0, members: new Map() } : view.list;
  view.list = list;
  list.parts += 1;
  for (const entry of entries) {
    const members = list.members.get(entry.group) ?? [];
    members.push(...pidsOf(node, incarnation, entry));
    list.members.set(entry.group, members);
  }
  if (!isLast) return;
  view.list = undefined;
  view.seq = seq;
  scope.replaceRemote(node, list.members);
}

function pidsOf(node: string, incarnation: number, { ids }: GroupEntry): readonly Pid[] {
  return ids.map((id) => makePid(node, incarnation, id));
}

function newView(incarnation: number): View {
  return { incarnation, seq: undefined, list: undefined };
}
