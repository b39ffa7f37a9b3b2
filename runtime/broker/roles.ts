// The roles on a broker: what each may publish and hear, and nothing beyond. The names of subjects carry who speaks, so these
// permissions are what keeps one from speaking for another.
import { inboxStem } from "../carriers/nats-settings.ts";
import { encodeToken } from "../wire/token.ts";
import { durableSubjects } from "./durable-names.ts";

/** `node` is a member. The others are people: `operator` runs things, `observer` looks, `evaluator` may attach, `client` uses services. */
export type Role = "node" | "operator" | "observer" | "evaluator" | "client";

export const roles: readonly Role[] = ["node", "operator", "observer", "evaluator", "client"];

export interface Identity {
  readonly role: Role;
  /** A node's name, or a person's. A node may be `anyNode`: whoever holds that key may be any node. */
  readonly name: string;
}

/** For a broker that serves one machine's owner only, whose nodes are not told apart beforehand. */
export const anyNode = "*";

/** Patterns of subjects. A queue's name may follow one, after a space: then it may be heard as a member of that queue only. */
export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** Whether it may answer what it was asked, wherever the answer is wanted: once for each, and for some minutes. */
  readonly answers: boolean;
}

/** The queue in which the nodes share the requests to services. Nobody may hear them outside of it. */
export const serviceQueue = "q";

/** What is asked of services by role `observer`: the endpoints that change nothing and show no content. */
const statusEndpoint = "status";

/** The name under which an identity speaks: a person's command is a hidden node named `cli-<person>`. */
export function ownName({ role, name }: Identity): string {
  return role === "node" ? name : `cli-${name}`;
}

/** Where an identity hears its answers. Nobody else may listen there. */
export function inboxPrefix(cluster: string, identity: Identity): string {
  const own = identity.name === anyNode ? anyNode : encodeToken(ownName(identity));
  return `${inboxStem}.${encodeToken(cluster)}.${own}`;
}

/**
 * Whether an answer may be sent to `subject`. The broker lets whoever was asked answer wherever the asker wants, under its
 * own name: without this check, a request with another node's subject for an answer would have us speak there.
 */
export function isInbox(subject: string): boolean {
  return subject.startsWith(`${inboxStem}.`);
}

/** Everything that an identity may do in a cluster. */
export function permissionsOf(cluster: string, identity: Identity): Permissions {
  const here = `aiex.${encodeToken(cluster)}`;
  const own = identity.name === anyNode ? anyNode : encodeToken(ownName(identity));
  const inbox = `${inboxPrefix(cluster, identity)}.>`;
  switch (identity.role) {
    case "node":
      return nodePermissions(cluster, here, own, inbox);
    case "operator":
      return operatorPermissions(here, own, inbox);
    case "evaluator": {
      const { publish, subscribe, answers } = operatorPermissions(here, own, inbox);
      return {
        publish: [...publish, `${here}.eval.${own}.>`],
        subscribe: [...subscribe, `${here}.eval.*.${own}.>`],
        answers,
      };
    }
    case "observer":
      return {
        publish: [`${here}.ctl.${own}.inspect.*`, `${here}.svc.*.${statusEndpoint}`, ...serviceDiscovery],
        subscribe: [`${here}.beat.*`, `${here}.evt.>`, inbox],
        answers: false,
      };
    case "client":
      return { publish: [`${here}.svc.>`, ...serviceDiscovery], subscribe: [inbox], answers: false };
  }
}

/** To find the services and their state, as `nats micro` does. */
const serviceDiscovery = ["PING", "INFO", "STATS"].flatMap((verb) => [`$SRV.${verb}`, `$SRV.${verb}.>`]);

function nodePermissions(cluster: string, here: string, own: string, inbox: string): Permissions {
  return {
    publish: [
      `${here}.msg.${own}.>`,
      `${here}.beat.${own}`,
      `${here}.pg.${own}.>`,
      `${here}.evt.${own}.>`,
      `${here}.ctl.${own}.>`,
      `${here}.eval.${own}.>`,
      ...durableSubjects(cluster),
    ],
    subscribe: [
      `${here}.msg.*.${own}.>`,
      `${here}.beat.*`,
      `${here}.pg.>`,
      `${here}.ctl.*.*.${own}`,
      `${here}.eval.*.${own}.>`,
      `${here}.svc.> ${serviceQueue}`,
      "$SRV.>",
      inbox,
    ],
    answers: true,
  };
}

function operatorPermissions(here: string, own: string, inbox: string): Permissions {
  return {
    publish: [`${here}.msg.${own}.>`, `${here}.ctl.${own}.>`, `${here}.svc.>`, ...serviceDiscovery],
    subscribe: [`${here}.msg.*.${own}.>`, `${here}.beat.*`, `${here}.evt.>`, inbox],
    // A hidden node is asked too: whether it lives, for one.
    answers: true,
  };
}
