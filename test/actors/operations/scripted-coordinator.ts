// A coordinator of language models that answers from a script, whole or as it comes, on a node in virtual time.
import { parserName } from "../../../actors/analysis/parser.ts";
import type { BareRequest } from "../../../actors/analysis/protocol.ts";
import { compareBare } from "../../../actors/analysis/without-comments.ts";
import type { CallOrder, CompletionResult, SaidMessage } from "../../../actors/llm/complete.ts";
import type { Completion, CompletionOrder } from "../../../actors/llm/completion.ts";
import type { Failure, FailureCode, Tries } from "../../../actors/llm/failure.ts";
import type { SaidEvent } from "../../../actors/llm/model-event.ts";
import {
  exit,
  noReply,
  ok,
  reply,
  replyWith,
  self,
  send,
  server,
  simulatedWorld,
  sleep,
  spawn,
  startNode,
} from "../../../runtime/index.ts";

/** What an order comes to. `lost`: the coordinator ends in the middle of it; `silence`: nothing more ever comes. */
export type Ending = CompletionResult | "lost" | "silence";

/** What the caller hears before: an event after the other, with so many milliseconds before each, and before an ending that is none. */
export interface Spoken {
  readonly says: readonly SaidEvent[];
  readonly everyMs: number;
  readonly ending: Ending;
}

export type Script = (order: CompletionOrder, index: number) => Ending | Spoken;

const oneTry: Tries = { requests: 1, inVain: 0 };

export function says(answer: unknown, over: Partial<Completion> = {}): CompletionResult {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  const usage = { input_tokens: 100, output_tokens: 20 };
  const completion: Completion = { text, model: "model-1-2026", finish: "stop", usage, ...over };
  const costUsd = (usage.input_tokens + 10 * usage.output_tokens) / 1e6;
  const parts = [{ entry: "work", model: completion.model, characters: text.length, usage, costUsd }];
  return { ok: true, completion, entry: "work", parts, costUsd, tries: oneTry };
}

export function fails(
  code: FailureCode,
  tries: Tries = oneTry,
  over: Partial<Failure> = {},
): CompletionResult {
  return { ok: false, failure: { code, message: `It said ${code}.`, retryable: false, ...over }, tries };
}

/** Pieces of a text, each of which is said, and then what it comes to: the whole, unless given. */
export function speaks(pieces: readonly string[], ending?: Ending, everyMs = 50): Spoken {
  const events = pieces.map((text): SaidEvent => ({ type: "text", text }));
  return { says: events, everyMs, ending: ending ?? says(pieces.join("")) };
}

/** The process of one. `orders` gets what it is asked. */
export function scriptedCoordinator(script: Script, orders: CompletionOrder[]) {
  return server("llm.coordinator", {
    init: () => ok(null),
    calls: {
      complete: (state: null, { caller, hears, ...order }: CallOrder, from) => {
        orders.push(order);
        const scripted = script(order, orders.length - 1);
        const { says, everyMs, ending }: Spoken =
          typeof scripted === "object" && "says" in scripted
            ? scripted
            : { says: [], everyMs: 0, ending: scripted };
        const me = self();
        spawn(async () => {
          for (const [index, event] of says.entries()) {
            await sleep(everyMs);
            const said: SaidMessage = { type: "llm.said", first: index + 1, events: [event] };
            if (hears === true && caller !== undefined) send(caller, said);
          }
          if (typeof ending === "string") await sleep(everyMs);
          if (ending === "lost") exit(me, "crashed");
          else if (ending !== "silence") reply(from, ending);
        });
        return noReply(state);
      },
    },
    info: (state) => noReply(state),
  });
}

/** Tells comments from code as the parser program does, of languages whose grammars are loaded. */
const comparingParser = server("parser", {
  init: () => ok(null),
  calls: {
    request: async (state: null, request: BareRequest) =>
      replyWith({ ok: true, value: await compareBare(request) }, state),
  },
});

/** Plays `work` as a process beside the coordinator; gives what it was asked. */
export async function besideCoordinator(
  script: Script,
  work: () => Promise<void>,
): Promise<readonly CompletionOrder[]> {
  const world = simulatedWorld();
  const node = startNode({ world, name: "test", boundary: "freeze" });
  const orders: CompletionOrder[] = [];
  await world.until(node.spawn(scriptedCoordinator(script, orders), { name: "llm.coordinator" }));
  await world.until(node.spawn(comparingParser, { name: parserName(0) }));
  const played = new Promise<void>((resolve, reject) => {
    void node.spawn(() => work().then(resolve, reject));
  });
  await world.until(played);
  return orders;
}
