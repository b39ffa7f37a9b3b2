// The chaos room: a real broker, real nodes, each behind a proxy of its own, and somebody who makes them fail.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NatsServer, natsServer } from "../nats/nats-server.ts";
import { type NatsSet, natsSet } from "../nats/nats-set.ts";
import { tcpProxy } from "../nats/tcp-proxy.ts";
import { nodeProgram, type ProgramName } from "./built-program.ts";
import { judge, unfinished } from "./checkers.ts";
import type { Ledger, Settings, Status } from "./ledger.ts";
import { NodeProcess, patienceMs } from "./node-process.ts";
import { Outside } from "./runs/outside.ts";

export interface RoomOptions {
  /** Scales all times of membership and sessions; 0.6 by default: short, and long beside what a busy machine holds a program up. */
  readonly factor?: number;
  /** The broker's configuration. */
  readonly config?: string;
  /** What nodes may own together, unless one is told otherwise; the broker keeps it. */
  readonly owns?: readonly string[];
  /** A set of three keeps it. No proxy is before any of them. */
  readonly isSet?: boolean;
  /** The nodes have runs together, unless one is told otherwise; the broker keeps them. */
  readonly hasRuns?: boolean;
  /** What its nodes are: bare ones by default, or the whole product, as it was built. */
  readonly program?: ProgramName;
}

export type StartOptions = Partial<Pick<Settings, "credentials" | "pulse" | "factor" | "owns" | "whole">>;

export class Room {
  /** The only one, or the first of the set. */
  readonly broker: NatsServer;
  readonly set: NatsSet | undefined;
  readonly factor: number;
  readonly owns: readonly string[] | undefined;
  readonly cluster = "chaos";
  /** Every node that there ever was, in the order of their starts. */
  readonly nodes: NodeProcess[] = [];
  readonly #program: string;
  readonly #outside: Outside | undefined;

  private constructor(
    brokers: NatsServer | NatsSet,
    { factor = 0.6, owns, hasRuns = false }: RoomOptions,
    program: string,
  ) {
    const isSet = "servers" in brokers;
    const [broker] = isSet ? brokers.servers : [brokers];
    if (broker === undefined) throw new Error("The set has no broker.");
    this.broker = broker;
    this.set = isSet ? brokers : undefined;
    this.factor = factor;
    this.owns = hasRuns ? (owns ?? []) : owns;
    this.#program = program;
    this.#outside = hasRuns ? new Outside(mkdtempSync(join(tmpdir(), "aiex-chaos-outside-"))) : undefined;
  }

  static async open(options: RoomOptions = {}): Promise<Room> {
    const { config = "", owns, isSet, hasRuns } = options;
    const program = await nodeProgram(options.program);
    const jetstream = owns !== undefined || hasRuns === true;
    const brokers = isSet ? await natsSet() : await natsServer({ config, jetstream });
    return new Room(brokers, options, program);
  }

  /** What the room's runs do to the world. */
  get outside(): Outside {
    if (this.#outside === undefined) throw new Error("The room has no runs.");
    return this.#outside;
  }

  /** Those that run. */
  get alive(): readonly NodeProcess[] {
    return this.nodes.filter(({ hasEnded }) => !hasEnded);
  }

  get ledgers(): readonly Ledger[] {
    return this.nodes.map(({ ledger }) => ledger);
  }

  /** Starts a program that is to become a node; whether it does is in its ledger. */
  async launch(name: string, options: StartOptions = {}): Promise<NodeProcess> {
    const proxy = await tcpProxy(this.broker);
    const { cluster, factor, owns } = this;
    const outside = this.#outside?.folder;
    const bare = { credentials: undefined, whole: undefined, pulse: "worker" } as const;
    const defaults = { ...bare, factor, owns, outside };
    const url = this.set?.urls.join() ?? proxy.url;
    const settings: Settings = { name, cluster, url, ...defaults, ...options };
    const node = new NodeProcess(this.#program, settings, proxy);
    this.nodes.push(node);
    return node;
  }

  /** Starts nodes that become members, and waits until everybody has met. */
  async start(...names: readonly string[]): Promise<NodeProcess[]> {
    const started: NodeProcess[] = [];
    for (const name of names) started.push(await this.launch(name));
    for (const node of started) await node.tells("ready");
    await this.met();
    return started;
  }

  /** Waits until every living node has a session with every other one, and sees it as a member and in the group. */
  async met(): Promise<void> {
    await this.eventually("everybody to have met", async () => {
      const nodes = this.alive.filter(({ isFrozen }) => !isFrozen);
      const views = await Promise.all(nodes.map((node) => this.status(node)));
      return views.every((view, index) => isWhole(view, nodes, index));
    });
  }

  async status(node: NodeProcess): Promise<Status> {
    return (await node.order({ do: "status" })) as Status;
  }

  /** Comes back when `isSo` holds. @throws where it does not in any time that makes sense */
  async eventually(
    what: string,
    isSo: () => boolean | Promise<boolean>,
    withinMs = patienceMs,
  ): Promise<void> {
    const end = performance.now() + withinMs;
    while (!(await isSo())) {
      if (performance.now() > end) throw new Error(`Waited in vain for ${what}.\n${this.report()}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  /** Waits until everything that was sent has come, then judges all that happened. @throws with every violation */
  async judge(): Promise<void> {
    await this.met();
    const end = performance.now() + patienceMs;
    do {
      for (const node of this.alive) await node.order({ do: "settle" });
    } while (unfinished(this.ledgers).length > 0 && performance.now() < end);
    const violations = [...judge(this.ledgers), ...unfinished(this.ledgers)];
    if (violations.length === 0) return;
    const lines = violations.map(({ check, node, problem }) => `  ${check}: ${node} ${problem}`);
    throw new Error(["The room was not kept in order:", ...lines, this.report()].join("\n"));
  }

  report(): string {
    return this.nodes.map((node) => node.report()).join("\n");
  }

  /** How brokers ended that nobody here told to; empty while all is well. */
  get fates(): string {
    const brokers = this.set?.servers ?? [this.broker];
    return brokers.flatMap(({ fate }) => fate ?? []).join("\n");
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    await Promise.all(this.nodes.map(({ proxy }) => proxy.close().catch(() => {})));
    await (this.set ?? this.broker).close();
    if (this.#outside !== undefined) rmSync(this.#outside.folder, { recursive: true, force: true });
  }
}

const pollMs = 50;

function isWhole(view: Status, nodes: readonly NodeProcess[], index: number): boolean {
  const others = nodes.filter((_, other) => other !== index);
  const ids = others.map(({ id }) => id).sort();
  const names = others.map(({ name }) => name).sort();
  const all = nodes.map(({ name }) => name).sort();
  return (
    view.nodes.join() === ids.join() &&
    view.members.map(({ name }) => name).join() === names.join() &&
    view.group.join() === all.join()
  );
}
