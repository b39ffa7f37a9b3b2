// Where a message can go: a pid, an alias, a registered name, a name on a node or of the whole cluster, or a key of a registry.
import { formatPid, type Pid, type Ref } from "./pid.ts";
import type { AnyProtocol, Protocol } from "./protocol.ts";

declare const protocol: unique symbol;

/** A name registered on this node. */
export class Name<out P extends Protocol = AnyProtocol> {
  readonly name: string;
  declare readonly [protocol]?: P;
  constructor(name: string) {
    this.name = name;
    Object.freeze(this);
  }
  /** The same name on another node. */
  on(node: string): NameOnNode<P> {
    return Object.freeze({ name: this.name, node });
  }
}

/** A name on a node, OTP's `{name, node}`: sending to it never fails, whether or not somebody holds the name. */
export interface NameOnNode<out P extends Protocol = AnyProtocol> {
  readonly name: string;
  readonly node: string;
  readonly [protocol]?: P;
}

/** The holder of a key in a unique registry, Elixir's `{:via, Registry, {registry, key}}`. */
export interface Via<out P extends Protocol = AnyProtocol> {
  readonly registry: string;
  readonly key: string;
  readonly [protocol]?: P;
}

/** A name of the whole cluster, OTP's `{:global, name}`. */
export interface ClusterName<out P extends Protocol = AnyProtocol> {
  readonly clusterName: string;
  readonly [protocol]?: P;
}

export type Address<P extends Protocol = AnyProtocol> =
  | Pid<P>
  | Ref<P>
  | Name<P>
  | NameOnNode<P>
  | ClusterName<P>
  | Via<P>;

/** The address of whoever holds `name` on this node when the message is sent. */
export function named<P extends Protocol = AnyProtocol>(name: string): Name<P> {
  return new Name<P>(name);
}

/** The address of whoever holds `name` in the cluster when the message is sent, on whichever node. */
export function clusterNamed<P extends Protocol = AnyProtocol>(name: string): ClusterName<P> {
  return Object.freeze({ clusterName: name });
}

/** How people read an address. */
export function formatAddress(address: Address<Protocol>): string {
  if ("id" in address) return formatPid(address);
  if ("ref" in address) return `alias #${address.ref} of ${address.node}`;
  if ("registry" in address) return `"${address.key}" of registry "${address.registry}"`;
  if ("clusterName" in address) return `"${address.clusterName}" of the cluster`;
  return "node" in address ? `"${address.name}" on "${address.node}"` : `"${address.name}"`;
}

/** A pid, a reference, or a name on a node. */
export type ElsewhereAddress = Pid<Protocol> | Ref<Protocol> | NameOnNode<Protocol>;

/** True for an address of another node. A pid of an earlier incarnation of this one is here, and has ended. */
export function isElsewhere(
  { name }: { readonly name: string },
  to: Address<Protocol>,
): to is ElsewhereAddress {
  return "node" in to && to.node !== name;
}
