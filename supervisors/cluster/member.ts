// A node that others can hold: the ways to it, what it tells of itself, and how it comes into a cluster and out of it.
import { join } from "node:path";
import { type AttachServer, attachNames } from "../../actors/attach/attach.ts";
import type { ControlledNode } from "../../actors/control/controlled-node.ts";
import { ControlDesk } from "../../actors/control/desk.ts";
import type { Owned } from "../../actors/control/owned.ts";
import type { ControlRequests } from "../../actors/control/protocol.ts";
import type { Problem, Reports } from "../../actors/control/reports.ts";
import type { Carrier } from "../../runtime/carrier.ts";
import type { NatsCarrier } from "../../runtime/carriers/nats.ts";
import { type Applications, child, type Node, named } from "../../runtime/index.ts";
import { workerPulse } from "../../runtime/membership/pulses/worker.ts";
import type { DrainProgress } from "../../runtime/ownership/report.ts";
import { LocalValue } from "../../runtime/process/data.ts";
import { encodeToken } from "../../runtime/wire/token.ts";
import { type BrokerPlace, brokerLine } from "./broker-line.ts";
import { JoinRefused } from "./failures.ts";
import { clusterLimits } from "./limits.ts";
import type { LocalNodes } from "./local-nodes.ts";
import { servicesName } from "./node-tree.ts";
import type { Possession } from "./possession.ts";
import { pulseUntilReady } from "./pulse-until-ready.ts";
import { Retirement } from "./retirement.ts";

export interface MemberOptions {
  readonly node: Node;
  readonly cluster: string;
  /** Where it runs: the machine's name. */
  readonly host: string;
  /** The version of this program. */
  readonly program: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly running: Applications;
  readonly localNodes: LocalNodes;
  /** The folder of files that only this user may read. */
  readonly privateFolder: string;
  readonly possession: Possession;
  /** Somebody has asked the node to stop. */
  readonly onStop: () => void;
}

export class Member implements ControlledNode {
  readonly node: Node;
  readonly incarnation: number;
  readonly cluster: string;
  readonly host: string;
  readonly osPid = process.pid;
  readonly program: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startedMs: number;
  readonly #options: MemberOptions;
  readonly #desk: ControlDesk;
  readonly #carriers: Carrier[] = [];
  readonly #served = new Set<Carrier>();
  readonly #keptPaths = new Set<string>();
  readonly #retirement: Retirement;
  #state: "joining" | "up" | "draining" = "joining";
  #isJoining = false;
  /** By the world's clock: when every other node has beaten since this one came. */
  #metMs = 0;

  constructor(options: MemberOptions) {
    const { node, cluster, host, program, labels } = options;
    this.#options = options;
    this.node = node;
    this.incarnation = node.incarnation;
    this.cluster = cluster;
    this.host = host;
    this.program = program;
    this.labels = labels;
    this.startedMs = node.world.clock.now();
    this.#desk = new ControlDesk(this);
    this.#retirement = new Retirement({
      world: node.world,
      owned: () => this.owned,
      onBegin: () => this.drain(),
      onEnd: () => this.stop(),
    });
  }

  /** Where its broker is; undefined where it is alone. */
  get url(): string | undefined {
    return this.#carriers.find(({ kind }) => kind === "nats")?.place;
  }

  state(): string {
    return this.#state;
  }

  carriers(): readonly Carrier[] {
    return this.#carriers;
  }

  applications(): Reports["status"]["applications"] {
    return this.#options.running.running.map((name) => ({ name, state: "running" }));
  }

  members(): Reports["members"]["members"] {
    const { name, incarnation, distribution } = this.node;
    const others = (distribution?.members() ?? []).map((member) => ({
      name: member.name,
      incarnation: member.incarnation,
      host: member.host,
      state: member.suspect ? "suspect" : member.state,
      load: member.load,
      lagMs: member.lagMs,
      program: member.version,
      isSelf: false,
    }));
    const own = { name, incarnation, host: this.host, state: this.#state, load: null, lagMs: null };
    return [{ ...own, program: this.program, isSelf: true }, ...others];
  }

  sessions(): Reports["sessions"]["sessions"] {
    return (this.node.distribution?.connected ?? []).map(({ name, incarnation, hidden, place }) => {
      const carrier = this.#carriers.find((candidate) => candidate.place === place)?.kind ?? null;
      return { node: name, incarnation, hidden, state: "up", carrier };
    });
  }

  problems(): readonly Problem[] {
    const lost = this.#carriers.filter(({ state }) => state !== "connected");
    const suspects = (this.node.distribution?.members() ?? []).filter(({ suspect }) => suspect);
    const { problem: unowned } = this.#options.possession;
    return [
      ...(unowned === undefined ? [] : [owningNothing(unowned)]),
      ...lost.map(({ place, state }): Problem => {
        const isOver = state === "closed";
        return {
          severity: "critical",
          what: `The line to ${place} is ${isOver ? "closed" : "lost"}.`,
          advice: isOver
            ? "Check the credentials, then start the node again."
            : "Check the broker and the network; the node connects again by itself.",
        };
      }),
      ...suspects.map(
        ({ name, host, heardMsAgo }): Problem => ({
          severity: "warning",
          what: `Node "${name}" on ${host} was not heard for ${Math.round(heardMsAgo / 100) / 10} s, or is very busy.`,
          advice: `\`aiex status ${name}\` says whether it answers.`,
        }),
      ),
    ];
  }

  get owned(): Owned | undefined {
    return this.node.ownership;
  }

  retire({ deadlineMs }: { readonly deadlineMs: number }): boolean {
    return this.#retirement.retire(deadlineMs);
  }

  tellDrain(): Reports["drain"] {
    return this.#retirement.tell();
  }

  /** Hands over what it owns, within the deadline, and goes on running; a drain that goes on is waited for. */
  handOver(deadlineMs: number): Promise<DrainProgress> {
    return this.#retirement.handOver(deadlineMs);
  }

  stop(): void {
    // On behalf of nobody: who asked is ended by it.
    this.node.world.turns.afterIo(() => this.#options.onStop());
  }

  async join({
    url,
    cluster,
    credentials,
    tlsCa,
  }: ControlRequests["join"]["asks"]): Promise<ControlRequests["join"]["answers"]> {
    const name = this.node.name;
    if (this.url !== undefined || this.#isJoining) {
      const where = this.url ?? "another broker";
      throw new JoinRefused(
        "already_joined",
        `Node "${name}" belongs to the cluster at ${where} already. Stop it, and start it with --nats ${url}.`,
      );
    }
    if (cluster !== undefined) this.#checkCluster(cluster);
    this.#isJoining = true;
    try {
      const place = {
        url,
        credentials: await this.#kept("credentials", credentials),
        tlsCa: await this.#kept("ca.pem", tlsCa),
      };
      await this.enter(place);
      await this.ready();
    } finally {
      this.#isJoining = false;
    }
    return { url: this.url ?? url, members: this.members().map((member) => member.name) };
  }

  /** Answers what comes over `carrier`, to whoever may ask there. */
  open(carrier: Carrier): void {
    this.#carriers.push(carrier);
    this.#desk.open(carrier);
    const attach = this.node.whereis(attachNames.server);
    if (attach !== undefined)
      this.node.cast(named<AttachServer>(attachNames.server), "add_carrier", new LocalValue(carrier));
  }

  /**
   * Becomes a member of the cluster behind a broker.
   * @throws {NameHeld}; {BrokerUnreachable}; {BrokerDenied}; {BrokerInsecure}; {CredentialsRefused}; {JoinRefused}
   */
  async enter(place: BrokerPlace): Promise<void> {
    const { node } = this;
    const isUp = this.#state === "up";
    const line = await brokerLine(node.world.files, place, node.name);
    if (line.cluster !== undefined) this.#checkCluster(line.cluster);
    if (line.ownName !== undefined && line.ownName !== node.name) {
      throw new JoinRefused(
        "credentials_refused",
        `The credentials are those of "${line.ownName}", and this is node "${node.name}". Give it the file that is its own, such as node-${node.name}.json.`,
      );
    }
    // Loaded with the client of NATS, which no node that is alone needs.
    const { connectNats } = await import("../../runtime/carriers/nats.ts");
    const carrier = await connectNats(line.options, node.world);
    try {
      const pulse = { ...line.options, name: `${node.name} (beats)` };
      const start = pulseUntilReady(workerPulse(pulse), () => this.#state !== "joining");
      if (isUp) this.#state = "joining";
      await node.distribution?.join(carrier, start);
      this.#metMs = node.world.clock.now() + clusterLimits.firstBeatsMs * (node.distribution?.factor ?? 1);
    } catch (error) {
      if (isUp) this.#up();
      await carrier.close();
      throw error;
    }
    if (isNatsCarrier(carrier)) this.#options.possession.move({ carrier, isSynced: line.isSynced });
    this.open(carrier);
  }

  /** Says goodbye to every cluster, and keeps nobody's credentials; the socket stays. */
  async leave(): Promise<void> {
    await this.#options.possession.end();
    for (const carrier of this.#carriers.filter(({ kind }) => kind === "nats")) {
      this.#desk.close(carrier);
      await this.node.distribution?.removeCarrier(carrier);
      await carrier.close();
      this.#carriers.splice(this.#carriers.indexOf(carrier), 1);
    }
    for (const path of this.#keptPaths) await this.node.world.files.remove(path).catch(() => undefined);
  }

  /** The work runs: as soon as the others are known, says so to them, and writes down for this machine's commands what the node is. */
  async ready(): Promise<void> {
    const { clock, timers } = this.node.world;
    const waitMs = this.#metMs - clock.now();
    if (waitMs > 0) await new Promise<void>((resolve) => timers.set(waitMs, resolve));
    this.#up();
    // What stops meanwhile is not to be found any more.
    if (this.#state !== "up") return;
    await this.#options.possession.begin();
    await this.#serve();
    await this.record();
  }

  /** Plain NATS clients are answered from now on as well, over every broker that is there. */
  async #serve(): Promise<void> {
    const { node, cluster, program: version } = this;
    for (const carrier of this.#carriers) {
      if (!isNatsCarrier(carrier) || this.#served.has(carrier)) continue;
      this.#served.add(carrier);
      const { servicesTree } = await import("../../actors/services/tree.ts");
      const services = servicesTree({ node, carrier, cluster, version });
      await node.startChild(named(servicesName), child(services, { restart: "transient" }));
    }
  }

  drain(): void {
    this.#state = "draining";
    this.node.distribution?.setState("draining");
  }

  #up(): void {
    if (this.#state !== "joining") return;
    this.#state = "up";
    this.node.distribution?.setState("up");
  }

  async record(): Promise<void> {
    const { incarnation, osPid, host, cluster, program: version } = this;
    const { name } = this.node;
    const url = this.url ?? null;
    await this.#options.localNodes.write({ name, incarnation, osPid, host, cluster, url, version });
  }

  #checkCluster(cluster: string): void {
    if (cluster === this.cluster) return;
    throw new JoinRefused(
      "other_cluster",
      `Node "${this.node.name}" is a node of the cluster "${this.cluster}", and this is "${cluster}". Start it with --cluster ${cluster}.`,
    );
  }

  /** Credentials that came in a request are read from a file, like others. */
  async #kept(what: string, text: string | undefined): Promise<string | undefined> {
    if (text === undefined) return undefined;
    const path = join(this.#options.privateFolder, `${encodeToken(this.node.name)}.${what}`);
    await this.node.world.files.writeFile(path, new TextEncoder().encode(text), { mode: 0o600 });
    this.#keptPaths.add(path);
    return path;
  }
}

function owningNothing(why: string): Problem {
  return {
    severity: "warning",
    what: `It takes no part in what the cluster owns: ${why}`,
    advice:
      "Mend that; the rest of its work goes on. It tries again by itself, unless it says that it has given up.",
  };
}

function isNatsCarrier(carrier: Carrier): carrier is NatsCarrier {
  return carrier.kind === "nats";
}
