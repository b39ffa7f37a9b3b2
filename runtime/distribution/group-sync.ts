// Groups over nodes: tells the others which processes of this node join and leave, and hears what they tell of theirs.
// Eventually all agree: changes are numbered, a gap or a new node is followed by the whole list, and the last number is told
// again and again.
import { type GroupScope, type GroupTeller, tellGroups } from "../node/groups.ts";
import type { Kernel } from "../process/kernel.ts";
import type { Process } from "../process/process.ts";
import type { Subjects } from "../wire/subject.ts";
import type { TimerHandle } from "../world.ts";
import { decodeGroupFrame, encodeGroupFrame, type GroupEntry, type GroupFrame } from "./group-frame.ts";
import { groupLimits } from "./group-limits.ts";
import { GroupViews } from "./group-views.ts";

export interface GroupSyncOptions {
  readonly kernel: Kernel;
  readonly subjects: Subjects;
  /** Hands a message to every carrier that is there. What is lost is asked for again. */
  readonly publish: (subject: string, payload: Uint8Array) => void;
  /** Scales all times; 1 by default. */
  readonly factor?: number;
}

interface Change {
  readonly change: "join" | "leave";
  readonly entries: GroupEntry[];
  ids: number;
}

/** One for a node. */
export class GroupSync implements GroupTeller {
  readonly #options: GroupSyncOptions;
  readonly #factor: number;
  readonly #views = new GroupViews();
  /** The number of the last own change, by scope. Scopes that have ended stay: one that is back counts on. */
  readonly #seqs = new Map<string, number>();
  /** Own changes that are not told yet, by scope. */
  readonly #changes = new Map<GroupScope, Change[]>();
  /** Scopes that somebody asks for. */
  readonly #asked = new Set<string>();
  readonly #release: () => void;
  #answerTimer: TimerHandle;
  #askTimer: TimerHandle;
  #asks = 0;
  #isPlanned = false;
  #isAskDue = false;

  /** Tells of the scopes of the node from now on. */
  constructor(options: GroupSyncOptions) {
    this.#options = options;
    this.#factor = options.factor ?? 1;
    this.#release = tellGroups(options.kernel, this);
  }

  stop(): void {
    const { timers } = this.#options.kernel.world;
    this.#release();
    timers.clear(this.#answerTimer);
    timers.clear(this.#askTimer);
  }

  /** The session with a visible node stands. */
  nodeUp(node: string, incarnation: number): void {
    const isFirst = !this.#views.hasNodes;
    this.#views.nodeUp(node, incarnation);
    if (isFirst) this.#planAsks();
    this.#askSoon();
  }

  /** The session is over: its processes are in no group here any more. */
  nodeDown(node: string): void {
    this.#views.nodeDown(node);
    if (!this.#views.hasNodes) this.#options.kernel.world.timers.clear(this.#askTimer);
  }

  /** Takes what came on `subjects.groups()`; what makes no sense is passed over, and false is given back. */
  receive(subject: string, payload: Uint8Array): boolean {
    const { kernel, subjects } = this.#options;
    const parsed = subjects.parse(subject);
    const frame = decodeGroupFrame(payload);
    if (parsed?.kind !== "pg" || frame === undefined) return false;
    if (parsed.node === kernel.name) return true;
    if (frame.kind === "discover") {
      if (frame.from.includes(kernel.name)) this.#answer(parsed.scope);
      return true;
    }
    const scope = kernel.scopes.get(parsed.scope);
    if (scope !== undefined && this.#views.receive(scope, parsed.node, frame)) this.#askSoon();
    return true;
  }

  opened(scope: GroupScope): void {
    this.#views.open(scope);
    this.#answer(scope.name);
    this.#askSoon();
  }

  closed(scope: GroupScope): void {
    this.#views.close(scope);
    this.#changes.delete(scope);
    this.#seqs.set(scope.name, this.#seqOf(scope.name) + 1);
    this.#answer(scope.name);
  }

  changed(scope: GroupScope, change: "join" | "leave", group: string, processes: readonly Process[]): void {
    const changes = this.#changes.get(scope) ?? [];
    this.#changes.set(scope, changes);
    for (const ids of inParts(processes.map((process) => process.pid.id))) {
      const last = changes.at(-1);
      if (last?.change === change && hasRoom(last, ids.length)) {
        last.entries.push({ group, ids });
        last.ids += ids.length;
      } else changes.push({ change, entries: [{ group, ids }], ids: ids.length });
    }
    this.#soon();
  }

  /** Own changes of one turn travel together. */
  #soon(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#options.kernel.world.turns.soon(() => {
      this.#isPlanned = false;
      this.#tellChanges();
      if (this.#isAskDue) this.#ask();
    });
  }

  #askSoon(): void {
    this.#isAskDue = true;
    this.#soon();
  }

  #tellChanges(): void {
    for (const [scope, changes] of this.#changes) {
      this.#changes.delete(scope);
      for (const { change, entries } of changes) {
        const seq = this.#seqOf(scope.name) + 1;
        this.#seqs.set(scope.name, seq);
        this.#publish(scope.name, { kind: "change", incarnation: this.#incarnation, seq, change, entries });
      }
    }
  }

  #ask(): void {
    this.#isAskDue = false;
    for (const [scope, from] of this.#views.missing())
      this.#publish(scope.name, { kind: "discover", incarnation: this.#incarnation, from });
  }

  #planAsks(): void {
    const { timers } = this.#options.kernel.world;
    this.#askTimer = timers.set(groupLimits.askMs * this.#factor, () => {
      this.#asks += 1;
      this.#ask();
      if (this.#asks % groupLimits.headAsks === 0) this.#tellHeads();
      this.#planAsks();
    });
  }

  #tellHeads(): void {
    for (const [scope, seq] of this.#seqs)
      this.#publish(scope, { kind: "head", incarnation: this.#incarnation, seq });
  }

  #answer(scope: string): void {
    if (this.#asked.size >= groupLimits.answersMax) return;
    this.#asked.add(scope);
    if (this.#asked.size > 1) return;
    const { timers } = this.#options.kernel.world;
    this.#answerTimer = timers.set(groupLimits.answerMs * this.#factor, () => {
      const asked = [...this.#asked];
      this.#asked.clear();
      for (const name of asked) this.#tellList(name);
    });
  }

  /** Tells everything; of a scope that is not there, that there is nothing. */
  #tellList(name: string): void {
    // The number is that of the last change that is told, and the list holds all of them.
    this.#tellChanges();
    const scope = this.#options.kernel.scopes.get(name);
    const parts = partsOf(scope);
    const seq = this.#seqOf(name);
    for (const [part, entries] of parts.entries()) {
      const isLast = part === parts.length - 1;
      this.#publish(name, { kind: "sync", incarnation: this.#incarnation, seq, part, isLast, entries });
    }
  }

  get #incarnation(): number {
    return this.#options.kernel.incarnation;
  }

  #seqOf(scope: string): number {
    return this.#seqs.get(scope) ?? 0;
  }

  #publish(scope: string, frame: GroupFrame): void {
    const { kernel, subjects, publish } = this.#options;
    // Whoever comes asks for everything.
    if (this.#views.hasNodes) publish(subjects.pg(kernel.name, scope), encodeGroupFrame(frame));
  }
}

function partsOf(scope: GroupScope | undefined): readonly (readonly GroupEntry[])[] {
  const parts: Change[] = [];
  for (const [group, pids] of scope?.localGroups() ?? []) {
    for (const ids of inParts(pids.map(({ id }) => id))) {
      const last = parts.at(-1);
      if (last !== undefined && hasRoom(last, ids.length)) {
        last.entries.push({ group, ids });
        last.ids += ids.length;
      } else parts.push({ change: "join", entries: [{ group, ids }], ids: ids.length });
    }
  }
  return parts.length === 0 ? [[]] : parts.map(({ entries }) => entries);
}

function hasRoom({ entries, ids }: Change, more: number): boolean {
  return entries.length < groupLimits.messageEntriesMax && ids + more <= groupLimits.messageIdsMax;
}

function inParts(ids: readonly number[]): readonly (readonly number[])[] {
  const parts: (readonly number[])[] = [];
  for (let start = 0; start < ids.length; start += groupLimits.messageIdsMax)
    parts.push(ids.slice(start, start + groupLimits.messageIdsMax));
  return parts;
}
