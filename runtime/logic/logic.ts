// What can be spawned: any XState v5 logic, a server, or a plain async function; and the protocol that each one speaks.
import type { ActorLogic, AnyActorLogic, EventFromLogic, InputFrom } from "xstate";
import type { Behaviour } from "../process/behaviour.ts";
import { Misuse } from "../process/failures.ts";
import type { Process } from "../process/process.ts";
import type { AnyProtocol, Protocol } from "../process/protocol.ts";
import { functionBehaviour } from "./function.ts";
import { hostXState } from "./host.ts";

declare const protocol: unique symbol;

/** Logic written for this runtime: a server, a supervisor, a port. */
export interface NativeLogic<out P extends Protocol = Protocol, in Input = never> {
  readonly logicName: string;
  /** Makes the behaviour of one process. */
  readonly host: (process: Process) => Behaviour;
  /** How a supervisor treats it when its child spec does not say. */
  readonly childDefaults?: ChildDefaults;
  readonly [protocol]?: P;
  readonly inputType?: (input: Input) => void;
}

export interface ChildDefaults {
  readonly type?: "worker" | "supervisor";
  readonly shutdownMs?: number | "brutal_kill";
}

/** A process as a function: it runs once, reads its mailbox with `receive`, and ends when it returns. */
export type FunctionLogic<Input = never> = (input: Input) => unknown;

// biome-ignore lint/suspicious/noExplicitAny: "any logic" has to accept every input, and only any is both above and below all.
export type AnyLogic = AnyActorLogic | NativeLogic<any, any> | FunctionLogic<any>;

/** A machine or other XState logic: its events are the messages, and each may be cast or called by its type. */
interface XStateProtocol<Event> {
  readonly calls: AnyProtocol["calls"];
  readonly casts: AnyProtocol["casts"];
  readonly messages: Event;
}

/** The protocol that a process of this logic speaks. */
export type ProtocolOf<L> =
  L extends NativeLogic<infer P, never>
    ? P
    : // biome-ignore lint/suspicious/noExplicitAny: matches XState logic of every kind.
      L extends ActorLogic<any, any, any, any, any>
      ? XStateProtocol<EventFromLogic<L>>
      : AnyProtocol;

/** What a process of this logic is started with. */
export type InputOf<L> = L extends {
  readonly inputType?: (input: infer Input) => void;
  readonly host: unknown;
}
  ? Input
  : // biome-ignore lint/suspicious/noExplicitAny: matches XState logic of every kind.
    L extends ActorLogic<any, any, any, any, any>
    ? InputFrom<L>
    : L extends (input: infer Input) => unknown
      ? Input
      : never;

/** The logic's name, for reports and child ids. */
export function logicName(logic: AnyLogic): string {
  if (typeof logic === "function") return logic.name === "" ? "function" : logic.name;
  if (isNative(logic)) return logic.logicName;
  return "id" in logic && typeof logic.id === "string" ? logic.id : "xstate";
}

/** The behaviour of a process that hosts `logic`. */
export function hostLogic(process: Process, logic: AnyLogic): Behaviour {
  if (typeof logic === "function") return functionBehaviour(process, logic);
  if (isNative(logic)) return logic.host(process);
  return hostXState(process, logic as AnyActorLogic);
}

/** @throws {Misuse} `logic` is none of the three kinds that can be hosted */
export function checkLogic(logic: AnyLogic): void {
  if (typeof logic === "function") return;
  if (typeof logic === "object" && logic !== null) {
    if (isNative(logic) || ("transition" in logic && "getInitialSnapshot" in logic)) return;
  }
  throw new Misuse(
    `${JSON.stringify(logic) ?? String(logic)} cannot be spawned. Give XState logic (a machine, fromPromise, fromTransition, fromCallback, fromObservable), a server(…), a supervisor(…) or a function.`,
  );
}

function isNative(logic: object): logic is NativeLogic {
  return "host" in logic && typeof logic.host === "function";
}

/** How a supervisor should treat this logic, where the logic says so itself. */
export function childDefaultsOf(logic: AnyLogic): ChildDefaults | undefined {
  return typeof logic === "object" && logic !== null && isNative(logic) ? logic.childDefaults : undefined;
}
