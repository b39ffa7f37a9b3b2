// The real adapters before the scripted server: what the tests of this folder stand on.
import { onTestFinished, vi } from "vitest";
import type { Completion, CompletionRequest } from "../../../../actors/llm/completion.ts";
import { llmConfiguration, type ProviderKind } from "../../../../actors/llm/config.ts";
import { type Provider, ProviderError } from "../../../../actors/llm/provider.ts";
import { configuredProviders } from "../../../../actors/llm/providers/configured.ts";
import { realWorld, type World } from "../../../../runtime/index.ts";
import { type Reply, type Script, type ScriptedServer, startScriptedServer } from "../scripted-server.ts";
import type { Dialect } from "../wire-formats.ts";

export const kinds: readonly ProviderKind[] = ["openai", "anthropic", "ollama", "lm_studio"];

export function dialectOf(kind: ProviderKind): Dialect {
  return kind === "lm_studio" ? "openai" : kind;
}

export const key = "sk-canary-0123456789";

/** Differing numbers, so that a test can tell the watchdogs apart. */
export const watchdogs = { first_byte_timeout_ms: 11_000, silence_timeout_ms: 7_000 };

export const hello: CompletionRequest = { messages: [{ role: "user", content: "Hello?" }] };

/** The adapter of an entry that is named after its kind, and has a model, a key and no patience of its own. */
export function adapter(kind: ProviderKind, settings: Readonly<Record<string, unknown>> = {}): Provider {
  const entry = { kind, model: "the-model", api_key: key, ...watchdogs, ...settings };
  const provider = configuredProviders(llmConfiguration.parse({ providers: { [kind]: entry } })).get(kind);
  if (provider === undefined) throw new Error(`There is no provider for "${kind}".`);
  return provider;
}

/** An adapter and the server it talks to, which ends with the test. */
export async function talk(
  kind: ProviderKind,
  script: Reply | Script,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly server: ScriptedServer; readonly provider: Provider }> {
  const server = await startScriptedServer("replies" in script ? script : { replies: [script] });
  onTestFinished(() => server.stop());
  return { server, provider: adapter(kind, { base_url: server.baseUrl(kind), ...settings }) };
}

export interface AskOptions {
  readonly request?: CompletionRequest;
  readonly signal?: AbortSignal;
  readonly world?: World;
}

/** The completion, or the error. Anything else that is thrown fails the test. */
export async function ask(
  provider: Provider,
  { request = hello, signal = new AbortController().signal, world = realWorld() }: AskOptions = {},
): Promise<Completion | ProviderError> {
  try {
    return await provider.complete(request, { signal, world });
  } catch (thrown) {
    if (thrown instanceof ProviderError) return thrown;
    throw thrown;
  }
}

/** Sets environment variables for one test. */
export function environment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

/** The real world, but its timers fire when a test says so. */
export class PatientWorld implements World {
  readonly kind = "real";
  readonly clock = realWorld().clock;
  readonly random = realWorld().random;
  readonly turns = realWorld().turns;
  readonly files = realWorld().files;
  readonly programs = realWorld().programs;
  readonly parallelism = realWorld().parallelism;
  readonly maybe = realWorld().maybe;
  /** Resolves when the headers of the first answer are here. */
  readonly answered: Promise<void>;
  readonly fetch: World["fetch"];
  readonly #running = new Set<{ readonly delayMs: number; readonly run: () => void }>();
  readonly #counts = new Map<number, number>();
  #wake = (): void => {};

  constructor(fetch: World["fetch"] = realWorld().fetch) {
    let answer = (): void => {};
    this.answered = new Promise((resolve) => {
      // A turn later the adapter knows it too.
      answer = () => setImmediate(resolve);
    });
    this.fetch = async (...request) => {
      const response = await fetch(...request);
      answer();
      return response;
    };
  }

  readonly timers: World["timers"] = {
    set: (delayMs, run) => {
      const timer = { delayMs, run };
      this.#running.add(timer);
      this.#counts.set(delayMs, (this.#counts.get(delayMs) ?? 0) + 1);
      this.#wake();
      return timer;
    },
    clear: (timer) => {
      this.#running.delete(timer as { delayMs: number; run: () => void });
    },
  };

  get running(): readonly number[] {
    return [...this.#running].map(({ delayMs }) => delayMs);
  }

  timesSet(delayMs: number): number {
    return this.#counts.get(delayMs) ?? 0;
  }

  /** Waits until a timer of that delay was set that many times, and fires it. */
  async fire(delayMs: number, times = 1): Promise<void> {
    while (this.timesSet(delayMs) < times) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    for (const timer of this.#running) if (timer.delayMs === delayMs) timer.run();
  }
}
