// The real adapters before the scripted server: what the tests of this folder stand on.
import { onTestFinished, vi } from "vitest";
import type { Completion, CompletionRequest } from "../../../../actors/llm/completion.ts";
import { llmConfiguration } from "../../../../actors/llm/config.ts";
import type { ModelEvent } from "../../../../actors/llm/model-event.ts";
import { type Provider, type ProviderContext, ProviderError } from "../../../../actors/llm/provider.ts";
import type { ProviderKind } from "../../../../actors/llm/provider-config.ts";
import { configuredProviders } from "../../../../actors/llm/providers/configured.ts";
import { realWorld, type World } from "../../../../runtime/index.ts";
import { type Reply, type Script, type ScriptedServer, startScriptedServer } from "../scripted-server.ts";
import type { Dialect } from "../wire-formats.ts";

export const kinds: readonly ProviderKind[] = [
  "openai",
  "anthropic",
  "ollama",
  "lm_studio",
  "openai_compatible",
];

export function dialectOf(kind: ProviderKind): Dialect {
  return kind === "anthropic" || kind === "ollama" ? kind : "openai";
}

export const key = "sk-canary-0123456789";

/** Differing numbers, so that a test can tell the watchdogs apart. */
export const watchdogs = { first_byte_timeout_ms: 11_000, silence_timeout_ms: 7_000 };

export const hello: CompletionRequest = { messages: [{ role: "user", content: "Hello?" }] };

/** The adapter of an entry that is named after its kind, and has a model, a key and no patience of its own. */
export function adapter(kind: ProviderKind, settings: Readonly<Record<string, unknown>> = {}): Provider {
  const base_url = kind === "openai_compatible" ? { base_url: "http://127.0.0.1:9/v1" } : {};
  const entry = { kind, model: "the-model", api_key: key, ...base_url, ...watchdogs, ...settings };
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

export interface AskOptions extends Partial<ProviderContext> {
  readonly request?: CompletionRequest;
}

/** The completion, or the error. Anything else that is thrown fails the test. */
export async function ask(
  provider: Provider,
  { request = hello, ...context }: AskOptions = {},
): Promise<Completion | ProviderError> {
  try {
    return await provider.complete(request, contextOf(context));
  } catch (thrown) {
    if (thrown instanceof ProviderError) return thrown;
    throw thrown;
  }
}

export function contextOf(given: Partial<ProviderContext> = {}): ProviderContext {
  return { signal: new AbortController().signal, world: realWorld(), ...given };
}

/** Sets environment variables for one test. */
export function environment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

/** Keeps what is heard of an answer, and tells when so much has come. */
export class Listener {
  readonly events: ModelEvent[] = [];
  readonly hear = (event: ModelEvent): void => {
    this.events.push(event);
    this.#wake();
  };
  #wake = (): void => {};

  async count(events: number): Promise<void> {
    while (this.events.length < events) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** The real world, but its time passes when a test says so. */
export class PatientWorld implements World {
  readonly kind = "real";
  readonly random = realWorld().random;
  readonly turns = realWorld().turns;
  readonly files = realWorld().files;
  readonly programs = realWorld().programs;
  readonly parallelism = realWorld().parallelism;
  readonly maybe = realWorld().maybe;
  /** Resolves when the headers of the first answer are here. */
  readonly answered: Promise<void>;
  readonly fetch: World["fetch"];
  readonly #running = new Set<{
    readonly atMs: number;
    readonly delayMs: number;
    readonly run: () => void;
  }>();
  #nowMs = 0;
  #parts = 0;
  #wake: (() => void)[] = [];

  constructor(fetch: World["fetch"] = realWorld().fetch) {
    let answer = (): void => {};
    this.answered = new Promise((resolve) => {
      // A turn later the adapter knows it too.
      answer = () => setImmediate(resolve);
    });
    this.fetch = async (...request) => {
      const response = await fetch(...request);
      answer();
      return this.#counted(response);
    };
  }

  readonly clock: World["clock"] = {
    now: () => this.#nowMs,
    wallTime: () => 1_790_000_000_000 + this.#nowMs,
  };

  readonly timers: World["timers"] = {
    set: (delayMs, run) => {
      const timer = { atMs: this.#nowMs + delayMs, delayMs, run };
      this.#running.add(timer);
      return timer;
    },
    clear: (timer) => {
      this.#running.delete(timer as { atMs: number; delayMs: number; run: () => void });
      this.#told();
    },
  };

  get running(): readonly number[] {
    return [...this.#running].map(({ delayMs }) => delayMs);
  }

  /** Lets time pass, and what is due happen. */
  pass(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#running]
        .filter(({ atMs }) => atMs <= endMs)
        .toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#running.delete(next);
      next.run();
    }
    this.#nowMs = endMs;
    this.#told();
  }

  /** Resolves when no timer runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await this.#change();
  }

  /** Resolves when that many more parts of bodies have come. */
  async received(parts: number): Promise<void> {
    const until = this.#parts + parts;
    while (this.#parts < until) await this.#change();
  }

  #counted(response: Response): Response {
    const { body, status, headers } = response;
    if (body === null) return response;
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform: (part, controller) => {
        controller.enqueue(part);
        this.#parts += 1;
        // A turn later the adapter has read it.
        setImmediate(() => this.#told());
      },
    });
    return new Response(body.pipeThrough(count), { status, headers });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #told(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
