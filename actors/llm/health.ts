// The process `llm.health`: looks whether providers answer, by asking which models they have, which costs nothing. It looks while
// somebody wants to know, and at those that have failed until they are well.
import { fromPromise } from "xstate";
import {
  cast,
  type DownMessage,
  type Name,
  named,
  noReply,
  ok,
  type Protocol,
  type Ref,
  reply,
  self,
  sendAfter,
  server,
  sleep,
  spawnMonitor,
} from "../../runtime/index.ts";
import type { LlmEntry } from "./entries.ts";
import { type Failure, interrupted, providerFailure } from "./failure.ts";
import { healthMsMax, lookMs } from "./limits.ts";
import { ownWorld } from "./own-world.ts";
import type { KnownPrice } from "./prices.ts";
import { type Model, ProviderError } from "./provider.ts";

/** How an entry of this node fares. */
export interface EntryHealth {
  readonly entry: string;
  readonly kind: string;
  /** Undefined until it was looked at for the first time. */
  readonly look: Look | undefined;
}

export interface Look {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly tookMs: number;
  /** What it has; undefined where it did not answer. */
  readonly models: readonly PricedModel[] | undefined;
  readonly failure: Failure | undefined;
}

export interface PricedModel extends Model {
  /** Null where it is not known. */
  readonly price: KnownPrice | null;
}

export interface HealthProtocol extends Protocol {
  readonly calls: {
    /** Looks at the entry, or at all, unless that was done a moment ago, and tells how they fare. */
    readonly look: {
      readonly payload: { readonly entry?: string };
      readonly reply: readonly EntryHealth[];
    };
  };
  readonly casts: {
    /** A request to the entry has failed. */
    readonly failed: { readonly entry: string };
  };
  readonly messages: { readonly type: string };
}

/** Calls need a timeout above `healthMsMax`. */
export const llmHealth: Name<HealthProtocol> = named("llm.health");

/** What a look tells the coordinator of an entry's own model. */
export interface Learned {
  readonly entry: string;
  readonly contextTokens: number | undefined;
  readonly tools: boolean | undefined;
  readonly structured: boolean | undefined;
}

export interface HealthOptions {
  readonly entries: readonly LlmEntry[];
  /** Milliseconds between two looks. */
  readonly intervalMs: number;
}

export function healthDesk(options: HealthOptions) {
  return server("llm.health", {
    init: () => ok(new Desk(options)),
    calls: {
      look: (desk: Desk, payload: { readonly entry?: string } | undefined, from: Ref) => {
        desk.look(payload?.entry, from);
        return noReply(desk);
      },
    },
    casts: {
      failed: (desk: Desk, { entry }: { readonly entry: string }) => {
        desk.failed(entry);
        return noReply(desk);
      },
    },
    info: (desk, message) => {
      if (message.type === "tick") desk.tick();
      return noReply(desk);
    },
    formatState: (desk) => desk.shown,
  });
}

interface Watched {
  readonly entry: LlmEntry;
  look: Look | undefined;
  atMs: number;
  isLooking: boolean;
  /** It has failed, and was not seen to be well since. */
  isIll: boolean;
}

interface Asker {
  readonly from: Ref;
  readonly watched: readonly Watched[];
}

class Desk {
  readonly #watched: readonly Watched[];
  readonly #intervalMs: number;
  #askers: Asker[] = [];
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #isTicking = false;

  constructor({ entries, intervalMs }: HealthOptions) {
    this.#watched = entries.map((entry) => {
      return { entry, look: undefined, atMs: Number.NEGATIVE_INFINITY, isLooking: false, isIll: false };
    });
    this.#intervalMs = intervalMs;
  }

  get shown(): unknown {
    return this.#watched.map(({ entry, isIll }) => ({ entry: entry.name, isIll }));
  }

  look(name: string | undefined, from: Ref): void {
    const nowMs = ownWorld().clock.now();
    this.#askedAtMs = nowMs;
    const watched = this.#watched.filter(({ entry }) => name === undefined || entry.name === name);
    for (const one of watched) if (nowMs - one.atMs >= this.#intervalMs) this.#begin(one);
    this.#askers.push({ from, watched });
    this.#answer();
    this.#keepTicking();
  }

  failed(name: string): void {
    const one = this.#watched.find(({ entry }) => entry.name === name);
    if (one === undefined) return;
    one.isIll = true;
    this.#keepTicking();
  }

  tick(): void {
    this.#isTicking = false;
    const nowMs = ownWorld().clock.now();
    const isLookedAt = nowMs - this.#askedAtMs < lookMs;
    for (const one of this.#watched) {
      if ((one.isIll || isLookedAt) && nowMs - one.atMs >= this.#intervalMs) this.#begin(one);
    }
    if (isLookedAt || this.#watched.some(({ isIll }) => isIll)) this.#keepTicking();
  }

  #keepTicking(): void {
    if (this.#isTicking) return;
    this.#isTicking = true;
    sendAfter(self(), { type: "tick" } as never, this.#intervalMs);
  }

  #begin(one: Watched): void {
    if (one.isLooking) return;
    one.isLooking = true;
    spawnMonitor(lookAt(one.entry), {
      monitor: { output: true },
      onDown: (down) => this.#ended(one, down),
    });
  }

  #ended(one: Watched, { reason, output }: DownMessage): void {
    const { clock } = ownWorld();
    const failure = interrupted(one.entry.name, reason);
    const look = (output ?? { at: clock.wallTime(), tookMs: 0, models: undefined, failure }) as Look;
    Object.assign(one, {
      look,
      isLooking: false,
      atMs: clock.now(),
      isIll: look.failure?.retryable === true,
    });
    if (look.models !== undefined) cast(named("llm.coordinator"), "learned", learned(one.entry, look.models));
    this.#answer();
  }

  #answer(): void {
    const isReady = ({ watched }: Asker): boolean => watched.every(({ isLooking }) => !isLooking);
    const ready = this.#askers.filter(isReady);
    this.#askers = this.#askers.filter((asker) => !isReady(asker));
    for (const { from, watched } of ready) {
      reply(
        from,
        watched.map(({ entry: { name, kind }, look }): EntryHealth => ({ entry: name, kind, look })),
      );
    }
  }
}

/** One look as a process of its own: when that ends, its provider is told that nobody waits. */
function lookAt({ name, provider, priceOf }: LlmEntry) {
  return fromPromise<Look>(async ({ signal }) => {
    const world = ownWorld();
    const beganMs = world.clock.now();
    const at = world.clock.wallTime();
    const took = (): number => world.clock.now() - beganMs;
    const giveUp = new AbortController();
    signal.addEventListener("abort", () => giveUp.abort());
    try {
      const had = await Promise.race([provider.models({ signal: giveUp.signal, world }), tooLate()]);
      const models = had.map((model): PricedModel => ({ ...model, price: priceOf(model.name) }));
      return { at, tookMs: took(), models, failure: undefined };
    } catch (thrown) {
      giveUp.abort();
      const { failure } = providerFailure(thrown, name, provider.secrets);
      return { at, tookMs: took(), models: undefined, failure };
    }
  });
}

async function tooLate(): Promise<never> {
  await sleep(healthMsMax);
  throw new ProviderError("timeout", `It did not say within ${healthMsMax} ms which models it has.`);
}

function learned({ name, model }: LlmEntry, models: readonly Model[]): Learned {
  const own = models.find((one) => one.name === model);
  const { contextTokens, tools, structured } = own ?? {};
  return { entry: name, contextTokens, tools, structured };
}
