// What of the models is measured and no package offers by a name: taken from the build, as the command does, and described as far as it
// is used here.
import type { AnyLogic, ClusterStore, Name, Protocol, SupervisorLogic, Verbs, World } from "aiex/runtime";
import type { Dialect, Line } from "./dialects.ts";

interface Order {
  readonly request: { readonly messages: readonly Line[] };
  readonly provider: Dialect;
  readonly labels?: readonly string[];
}

interface Heard {
  readonly type: string;
  readonly text?: string;
}

interface CompleteModule {
  complete(
    ask: Verbs["call"],
    order: Order,
    options?: { readonly hear?: (event: Heard) => void; readonly signal?: AbortSignal },
  ): Promise<{ readonly completion: { readonly text: string } }>;
  readonly coordinator: Name<
    Calls<{
      readonly complete: {
        readonly payload: Order;
        readonly reply:
          | { readonly ok: true }
          | { readonly ok: false; readonly failure: { readonly message: string } };
      };
    }>
  >;
}

interface Configuration {
  readonly providers: object;
}

export interface Provider {
  complete(
    request: { readonly messages: readonly Line[] },
    context: {
      readonly signal: AbortSignal;
      readonly world: World;
      readonly hear?: (event: Heard) => void;
    },
  ): Promise<{ readonly text: string }>;
}

type Providers = ReadonlyMap<string, Provider>;

interface Gate {
  acquire(
    ask: object,
  ): Promise<{ readonly granted: true; readonly permit: string } | { readonly granted: false }>;
  report(report: object): void;
}

interface BreakerCalls {
  readonly order: { readonly payload: { readonly order: "close" }; readonly reply: unknown };
  readonly status: { readonly payload: undefined; readonly reply: { readonly state: string } };
}

interface Calls<C extends Protocol["calls"]> extends Protocol {
  readonly calls: C;
}

export const { complete, coordinator } = await built<CompleteModule>("actors/llm/complete.js");
export const { attemptKey, llmAttempt } = await built<{
  readonly attemptKey: string;
  llmAttempt(host: object): AnyLogic;
}>("actors/llm/attempt.js");
export const { llmConfiguration } = await built<{
  readonly llmConfiguration: { parse(given: object): Configuration };
}>("actors/llm/config.js");
export const { gateOf } = await built<{ gateOf(settings: { readonly isBudgeted: boolean }): Gate }>(
  "actors/llm/gate/gate-of.js",
);
export const { breakerOf } = await built<{ breakerOf(entry: Dialect): Name<Calls<BreakerCalls>> }>(
  "actors/llm/gate/breaker-protocol.js",
);
export const { attemptHost } = await built<{
  attemptHost(parts: {
    readonly configuration: Configuration;
    readonly providers: Providers;
    readonly gate: Gate;
  }): object;
}>("actors/llm/processes.js");
export const { configuredProviders } = await built<{
  configuredProviders(configuration: Configuration): Providers;
}>("actors/llm/providers/configured.js");
export const { llmSupervisor } = await built<{
  llmSupervisor(
    configuration: Configuration,
    providers: Providers,
    options: { readonly store: () => ClusterStore | undefined },
  ): SupervisorLogic;
}>("supervisors/trees/llm.js");

function built<T>(path: string): Promise<T> {
  return import(new URL(`../../../dist/${path}`, import.meta.url).href) as Promise<T>;
}
