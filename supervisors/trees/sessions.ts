// The tree of sessions: their manager on each node, and, where nodes share them, the supervisor of those that this node owns.
import type { ContextConfiguration } from "../../actors/context/config.ts";
import { sessionManagerLogic, sessionManagerName } from "../../actors/context/sessions/manager.ts";
import {
  sessionOwner,
  sessionsSupervision,
  sessionsSupervisor,
} from "../../actors/context/sessions/owner.ts";
import type { SessionStore } from "../../actors/context/sessions/session-store.ts";
import { sessionSettings } from "../../actors/context/sessions/settings.ts";
import { clusterSessionStore } from "../../actors/context/sessions/stores/cluster.ts";
import { type ChildSpec, child, type Ownership, type World } from "../../runtime/index.ts";

export interface SessionsTreeOptions {
  readonly world: World;
  readonly node: string;
  readonly configuration: ContextConfiguration;
  /** Where those of this machine's user are kept. */
  readonly own: SessionStore;
  /** What the node owns in its cluster; left out for a program that never does, and undefined while it does not. */
  readonly ownership?: (() => Ownership | undefined) | undefined;
}

/** Whoever adds or asks goes through the manager, which knows the owners by name: neither needs the other's memory. */
export function sessionsChildren({
  world,
  node,
  configuration,
  own,
  ownership,
}: SessionsTreeOptions): readonly ChildSpec[] {
  const settings = sessionSettings(configuration);
  const manager = (store: () => SessionStore): ChildSpec =>
    child(sessionManagerLogic({ settings, store }), { name: sessionManagerName, trapExit: true });
  if (ownership === undefined || !configuration.distributed_sync) return [manager(() => own)];
  const owner = sessionOwner({
    ...{ world, node, room: settings.room },
    journal: () => ownership()?.store?.context,
    permitted: () => ownership()?.state === "held",
  });
  let known: { readonly of: Ownership; readonly store: SessionStore } | undefined;
  const shared = (): SessionStore => {
    const current = ownership();
    if (current?.store === undefined) return own;
    if (known?.of !== current)
      known = {
        of: current,
        store: clusterSessionStore({ clock: world.clock, node, ownership: current, owner }),
      };
    return known.store;
  };
  return [
    child(sessionsSupervision(owner), { id: sessionsSupervisor, name: sessionsSupervisor }),
    manager(shared),
  ];
}
