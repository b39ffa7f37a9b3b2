// Nodes that share names, for tests: over a simulated network in virtual time, with leases that the test itself ends and gives.
import type { DistributionOptions, Node } from "../../../runtime/index.ts";
import type { LeaseId } from "../../../runtime/leases/lease.ts";
import { ClusterNames } from "../../../runtime/names/cluster-names.ts";
import type { Leases } from "../../../runtime/names/leases.ts";
import { currentProcess } from "../../../runtime/process/current.ts";
import type { Process } from "../../../runtime/process/process.ts";
import { MemoryBucket } from "../../../runtime/store/buckets/memory.ts";
import { type Cluster, startCluster } from "../distribution/cluster.ts";
import { BucketView } from "./bucket-view.ts";

/** The lease of one node, as the test has it. */
class GivenLease implements Leases {
  readonly #latest: Map<string, LeaseId>;
  isOwnHeld = true;
  id: LeaseId | undefined;

  constructor(latest: Map<string, LeaseId>, id: LeaseId) {
    this.#latest = latest;
    this.id = id;
  }

  isHeld(): boolean {
    return this.isOwnHeld;
  }

  isValid(id: LeaseId): boolean {
    return this.#latest.get(id.node)?.term === id.term;
  }

  isOver(id: LeaseId): boolean {
    return !this.isValid(id);
  }

  doubt(): void {}
}

export class Member {
  readonly node: Node;
  readonly names: ClusterNames;
  readonly store: BucketView;
  readonly lease: GivenLease;
  /** Processes that were told to rest. */
  readonly resting: Set<Process>;

  constructor(node: Node, names: ClusterNames, store: BucketView, lease: GivenLease, resting: Set<Process>) {
    this.node = node;
    this.names = names;
    this.store = store;
    this.lease = lease;
    this.resting = resting;
  }
}

export class Scene {
  readonly cluster: Cluster;
  readonly bucket = new MemoryBucket("names");
  readonly members = new Map<string, Member>();
  readonly #latest = new Map<string, LeaseId>();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  async member(name: string, options?: DistributionOptions): Promise<Member> {
    const node = await this.cluster.member(name, options);
    const kernel = await this.cluster.inside(node, () => currentProcess().kernel);
    const store = new BucketView(this.bucket);
    const id = this.#next(node);
    const lease = new GivenLease(this.#latest, id);
    const resting = new Set<Process>();
    const hooks = {
      hold: (process: Process) => void resting.add(process),
      release: (process: Process) => void resting.delete(process),
    };
    const names = new ClusterNames({ kernel, bucket: store, leases: lease, hooks });
    const member = new Member(node, names, store, lease, resting);
    this.members.set(name, member);
    names.held(id);
    await this.settle();
    return member;
  }

  /** A node can neither reach the others nor what they agree on, and knows that its lease may come to an end. */
  cutOff(member: Member): void {
    this.cluster.silence(member.node.name);
    member.store.cut();
    this.suspend(member);
  }

  suspend({ lease, names }: Member): void {
    lease.isOwnHeld = false;
    names.suspended();
  }

  resume({ lease, names, store }: Member): void {
    store.heal();
    lease.isOwnHeld = true;
    names.resumed();
  }

  /** The others put a node's lease to an end. */
  end({ node, lease }: Member): void {
    const { id } = lease;
    if (id === undefined) throw new Error("There is no lease to put to an end.");
    this.#latest.set(node.name, { ...id, term: id.term + 0.5 });
    for (const other of this.members.values()) if (other.node !== node) other.names.lapsed(id);
  }

  /** A node comes back whose lease was put to an end: it hears of that, and has another one. */
  comeBack(member: Member): void {
    const { lease, names, node, store } = member;
    this.cluster.restore(node.name);
    store.heal();
    lease.isOwnHeld = false;
    names.lost();
    const id = this.#next(node);
    lease.id = id;
    lease.isOwnHeld = true;
    names.held(id);
  }

  /** Everything that is due has been done. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await this.cluster.when(Promise.resolve());
  }

  #next({ name, incarnation }: Node): LeaseId {
    const term = Math.ceil(this.#latest.get(name)?.term ?? 0) + 1;
    const id = { node: name, incarnation, term };
    this.#latest.set(name, id);
    return id;
  }
}

export async function scene(): Promise<Scene> {
  return new Scene(await startCluster("memory"));
}

/** A scene with two members. */
export async function pair(options?: DistributionOptions): Promise<{
  readonly at: Scene;
  readonly cluster: Cluster;
  readonly alpha: Member;
  readonly beta: Member;
}> {
  const at = await scene();
  const alpha = await at.member("alpha", options);
  const beta = await at.member("beta", options);
  return { at, cluster: at.cluster, alpha, beta };
}
