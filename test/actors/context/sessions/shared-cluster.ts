// Nodes that share sessions, over a simulated network and store or over a real broker.

import { contextConfiguration } from "../../../../actors/context/config.ts";
import {
  type SessionAnswer,
  type SessionManager,
  sessionManagerName,
} from "../../../../actors/context/sessions/manager.ts";
import type { SessionEntry } from "../../../../actors/context/sessions/session.ts";
import { memorySessionStore } from "../../../../actors/context/sessions/stores/memory.ts";
import { named, supervisor } from "../../../../runtime/index.ts";
import { sessionsChildren } from "../../../../supervisors/trees/sessions.ts";
import { type OwnedCluster, placeOf } from "../../../runtime/ownership/owned-cluster.ts";
import type { Owner } from "../../../runtime/ownership/owners.ts";
import { entry, ref } from "./session-stage.ts";

const manager = named<SessionManager>(sessionManagerName);

export class SharedSessions {
  readonly cluster: OwnedCluster;
  readonly #settings: Readonly<Record<string, unknown>>;

  constructor(cluster: OwnedCluster, settings: Readonly<Record<string, unknown>> = {}) {
    this.cluster = cluster;
    this.#settings = settings;
  }

  async start(name: string): Promise<Owner> {
    const owner = await this.cluster.start(name, { supervisors: {} });
    const children = sessionsChildren({
      world: owner.node.world,
      node: name,
      configuration: contextConfiguration.parse(this.#settings),
      own: memorySessionStore(),
      ownership: () => owner.node.ownership,
    });
    const tree = supervisor("tree", { children: [...children], maxRestarts: 100, withinMs: 1_000 });
    await this.cluster.when(owner.node.spawn(tree, { name: "tree" }));
    return owner;
  }

  add(by: Owner, id: string, name: string, more: Partial<SessionEntry> = {}): Promise<SessionAnswer<null>> {
    const at = by.node.world.clock.wallTime();
    const entries = [entry(name, at, more)];
    return this.cluster.when(
      by.node.call(manager, "add", { session: { ...ref, id }, entries }, { timeoutMs }),
    );
  }

  /** The ids of its entries, in no order; undefined where there is no such session. */
  async entries(by: Owner, id: string): Promise<readonly string[] | undefined> {
    const answer = await this.cluster.when(by.node.call(manager, "read", { id }, { timeoutMs }));
    if (!answer.ok) throw new Error(answer.message);
    return answer.value?.entries.map((one) => one.id).toSorted();
  }

  async list(by: Owner): Promise<readonly (readonly [string, number, string | null | undefined])[]> {
    const answer = await this.cluster.when(by.node.call(manager, "list", undefined, { timeoutMs }));
    if (!answer.ok) throw new Error(answer.message);
    return answer.value.map(({ id, entries, node }) => [id, entries, node] as const).toSorted();
  }

  clear(by: Owner, id: string): Promise<SessionAnswer<boolean>> {
    return this.cluster.when(by.node.call(manager, "clear", { id }, { timeoutMs }));
  }

  status(by: Owner) {
    return this.cluster.when(by.node.call(manager, "status"));
  }

  ownerOf(id: string, by: Owner): string | undefined {
    return placeOf(`context/${id}`, by);
  }
}

const timeoutMs = 40_000;
