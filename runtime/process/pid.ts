// Pids and references: data, equal by value, that survives the wire and carries its protocol as a phantom type.
import type { Process } from "./process.ts";
import type { AnyProtocol, Protocol } from "./protocol.ts";

declare const protocol: unique symbol;

/** Identity of a process: the node's name, the node's incarnation (a restart makes a new one), and a number unique in it. */
export interface Pid<out P extends Protocol = AnyProtocol> {
  readonly node: string;
  readonly incarnation: number;
  readonly id: number;
  readonly [protocol]?: P;
}

/** Identity of a monitor, an alias, a timer or a pending call. As an alias it is an address. */
export interface Ref<out P extends Protocol = AnyProtocol> {
  readonly node: string;
  readonly incarnation: number;
  readonly ref: number;
  readonly [protocol]?: P;
}

/** Makes the pid of a process that is known by its identity alone. */
export function makePid<P extends Protocol>(node: string, incarnation: number, id: number): Pid<P> {
  return Object.freeze({ node, incarnation, id });
}

/**
 * The pid that a node makes for a new process. It knows its process, which saves a look into the node's table with every
 * message; a copy of it, or one that came over a wire, is worth the same and takes the longer way.
 */
export class OwnPid implements Pid {
  readonly node: string;
  readonly incarnation: number;
  readonly id: number;
  #process: Process | undefined;

  constructor(node: string, incarnation: number, id: number, process: Process) {
    this.node = node;
    this.incarnation = incarnation;
    this.id = id;
    this.#process = process;
  }

  /** The process that `identity` was made for, until it has ended; "unknown" where it is no such pid. */
  static processOf(identity: object): Process | undefined | "unknown" {
    return #process in identity ? identity.#process : "unknown";
  }

  /** The process has ended: who keeps the pid does not keep what the process held. */
  forget(): void {
    this.#process = undefined;
  }
}

/** Makes a reference. */
export function makeRef<P extends Protocol>(node: string, incarnation: number, ref: number): Ref<P> {
  return { node, incarnation, ref };
}

/** True for any value of a pid's shape, whoever made it. */
export function isPid(value: unknown): value is Pid {
  return (
    typeof value === "object" && value !== null && "id" in value && "incarnation" in value && "node" in value
  );
}

export function samePid(left: Pid<Protocol> | undefined, right: Pid<Protocol> | undefined): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  return left.id === right.id && left.incarnation === right.incarnation && left.node === right.node;
}

export function sameRef(left: Ref<Protocol>, right: Ref<Protocol>): boolean {
  return left.ref === right.ref && left.incarnation === right.incarnation && left.node === right.node;
}

/** How people read a pid: `<alpha.1.42>`. */
export function formatPid(pid: Pid<Protocol>): string {
  return `<${pid.node}.${pid.incarnation}.${pid.id}>`;
}
