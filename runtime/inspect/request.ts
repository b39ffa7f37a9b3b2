// Everything that can be asked of a process itself, and what it answers: data both, but for functions, which stay on their node.
import type { LocalValue } from "../process/data.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { ProcessKind } from "../process/info.ts";
import type { Pid } from "../process/pid.ts";
import type { DebugFunction } from "./debug-function.ts";
import type { TraceEvent } from "./shown-event.ts";
import type { Statistics } from "./statistics.ts";

/** The requests by their names: what each carries, and what is answered. */
export interface SystemRequests {
  readonly get_state: { readonly asks: undefined; readonly answer: unknown };
  readonly replace_state: {
    readonly asks: LocalValue<(state: unknown) => unknown>;
    readonly answer: unknown;
  };
  readonly get_status: { readonly asks: undefined; readonly answer: ProcessStatus };
  readonly suspend: { readonly asks: undefined; readonly answer: undefined };
  readonly resume: { readonly asks: undefined; readonly answer: undefined };
  readonly terminate: { readonly asks: ExitReason; readonly answer: undefined };
  readonly statistics: { readonly asks: "on" | "off" | "get"; readonly answer: Statistics | undefined };
  readonly log: {
    readonly asks: { readonly eventsMax: number } | "off" | "get";
    readonly answer: readonly TraceEvent[] | undefined;
  };
  readonly trace: { readonly asks: LocalValue<(line: string) => void> | "off"; readonly answer: undefined };
  readonly install: {
    readonly asks: { readonly id: string; readonly debug: LocalValue<DebugFunction> };
    readonly answer: undefined;
  };
  readonly remove: { readonly asks: string; readonly answer: undefined };
  readonly no_debug: { readonly asks: undefined; readonly answer: undefined };
}

export type SystemRequestName = keyof SystemRequests;

/** What `get_status` tells (OTP: `sys:get_status`). */
export interface ProcessStatus {
  readonly pid: Pid;
  readonly name: string | undefined;
  /** The logic's name, OTP's module. */
  readonly logic: string;
  readonly kind: ProcessKind;
  readonly parent: Pid | undefined;
  readonly status: "running" | "suspended";
  /** As reports show it: through `formatState`, bounded, with secrets masked. */
  readonly state: unknown;
  readonly debug: DebugStatus;
}

export interface DebugStatus {
  readonly statistics: boolean;
  /** Events that the log holds; undefined where there is none. */
  readonly logEvents: number | undefined;
  readonly trace: boolean;
  /** Ids of the installed functions, in order. */
  readonly installed: readonly string[];
  /** How many traces, of `trace`, look at it. */
  readonly traces: number;
}

/** How a request came out, as it travels back. */
export type SystemAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: ExitReason };
