// What a supervisor knows of a child: how it is started, when it is started again, how it is stopped.

import { limits } from "../limits.ts";
import { type AnyLogic, checkLogic, childDefaultsOf, type InputOf, logicName } from "../logic/logic.ts";
import type { Via } from "../process/address.ts";
import { currentProcess } from "../process/current.ts";
import { Misuse } from "../process/failures.ts";
import type { MailboxBound } from "../process/mailbox.ts";
import type { Pid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import { checkStartOptions, startLinked } from "../process/spawn.ts";

/** `permanent` is always started again, `transient` only after an accident, `temporary` never. */
export type Restart = "permanent" | "transient" | "temporary";

/** Milliseconds between the signal `shutdown` and the signal `kill`; Infinity waits; `brutal_kill` kills at once. */
export type Shutdown = number | "brutal_kill";

export interface ChildSpec {
  readonly id: string;
  /**
   * Starts the child, linked to the process that calls it. A child that declines (OTP: `ignore`) is undefined, or what
   * `spawn` throws then.
   */
  readonly start: (
    ...given: readonly never[]
  ) => Promise<Pid<Protocol> | undefined> | Pid<Protocol> | undefined;
  /** What `start` is called with, the first time and every other. */
  readonly given: readonly unknown[];
  readonly restart: Restart;
  readonly shutdownMs: Shutdown;
  readonly type: "worker" | "supervisor";
  /** Its own end may end its supervisor: see `autoShutdown`. */
  readonly significant: boolean;
}

/** A spec as data, without what starts the child. */
export interface ChildSpecData {
  readonly id: string;
  readonly restart: Restart;
  readonly shutdownMs: Shutdown;
  readonly type: "worker" | "supervisor";
  readonly significant: boolean;
}

export interface ChildOptions {
  /** By default the logic's name. */
  readonly id?: string;
  readonly restart?: Restart;
  readonly shutdownMs?: Shutdown;
  readonly type?: "worker" | "supervisor";
  readonly significant?: boolean;
}

export interface LogicChildOptions<L extends AnyLogic> extends ChildOptions {
  readonly input?: InputOf<L>;
  /** A local name, or a key of a unique registry, that the child holds. */
  readonly name?: string | Via;
  /** A name of the whole cluster. A start where somebody holds it fails with `already_started`. */
  readonly clusterName?: string;
  readonly mailbox?: MailboxBound;
  readonly trapExit?: boolean;
  readonly startTimeoutMs?: number;
}

export interface FunctionChildOptions<Given extends readonly unknown[]> extends ChildOptions {
  readonly id: string;
  /** Runs in the supervisor: it must spawn with `link: true`. */
  readonly start: (...given: Given) => Promise<Pid<Protocol> | undefined> | Pid<Protocol> | undefined;
  readonly given?: Partial<Given>;
}

/**
 * A child that runs `logic`. Defaults are Elixir's: permanent, 5 s to stop for a worker, no limit for a supervisor.
 * Under a `simple_one_for_one` supervisor the input is what `startChild` was given.
 * @throws {Misuse} an option is none, or has no such value
 */
export function child<L extends AnyLogic>(logic: L, options: LogicChildOptions<L> = {}): ChildSpec {
  checkOptions(options, [
    "id",
    "restart",
    "shutdownMs",
    "type",
    "significant",
    "input",
    "name",
    "clusterName",
    "mailbox",
    "trapExit",
    "startTimeoutMs",
  ]);
  const defaults = childDefaultsOf(logic);
  const { name, clusterName, mailbox, trapExit, startTimeoutMs } = options;
  const rest = {
    ...(name === undefined ? {} : { name }),
    ...(clusterName === undefined ? {} : { clusterName }),
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(trapExit === undefined ? {} : { trapExit }),
    ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
  };
  checkLogic(logic);
  checkStartOptions(rest, logic);
  const start = (input: unknown): Promise<Pid<Protocol>> | Pid<Protocol> =>
    startLinked(currentProcess(), logic, rest, input);
  const given = "input" in options ? [options.input] : [];
  return specOf(options.id ?? logicName(logic), start, given, options, defaults?.type, defaults?.shutdownMs);
}

/** A child that `start` starts by hand. */
export function childOf<Given extends readonly unknown[]>(options: FunctionChildOptions<Given>): ChildSpec {
  checkOptions(options, ["id", "restart", "shutdownMs", "type", "significant", "start", "given"]);
  // Not the options as a whole: they hold what the child is given, which a temporary child's supervisor lets go of.
  const { start: run } = options;
  if (typeof run !== "function")
    throw new Misuse(problemOfStart(options.id), { details: { id: options.id } });
  const start: ChildSpec["start"] = (...given) => run(...(given as unknown as Given));
  return specOf(options.id, start, options.given ?? [], options, undefined, undefined);
}

function specOf(
  id: string,
  start: ChildSpec["start"],
  given: readonly unknown[],
  options: ChildOptions,
  defaultType: "worker" | "supervisor" | undefined,
  defaultShutdown: Shutdown | undefined,
): ChildSpec {
  const type = options.type ?? defaultType ?? "worker";
  const shutdownMs =
    options.shutdownMs ??
    defaultShutdown ??
    (type === "supervisor" ? Number.POSITIVE_INFINITY : limits.shutdownMsDefault);
  const restart = options.restart ?? "permanent";
  const significant = options.significant ?? false;
  const spec: ChildSpec = Object.freeze({
    id,
    start,
    given: Object.freeze([...given]),
    restart,
    shutdownMs,
    type,
    significant,
  });
  const problem = problemOf(spec);
  if (problem !== undefined) throw new Misuse(problem, { details: { id: spec.id } });
  return spec;
}

export function specData(spec: ChildSpec): ChildSpecData {
  const { id, restart, shutdownMs, type, significant } = spec;
  return Object.freeze({ id, restart, shutdownMs, type, significant });
}

/** What a supervisor remembers: a temporary child is never started again, so what it was given is let go of. */
export function rememberedSpec(spec: ChildSpec): ChildSpec {
  return spec.restart === "temporary" && spec.given.length > 0
    ? Object.freeze({ ...spec, given: Object.freeze([]) })
    : spec;
}

/** What is wrong with a child spec, in words; undefined when nothing is. */
export function problemOf(spec: ChildSpec): string | undefined {
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) {
    return `A child spec is what child(…) or childOf(…) give; given was ${JSON.stringify(spec) ?? String(spec)}.`;
  }
  const { id, restart, shutdownMs, type, significant } = spec;
  if (typeof id !== "string" || id === "")
    return `A child's id is a string that is not empty; given was ${JSON.stringify(id)}.`;
  const of = `of child "${id}"`;
  if (typeof spec.start !== "function") return problemOfStart(id);
  if (restart !== "permanent" && restart !== "transient" && restart !== "temporary") {
    return `The restart ${of} is "permanent", "transient" or "temporary"; given was ${JSON.stringify(restart)}.`;
  }
  if (shutdownMs !== "brutal_kill" && !(typeof shutdownMs === "number" && shutdownMs >= 0)) {
    return `The shutdownMs ${of} is a number of milliseconds from 0, Infinity, or "brutal_kill"; given was ${JSON.stringify(shutdownMs)}.`;
  }
  if (!Array.isArray(spec.given)) return `What ${of.slice(3)} is given is an array of arguments.`;
  if (type !== "worker" && type !== "supervisor")
    return `The type ${of} is "worker" or "supervisor"; given was ${JSON.stringify(type)}.`;
  if (significant && restart === "permanent") {
    return `Child "${id}" is significant and permanent: it would always be started again. Make it transient or temporary.`;
  }
  return undefined;
}

function problemOfStart(id: string): string {
  return `The start of child "${id}" is a function that gives a pid.`;
}

function checkOptions(options: object, accepted: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!accepted.includes(key))
      throw new Misuse(`"${key}" is no option of a child. The options are: ${accepted.join(", ")}.`);
  }
}
