// One damaged transcript, made from its own seed, and read by an adapter through its real SDK: it has to end in time, with an answer
// or an error of ours, and everything that was told has to be what the answer says.
import { type CompletionRequest, completion } from "../../../actors/llm/completion.ts";
import { llmConfiguration } from "../../../actors/llm/config.ts";
import { answerCharactersMax } from "../../../actors/llm/limits.ts";
import type { ModelEvent } from "../../../actors/llm/model-event.ts";
import { type Provider, ProviderError, type ProviderErrorCode } from "../../../actors/llm/provider.ts";
import { configuredProviders } from "../../../actors/llm/providers/configured.ts";
import { restMs } from "../../../actors/llm/providers/limits.ts";
import { type Dialect, dialects } from "../../actors/llm/wire-formats.ts";
import { Chance } from "../chance.ts";
import { damaged } from "./damage.ts";
import { type BodyEnd, StillWorld } from "./still-world.ts";
import { transcriptsOf } from "./transcripts.ts";

export type Outcome = "answered" | ProviderErrorCode;

const key = "sk-canary-0123456789";
const patience = { first_byte_timeout_ms: 11_000, silence_timeout_ms: 7_000 };

/** The most that may pass: nothing comes any more once the time stands still. */
const deadlineMs = patience.first_byte_timeout_ms + patience.silence_timeout_ms;

/** Turns of the event loop in which a body has to be read, however small its parts are. */
const turnsMax = 100_000;

const parameters = { type: "object", properties: {}, required: [], additionalProperties: false };
const request: CompletionRequest = {
  messages: [{ role: "user", content: "Hello?" }],
  tools: [{ name: "read_file", description: "Reads a file.", parameters }],
};

const subjects = Object.fromEntries(
  dialects.map((dialect) => [
    dialect,
    { provider: providerOf(dialect), transcripts: transcriptsOf(dialect) },
  ]),
) as Record<Dialect, { readonly provider: Provider; readonly transcripts: readonly string[] }>;

export interface HostileBody {
  readonly bytes: Uint8Array;
  /** Bytes that come at a time. */
  readonly size: number;
  readonly end: BodyEnd;
}

/** The body of number `number` of `seed`: each can be made again without those before it. */
export function hostileBody(dialect: Dialect, seed: number, number: number): HostileBody {
  const chance = new Chance(seed ^ Math.imul(number + 1, 0x85ebca6b));
  const { transcripts } = subjects[dialect];
  const bytes = damaged(chance.one(transcripts), chance, () => chance.one(transcripts));
  // Byte by byte now and then and only where there are few: it is the splitting that matters, and not the wait for a megabyte of it.
  const isSmall = bytes.length < 3_000 && chance.below(10) === 0;
  const sizes = isSmall ? [1, 2, 7] : bytes.length < 3_000 ? [61, 200, 512, 65_536] : [1_024, 65_536];
  return { bytes, size: chance.one(sizes), end: chance.one(["closed", "closed", "cut", "never"]) };
}

/**
 * Plays one.
 * @throws {Error} it does harm: says how
 */
export async function play(dialect: Dialect, { bytes, size, end }: HostileBody): Promise<Outcome> {
  const world = new StillWorld(bytes, size, end);
  const heard: ModelEvent[] = [];
  const signal = new AbortController().signal;
  const hear = (event: ModelEvent): void => {
    heard.push(event);
  };
  let given: unknown;
  let isOver = false;
  subjects[dialect].provider
    .complete(request, { signal, world, hear })
    .catch((thrown: unknown) => thrown)
    .then((outcome) => {
      given = outcome;
      isOver = true;
    });
  await turnsUntil(() => isOver, world);
  const told = heard.length;
  world.pass(restMs);
  await turn();
  if (world.running > 0) throw new Error("A timer runs behind its end.");
  if (heard.length > told) throw new Error("It has told something behind its end.");
  return outcomeOf(given, heard);
}

/** Loads the SDKs, so that no transcript waits for them. */
export async function warmUp(): Promise<void> {
  for (const dialect of dialects) {
    const context = { signal: AbortSignal.abort(), world: new StillWorld(new Uint8Array(), 1, "closed") };
    await subjects[dialect].provider.complete(request, context).catch(() => {});
  }
}

async function turnsUntil(isOver: () => boolean, world: StillWorld): Promise<void> {
  let quiet = 0;
  for (let turns = 0; !isOver(); turns += 1) {
    await turn();
    quiet += 1;
    if (turns > turnsMax) throw new Error(`It did not end within ${deadlineMs} ms.`);
    // Everything that comes at once has come: what it waits for now is time.
    if (quiet === quietTurns) world.pass(patience.first_byte_timeout_ms);
    if (quiet === 2 * quietTurns) world.pass(patience.silence_timeout_ms);
    if (quiet === 3 * quietTurns) throw new Error(`It did not end within ${deadlineMs} ms.`);
  }
}

/** Turns in which a body of a few thousand parts is read. */
const quietTurns = 50;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function outcomeOf(given: unknown, heard: readonly ModelEvent[]): Outcome {
  const text = heard.map((event) => (event.type === "text" ? event.text : "")).join("");
  const calls = heard.flatMap((event) => (event.type === "tool_call" ? [event.call] : []));
  if (text.length > answerCharactersMax) throw new Error(`It has told ${text.length} characters.`);
  if (given instanceof ProviderError) {
    if (calls.length > 0) throw new Error("It has told of a tool, and failed.");
    if (given.message.includes(key)) throw new Error("Its error shows a key.");
    if (/\p{Cc}|\u202e/u.test(given.message)) throw new Error("Its error acts on a terminal.");
    return given.code;
  }
  const whole = completion.parse(given);
  if (whole.text !== text) throw new Error("What it told is not what its answer says.");
  if (JSON.stringify(whole.tool_calls ?? []) !== JSON.stringify(calls)) {
    throw new Error("The tools that it told of are not those of its answer.");
  }
  if ((whole.finish === "tool_calls") !== calls.length > 0)
    throw new Error("It ends for tools that it does not name.");
  return "answered";
}

function providerOf(dialect: Dialect): Provider {
  const entry = { kind: dialect, model: "the-model", api_key: key, ...patience };
  const provider = configuredProviders(llmConfiguration.parse({ providers: { it: entry } })).get("it");
  if (provider === undefined) throw new Error(`There is no provider for "${dialect}".`);
  return provider;
}
