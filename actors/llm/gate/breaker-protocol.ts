// Where the breakers of an entry of llm.providers are, and what they understand.
import { type Address, named, type Pid, type Protocol } from "../../../runtime/index.ts";
import type { GateOutcome } from "../gate.ts";
import type { BreakerOrder } from "./breaker-state.ts";

export type BreakerAnswer =
  | { readonly granted: true }
  /** Milliseconds until a request may try again, as far as that can be known. */
  | { readonly granted: false; readonly retryInMs: number };

export interface BreakerAsk {
  /** What the request is known by from now on; made by whoever asks, and used once. */
  readonly permit: string;
  readonly model: string;
  /** The process that will report; when it ends without a report its permit is given back. */
  readonly holder: Pid;
  /** Milliseconds that it may wait for what comes of another request that tries the provider. */
  readonly waitMs: number;
}

export interface BreakerReport {
  readonly permit: string;
  readonly outcome: GateOutcome;
  /** Milliseconds until the answer began. */
  readonly firstMs: number | undefined;
}

export interface ModelBreaker {
  readonly model: string;
  readonly state: "closed" | "open" | "half_open";
  /** A person opened it, and a person has to close it. */
  readonly held: boolean;
  /** Failures in a row. */
  readonly failures: number;
  readonly permits: number;
  readonly retryInMs: number;
}

/** The state of an entry is that of the model that fares worst, or of a person's order for all of them. */
export interface BreakerStatus extends Omit<ModelBreaker, "model"> {
  readonly entry: string;
  readonly models: readonly ModelBreaker[];
}

export interface BreakerProtocol extends Protocol {
  readonly calls: {
    /** Milliseconds for which nobody may try; 0 where somebody may, or may wait for what comes of another one. */
    readonly peek: {
      readonly payload: { readonly model: string };
      readonly reply: { readonly retryInMs: number };
    };
    readonly acquire: { readonly payload: BreakerAsk; readonly reply: BreakerAnswer };
    /** By a person, for one model or for all of the entry. */
    readonly order: {
      readonly payload: { readonly order: BreakerOrder; readonly model?: string };
      readonly reply: BreakerStatus;
    };
    readonly status: { readonly payload: undefined; readonly reply: BreakerStatus };
  };
  readonly casts: { readonly report: BreakerReport };
  readonly messages: { readonly type: string };
}

/** Where the breakers of an entry of llm.providers are. */
export function breakerOf(entry: string): Address<BreakerProtocol> & { readonly name: string } {
  return named<BreakerProtocol>(`llm.breaker.${entry}`);
}
