// One node of the chaos room from inside: does what it is told, and writes down what happens to it.
import { connectNats, type NatsCarrier, type NatsOptions } from "../../runtime/carriers/nats.ts";
import {
  beginOwnership,
  call,
  cast,
  groupMembers,
  type Node,
  named,
  type RuntimeEvent,
} from "../../runtime/index.ts";
import { workerPulse } from "../../runtime/membership/pulses/worker.ts";
import { natsStore } from "../../runtime/store/nats-store.ts";
import type { Happening, Order, Settings, Status } from "./ledger.ts";
import { Adder, counters, holder, owningEvent, supervisorName } from "./owning.ts";
import { isRunOrder, type RunCompany } from "./runs/company.ts";
import { sender, tie, watcher, workersOf } from "./workers.ts";

const told = [
  "membership_trouble",
  "event_loop_lag",
  "unattributed_failure",
  "lease_waiting",
  "lease_challenged",
  "child_refused",
  "checkpoint_failed",
];

export interface MemberParts {
  readonly node: Node;
  /** Undefined for one that has nothing to do with runs. */
  readonly runs: RunCompany | undefined;
  /** Starts what the node may own. */
  readonly beforeOwning?: () => Promise<void>;
  /** Ends everything on the node, and the node. */
  readonly halt: () => Promise<void>;
}

export class Member {
  readonly #node: Node;
  readonly #settings: Settings;
  readonly #senders = new Map<string, ReturnType<typeof named>>();
  readonly #halt: () => Promise<void>;
  readonly #beforeOwning: (() => Promise<void>) | undefined;
  readonly #adder: Adder;
  readonly #runs: RunCompany | undefined;
  #carrier: NatsCarrier | undefined;
  #keys = 0;
  #dropped = 0;
  #refused = 0;

  /** @param halt ends everything on the node */
  constructor(settings: Settings, { node, runs, beforeOwning, halt }: MemberParts) {
    this.#settings = settings;
    this.#node = node;
    this.#halt = halt;
    this.#beforeOwning = beforeOwning;
    this.#adder = new Adder(this.#node, note);
    this.#runs = runs;
    this.#node.subscribe((event) => this.#hear(event));
    this.#node.monitorNodes(({ kind, node: peer, incarnation, reason = "" }) =>
      note({ type: kind === "up" ? "nodeup" : "nodedown", peer, incarnation, reason }),
    );
  }

  /** Becomes a member. @throws where it cannot */
  async enter(): Promise<void> {
    const { name, factor, url, credentials, pulse } = this.#settings;
    const options: NatsOptions = {
      servers: url,
      name,
      pingIntervalMs: pingIntervalMs * factor,
      ...(credentials === undefined ? {} : { credentials: { kind: "user", ...credentials } as const }),
    };
    await this.#node.spawn(workersOf(note));
    const carrier = await connectNats(options);
    this.#carrier = carrier;
    carrier.onState((state, why) => note({ type: "carrier", state, why }));
    const startPulse = pulse === "worker" ? workerPulse({ ...options, name: `${name} pulse` }) : undefined;
    await this.#node.distribution?.join(carrier, startPulse);
    await this.#own(carrier);
  }

  ready(): void {
    note({ type: "ready", incarnation: this.#node.incarnation });
  }

  async refused(error: unknown): Promise<void> {
    note({ type: "refused", ...wordsOf(error) });
    await this.leave();
  }

  async #own({ connection }: NatsCarrier): Promise<void> {
    const { owns, cluster } = this.#settings;
    if (owns === undefined) return;
    const node = this.#node;
    if (owns.length > 0) await node.spawn(counters(note, owns), { name: supervisorName });
    await this.#beforeOwning?.();
    const store = natsStore({ connection, cluster, world: node.world });
    await beginOwnership(node, this.#runs?.around(store) ?? store);
  }

  async leave(): Promise<void> {
    note({ type: "leaving" });
    const { ownership } = this.#node;
    if (ownership !== undefined) {
      const { owned, left, isCut } = await ownership.drain({ deadlineMs: drainMs });
      note({ type: "drained", owned, left, isCut });
      await ownership.leave();
    }
    await this.#halt();
    await this.#carrier?.close();
    process.exitCode = 0;
    process.stdin.destroy();
  }

  async obey(order: Order): Promise<unknown> {
    const node = this.#node;
    if (isRunOrder(order)) return this.#runs?.obey(order);
    switch (order.do) {
      case "stream":
        return this.#stream(order);
      case "settle":
        return node.call(named("reader"), "settle");
      case "monitor":
        return void node.spawn(watcher(note, this.#key(), order.node, order.name));
      case "link":
        return void node.spawn(tie(note, this.#key(), order.node));
      case "call":
        for (let index = 0; index < order.count; index += 1) this.#call(order);
        return undefined;
      case "echo":
        return this.#inside(() =>
          call(named("counter").on(order.node), "echo", new Uint8Array(order.bytes), { timeoutMs: 30_000 }),
        );
      case "flood":
        return this.#inside(() => {
          for (let index = 0; index < order.casts; index += 1)
            cast(named("counter").on(order.node), "swallow", new Uint8Array(order.bytes));
        });
      case "crash":
        return void node.cast(named("counter"), "crash");
      case "block":
        return block(order.ms);
      case "connect":
        return node.connectNode(order.node);
      case "load":
        return this.#adder.begin(order.names, order.everyMs);
      case "unload":
        return this.#adder.end();
      case "register":
        return this.#register(order.name);
      case "where":
        return node.whereClusterName(order.name)?.node;
      case "move":
        return node.ownership?.move(order.child, order.node);
      case "status":
        return this.#status();
      case "leave":
        return this.leave();
    }
  }

  async #register(name: string): Promise<boolean> {
    const pid = await this.#node.spawn(holder);
    this.#node.monitor(pid, ({ reason }) =>
      note({ type: "unnamed", name, reason: JSON.stringify(reason) ?? "undefined" }),
    );
    return this.#node.registerClusterName(name, pid);
  }

  async #stream({ to, bursts, each, everyMs }: Order & { do: "stream" }): Promise<unknown> {
    const node = this.#node;
    const name = `sender to ${to}`;
    if (!this.#senders.has(to)) {
      this.#senders.set(to, named(name));
      await node.spawn(sender(note, `${node.name}#${node.incarnation}`), { name, input: to });
    }
    let last: unknown;
    for (let burst = 0; burst < bursts; burst += 1) {
      last = await node.call(named(name), "burst", each);
      if (everyMs > 0) await node.sleep(everyMs);
    }
    return last;
  }

  /** Notes the question, and its outcome as often as there is one. */
  #call({ node, type, timeoutMs }: Order & { do: "call" }): void {
    const key = this.#key();
    note({ type: "asked", key, node });
    const settle = (outcome: string): void => note({ type: "outcome", key, outcome });
    this.#inside(() => call(named("counter").on(node), type, 1, { timeoutMs })).then(
      () => settle("answered"),
      (error: unknown) => settle(wordsOf(error).code),
    );
  }

  #inside<T>(work: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      void this.#node.spawn(async () => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  async #status(): Promise<Status> {
    const node = this.#node;
    const group = await this.#inside(() => groupMembers("chaos", "members").map((pid) => pid.node));
    globalThis.gc?.();
    const { rss: rssBytes, heapUsed: heapBytes, arrayBuffers: bufferBytes } = process.memoryUsage();
    return {
      nodes: node
        .nodes()
        .map(({ name, incarnation }) => `${name}#${incarnation}`)
        .sort(),
      members: (node.distribution?.members() ?? []).map(({ name, state, suspect }) => ({
        name,
        state,
        suspect,
      })),
      group: group.sort(),
      processes: node.processes().length,
      dropped: this.#dropped,
      refused: this.#refused,
      rssBytes,
      heapBytes,
      bufferBytes,
      timers: process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length,
      subscriptions: subscriptionsOf(this.#carrier),
    };
  }

  #hear(event: RuntimeEvent): void {
    const { name, data } = event;
    const owning = owningEvent(event);
    if (owning !== undefined) note(owning);
    if (name === "signals_dropped") this.#dropped += data.signals;
    else if (name === "signals_refused") this.#refused += data.signals;
    else if (told.includes(name)) note({ type: "trouble", what: `${name} ${JSON.stringify(data)}` });
  }

  #key(): number {
    this.#keys += 1;
    return this.#keys;
  }
}

/** Nobody waits longer for a node that is told to end. */
const drainMs = 20_000;
/** At a factor of 1. */
const pingIntervalMs = 5_000;

export function note(happening: Happening): void {
  const atMs = performance.timeOrigin + performance.now();
  process.stdout.write(`${JSON.stringify({ atMs, ...happening })}\n`);
}

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

export function wordsOf(error: unknown): { readonly code: string; readonly message: string } {
  const { code = "unknown", message = String(error) } = error as Partial<Record<"code" | "message", string>>;
  return { code, message };
}

function subscriptionsOf(carrier: NatsCarrier | undefined): number {
  const { protocol } = (carrier?.connection ?? {}) as {
    readonly protocol?: { readonly subscriptions?: { readonly subs?: { readonly size: number } } };
  };
  return protocol?.subscriptions?.subs?.size ?? 0;
}
