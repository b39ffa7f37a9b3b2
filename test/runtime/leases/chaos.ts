// Some nodes and one bucket, and everything that can go wrong, by a seed; and what may never be seen meanwhile.
import { type SimulatedWorld, simulatedWorld } from "../../../runtime/index.ts";
import { isSameLease, type LeaseId } from "../../../runtime/leases/lease.ts";
import { decodeLease } from "../../../runtime/leases/lease-record.ts";
import type { LeaseTimes } from "../../../runtime/leases/limits.ts";
import { FaultyBucket } from "./faulty-bucket.ts";
import { Machine } from "./machine.ts";

const deeds = [
  "cut",
  "cut",
  "heal",
  "heal",
  "down",
  "up",
  "up",
  "freeze",
  "freeze",
  "thaw",
  "thaw",
  "kill",
  "restart",
  "restart",
  "close",
  "drain",
  "wall",
  "remake",
  "double",
] as const;

export class Chaos {
  readonly world: SimulatedWorld;
  readonly machines: Machine[] = [];
  readonly violations = new Set<string>();
  readonly did: string[] = [];
  readonly #bucket: FaultyBucket;
  readonly #times: LeaseTimes;
  readonly #ended: LeaseId[] = [];
  readonly #known = new Set<string>();
  /** A bucket that is made anew forgets who had a name: keeping two programs of one name apart is then up to membership. */
  readonly #hasRemakes: boolean;
  #incarnation = 100;

  constructor(seed: number, times: LeaseTimes) {
    this.world = simulatedWorld({ seed });
    this.#times = times;
    this.#bucket = new FaultyBucket(this.world, (key, value) => this.#onApplied(key, value));
    this.#hasRemakes = this.#draw(3) === 0;
    const nodes = 2 + this.#draw(4);
    for (let index = 0; index < nodes; index += 1) this.#start(`node${index}`);
  }

  async run(steps: number): Promise<void> {
    this.#bucket.odds = this.world.random.next();
    for (let step = 0; step < steps; step += 1) {
      await this.#pass(this.#bucket.some(1_500));
      this.#do(deeds[this.#draw(deeds.length)] ?? "heal");
      this.check();
    }
  }

  /** Ends all faults; gives what does not come right in time. */
  async heal(): Promise<readonly string[]> {
    this.did.push(`${Math.round(this.world.elapsedMs)} all is well`);
    this.#bucket.odds = 0;
    this.#bucket.isDown = false;
    for (const { view } of this.machines) view.heal();
    for (const machine of this.machines) machine.thaw();
    const wrong: string[] = [];
    // Who waits for its own lease judges nobody.
    let hasJudgeAt: number | undefined;
    for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 250) {
      await this.#pass(250);
      if (this.#wanting.some(({ keeper }) => keeper.isHeld())) hasJudgeAt ??= waitedMs;
      if (hasJudgeAt === waitedMs - 6_000)
        for (const node of this.#deadLeases()) wrong.push(`${node} is dead, and its lease is held`);
    }
    for (const { node, keeper } of this.#wanting)
      if (!keeper.isHeld()) wrong.push(`${node} has no lease, and is ${keeper.state}`);
    return wrong;
  }

  /** What holds at every moment. */
  check(): void {
    const holders = this.machines.filter(({ keeper, isDead }) => !isDead && keeper.isHeld());
    for (const [index, { node, keeper }] of holders.entries()) {
      const { id } = keeper;
      if (id === undefined) continue;
      if (holders.slice(index + 1).some((other) => other.node === node))
        this.#violate(`two have the lease of ${node}`);
      if (this.#ended.some((ended) => isSameLease(ended, id)))
        this.#violate(`${node} holds a lease that is over`);
      for (const other of this.machines)
        if (!other.isDead && other.keeper.isOver(id))
          this.#violate(`${other.node} takes the lease of ${node} for over, which is held`);
    }
  }

  /** Those who want a lease and can have it: no other program has the name. */
  get #wanting(): readonly Machine[] {
    const live = this.machines.filter(
      ({ isDead, keeper }) => !isDead && keeper.state !== "closed" && keeper.state !== "none",
    );
    return live.filter((one) =>
      live.every((other) => other === one || other.node !== one.node || !other.keeper.isHeld()),
    );
  }

  #deadLeases(): readonly string[] {
    return this.#bucket.entries.flatMap(({ key, value }) => {
      const record = decodeLease(key, value);
      const isHolder = this.machines.some(
        ({ node, incarnation, isDead, keeper }) =>
          node === key && incarnation === record?.incarnation && !isDead && keeper.state !== "closed",
      );
      return record?.state === "held" && !isHolder ? [key] : [];
    });
  }

  #start(node: string): void {
    this.#incarnation += 1;
    const { world } = this;
    const rate = 0.9 + world.random.next() * 0.2;
    const onTurn = (): void => this.check();
    const given = { world, bucket: this.#bucket, times: this.#times, node, incarnation: this.#incarnation };
    this.machines.push(new Machine({ ...given, rate, onTurn }).acquire());
  }

  #do(deed: (typeof deeds)[number]): void {
    const machine = this.machines[this.#draw(this.machines.length)];
    if (machine === undefined) return;
    const live = this.machines.filter(({ isDead }) => !isDead);
    if ((deed === "kill" || deed === "close") && live.length <= 2) return;
    this.did.push(`${Math.round(this.world.elapsedMs)} ${deed} ${machine.node} ${machine.incarnation}`);
    if (deed === "cut") machine.view.isCut = true;
    else if (deed === "heal") machine.view.heal();
    else if (deed === "down") this.#bucket.isDown = true;
    else if (deed === "up") this.#up();
    else if (deed === "freeze") machine.freeze();
    else if (deed === "thaw") machine.thaw();
    else if (deed === "kill") machine.kill();
    else if (deed === "close" && !machine.isDead) void machine.keeper.close();
    else if (deed === "drain" && !machine.isDead) machine.keeper.setDraining(this.#draw(2) === 0);
    else if (deed === "wall") machine.wallJumpMs += (this.world.random.next() - 0.5) * 1e8;
    else if (deed === "remake" && this.#hasRemakes) this.#bucket.remake();
    else if (deed === "restart") {
      const isGone = this.machines.every(({ node, isDead }) => node !== machine.node || isDead);
      if (isGone) this.#start(machine.node);
    } else if (deed === "double" && !this.#hasRemakes && this.#draw(3) === 0) this.#start(machine.node);
  }

  #up(): void {
    this.#bucket.isDown = false;
    for (const { view } of this.machines) view.again();
  }

  #onApplied(key: string, value: Uint8Array): void {
    const record = decodeLease(key, value);
    if (record === undefined) return;
    const { node, incarnation, term } = record;
    if (record.state !== "held") this.#ended.push({ node, incarnation, term });
    const name = `${node} ${incarnation} ${term}`;
    if (!this.#known.has(name)) {
      for (const known of this.#known) {
        const [of = "", which, count] = known.split(" ");
        if (of === node) this.#ended.push({ node, incarnation: Number(which), term: Number(count) });
      }
      this.#known.add(name);
    }
    this.check();
  }

  async #pass(durationMs: number): Promise<void> {
    const end = this.world.elapsedMs + durationMs;
    while (this.world.elapsedMs < end) {
      await this.world.advance(Math.min(100, end - this.world.elapsedMs));
      this.check();
    }
  }

  #violate(what: string): void {
    if (this.violations.size === 0) this.did.push(`${Math.round(this.world.elapsedMs)} VIOLATION ${what}`);
    this.violations.add(what);
  }

  #draw(count: number): number {
    return Math.floor(this.world.random.next() * count);
  }
}
