// A node that asks models, or has those that others ask: `asking-node.js <name> <origin of the models, or none> [<url of the broker>]`.

import { connectNats } from "aiex/carriers/nats";
import { beginOwnership, call, type Ownership, realWorld, startNode } from "aiex/runtime";
import { natsStore } from "aiex/stores/nats";
import { answerWith, type Figures, monotonicMs } from "../nodes/works.ts";
import { type Dialect, dialects, endlessQuestion, longQuestion, model, question } from "./dialects.ts";
import {
  attemptHost,
  attemptKey,
  breakerOf,
  complete,
  configuredProviders,
  coordinator,
  gateOf,
  llmAttempt,
  llmConfiguration,
  llmSupervisor,
} from "./parts.ts";
import { figuresOf, type ModelUser, type ModelWork } from "./works.ts";

export type NodeWork =
  /** By an entry of that kind: through the coordinator, or by the provider alone. */
  | (ModelWork & { readonly entry: Dialect; readonly isDirect?: boolean; readonly origin: string })
  /** Waits until the node knows that somebody has the entry. */
  | { readonly kind: "knows"; readonly entry: Dialect }
  /** A person closes the breaker of the entry. */
  | { readonly kind: "close"; readonly entry: Dialect }
  /** Requests fail until the breaker opens. */
  | { readonly kind: "fail"; readonly entry: Dialect }
  /** Waits until it is open or closed on this node, and tells when it was. */
  | { readonly kind: "opened" | "closed"; readonly entry: Dialect };

const [name = "", origin = "none", servers] = process.argv.slice(2);

const configuration = llmConfiguration.parse({
  // As many as ask at the same time, as nobody else has a bound.
  max_concurrent_requests: 1_000,
  providers: origin === "none" ? {} : Object.fromEntries(dialects.map((kind) => [kind, entryOf(kind)])),
});
const world = realWorld();
const providers = configuredProviders(configuration);
const gate = gateOf({ isBudgeted: false });
const attempts = llmAttempt(attemptHost({ configuration, providers, gate }));
const cluster = "bench";
const node = startNode({
  ...{ world, name, boundary: "trust" },
  ...(servers === undefined ? {} : { distribution: { cluster, logic: { [attemptKey]: attempts } } }),
});
/** When breakers opened here, by their entries. */
const openedMs = new Map<string, number>();
node.subscribe((event) => {
  if (event.name === "llm.breaker_opened" && "entry" in event.data)
    openedMs.set(`${event.data.entry}`, monotonicMs());
});

let ownership: Ownership | undefined;
if (servers !== undefined) {
  const carrier = await connectNats({ servers, name });
  await node.distribution?.join(carrier);
  ownership = await beginOwnership(node, natsStore({ connection: carrier.connection, cluster, world }));
}
await node.spawn(llmSupervisor(configuration, providers, { store: () => ownership?.store }), { name: "llm" });
answerWith(figures);

async function figures(work: NodeWork): Promise<Figures> {
  switch (work.kind) {
    case "knows":
      return until(async () => {
        const order = { request: { messages: question }, provider: work.entry, labels: ["none such"] };
        const result = await node.call(coordinator, "complete", order);
        return !result.ok && result.failure.message.includes("none such");
      });
    case "close":
      openedMs.clear();
      return node.call(breakerOf(work.entry), "order", { order: "close" }).then(() => ({}));
    case "fail":
      return failing(work.entry);
    case "closed":
      return until(async () => (await node.call(breakerOf(work.entry), "status")).state === "closed");
    case "opened":
      return until(() => openedMs.has(work.entry)).then(() => ({ atMs: openedMs.get(work.entry) ?? 0 }));
    default:
      return figuresOf(userOf(work.entry, work.isDirect ?? false), work.origin, work);
  }
}

function userOf(entry: Dialect, isDirect: boolean): ModelUser {
  return isDirect ? directUser(entry) : coordinatedUser(entry);
}

function coordinatedUser(provider: Dialect): ModelUser {
  return {
    within: inside,
    answer: async () =>
      (await complete(call, { request: { messages: question }, provider })).completion.text.length,
    stream: async (pieces) => {
      let characters = 0;
      await complete(
        call,
        { request: { messages: longQuestion(pieces) }, provider },
        {
          hear: (event) => {
            if (event.type === "text") characters += event.text?.length ?? 0;
          },
        },
      );
      return characters;
    },
    cancel: async (givenUp) => {
      const stopped = new AbortController();
      const hear = (): void => {
        givenUp();
        stopped.abort();
      };
      const order = { request: { messages: endlessQuestion }, provider };
      await complete(call, order, { hear, signal: stopped.signal }).catch(() => {});
    },
  };
}

function directUser(entry: Dialect): ModelUser {
  const provider = providers.get(entry);
  if (provider === undefined) throw new Error(`This node has no entry "${entry}".`);
  return {
    within: inside,
    answer: async () =>
      (await provider.complete({ messages: question }, { signal: new AbortController().signal, world })).text
        .length,
    stream: async (pieces) => {
      let characters = 0;
      const hear = (event: object): void => {
        if ("text" in event) characters += `${event.text}`.length;
      };
      const { signal } = new AbortController();
      await provider.complete({ messages: longQuestion(pieces) }, { signal, world, hear });
      return characters;
    },
    cancel: async (givenUp) => {
      const stopped = new AbortController();
      const hear = (): void => {
        givenUp();
        stopped.abort();
      };
      const context = { signal: stopped.signal, world, hear };
      await provider.complete({ messages: endlessQuestion }, context).catch(() => {});
    },
  };
}

/** Requests of which the provider failed, one after the other, as attempts report them. */
async function failing(entry: Dialect): Promise<Figures> {
  await inside(async () => {
    const ask = { entry, model, lane: "normal", tokens: 1, costMaxUsd: null } as const;
    for (;;) {
      const granted = await gate.acquire({ ...ask, run: undefined, user: undefined, waitMsMax: 0 });
      if (!granted.granted) return;
      gate.report({
        ...{ permit: granted.permit, outcome: "failure", usage: undefined, costUsd: 0, tookMs: 1 },
        ...{ firstMs: undefined, limits: undefined, retryAfterMs: undefined },
      });
    }
  });
  return { atMs: openedMs.get(entry) ?? Number.NaN };
}

/** Does it in a process of its own. */
function inside(work: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    node.spawn(() => work().then(resolve, reject)).catch(reject);
  });
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<Figures> {
  while (!(await isSo())) await node.sleep(5);
  return {};
}

function entryOf(kind: Dialect): object {
  const base_url = kind === "openai" ? `${origin}/v1` : origin;
  return { kind, model, base_url, api_key: "none" };
}
