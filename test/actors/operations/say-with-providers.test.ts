// An answer within a run, by the processes that answer orders: its owner is killed, its provider breaks, and its reader has one text.
import { describe, expect, test } from "vitest";
import type { CompletionOrder, CompletionRequest } from "../../../actors/llm/completion.ts";
import type { AnswerPart } from "../../../actors/llm/model-event.ts";
import { type Provider, ProviderError } from "../../../actors/llm/provider.ts";
import { planOfSaying, sayingOperations } from "../../../actors/operations/model.ts";
import type { Said } from "../../../actors/operations/say.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { RunState } from "../../../actors/runs/run-state.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { simulatedWorld, startNode } from "../../../runtime/index.ts";
import { OpenGate } from "../llm/open-gate.ts";
import { ordersTree } from "../llm/simulation.ts";
import { stageOf } from "../runs/run-stage.ts";

const whole = Array.from({ length: 30 }, (_, index) => `The ${index}th sentence of it. `).join("");
const order: CompletionOrder = { request: { messages: [{ role: "user", content: "Tell." }] } };

/** Knows what it is to tell; asked to go on, it repeats the last words of a long text first, as models do. Breaks after `pieces`. */
function teller(
  world: ReturnType<typeof simulatedWorld>,
  asked: CompletionRequest[],
  pieces = 1_000,
): Provider {
  return {
    kind: "ollama",
    secrets: [],
    models: async () => [],
    complete: async (request, { hear }) => {
      asked.push(request);
      const soFar = request.messages.find(({ role }) => role === "assistant")?.content ?? "";
      // Behind a text that is whole comes nothing.
      const rest = whole.slice(soFar.length > 40 ? soFar.length - 25 : soFar.length);
      const text = soFar === whole ? "" : rest;
      for (const [index, piece] of (text.match(/.{1,9}/g) ?? []).entries()) {
        if (index === pieces) throw new ProviderError("protocol", "It broke off.");
        await new Promise<void>((resolve) => world.timers.set(10, resolve));
        hear?.({ type: "text", text: piece });
      }
      await new Promise<void>((resolve) => world.timers.set(endMs, resolve));
      return { text, model: "m", finish: "stop", usage: { input_tokens: 10, output_tokens: 5 } };
    },
  };
}

/** What it takes from the last word to the end. */
const endMs = 200;

/** Plays it on one node after the other, each of which has the same entries and is killed after so many milliseconds. */
async function played(killedAfterMs: readonly number[], piecesOfFirst?: number) {
  const world = simulatedWorld();
  const store = memoryRunStore(world.clock);
  const asked: CompletionRequest[] = [];
  let entries: readonly RunEntry[] = [];
  const work = async (): Promise<void> => {
    for (const [index, afterMs] of [...killedAfterMs, undefined].entries()) {
      const node = startNode({ world, name: `node-${index}` });
      const providers = { one: teller(world, asked, piecesOfFirst), two: teller(world, asked) };
      const settings = { default_provider: "one", max_retries: 0 };
      await node.spawn(ordersTree(providers, settings, new OpenGate()).tree);
      const stage = stageOf({ world, node, store, operations: sayingOperations });
      if (index === 0) await stage.begin(planOfSaying(order));
      const pid = await stage.start(index === 0 ? "start" : "node_down");
      if (afterMs !== undefined) world.timers.set(afterMs, () => node.exit(pid, "kill"));
      await stage.ended(pid);
      entries = await stage.entries();
      await node.halt();
    }
  };
  await world.until(work());
  const state = new RunState();
  for (const entry of entries) expect(state.apply(entry)).toBe(true);
  const texts = entries.flatMap((entry) => (entry.type === "text" ? [entry.text] : []));
  return { state, entries, asked, read: texts.join("") };
}

function partsOf({ output }: RunState): readonly AnswerPart[] {
  const said = output !== undefined && "value" in output ? (output.value as Said) : undefined;
  return said?.ok === true ? said.parts : [];
}

function lengthOf(state: RunState): number {
  return partsOf(state).reduce((sum, { characters }) => sum + characters, 0);
}

describe("An answer within a run, by real processes,", () => {
  test("is one text where its owner was killed in the middle of it, again and again", async () => {
    for (const cuts of [[35], [120], [300], [333, 200, 95], [60, 60, 60, 60]]) {
      const { state, asked, read } = await played(cuts);
      expect(read).toBe(whole);
      expect(state.output).toMatchObject({
        value: { ok: true, completion: { text: whole, finish: "stop" } },
      });
      expect(state.summary(0)?.interruptedCalls).toBe(cuts.length);
      expect(lengthOf(state)).toBe(whole.length);
      expect(asked).toHaveLength(cuts.length + 1);
      expect(asked.at(-1)?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    }
  });

  test("is one text where its owner was killed behind the last word of it, and nothing comes any more", async () => {
    const toldMs = Math.ceil(whole.length / 9) * 10;
    const { state, asked, read } = await played([toldMs + endMs / 2]);
    expect(read).toBe(whole);
    expect(state.output).toMatchObject({ value: { ok: true, completion: { text: whole, finish: "stop" } } });
    expect(asked.at(-1)?.messages.at(-2)).toEqual({ role: "assistant", content: whole });
    expect(lengthOf(state)).toBe(whole.length);
  });

  test("is one text where its provider broke as well, and says who has gone on with it", async () => {
    const { state, entries, read } = await played([150], 7);
    expect(read).toBe(whole);
    expect(state.output).toMatchObject({ value: { ok: true, entry: "two" } });
    const wrote = partsOf(state).map(({ entry }) => entry);
    expect([wrote[0], wrote.at(-1), lengthOf(state)]).toEqual(["unknown", "two", whole.length]);
    const told = entries.flatMap((entry) => (entry.type === "told" ? [entry] : []));
    expect(told).not.toEqual([]);
    for (const { name, about } of told) {
      expect(name).toBe("continued");
      expect(about).toMatchObject({ entry: "two" });
    }
  });
});
