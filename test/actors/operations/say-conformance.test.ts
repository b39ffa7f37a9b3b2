// A run whose owner is killed in the middle of an answer: it goes on elsewhere from the text so far, wherever it is kept.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CompletionOrder } from "../../../actors/llm/completion.ts";
import { planOfSaying, sayingOperations } from "../../../actors/operations/model.ts";
import { answerNews, newsOf } from "../../../actors/runs/answer-news.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { newRunId } from "../../../actors/runs/run-id.ts";
import { RunState } from "../../../actors/runs/run-state.ts";
import type { RunStore } from "../../../actors/runs/run-store.ts";
import { clusterRunStore } from "../../../actors/runs/stores/cluster.ts";
import { folderRunStore } from "../../../actors/runs/stores/folder.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { simulatedWorld, startNode, type World } from "../../../runtime/index.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { serverPrograms } from "../../nats/server-program.ts";
import { brokerRoom } from "../../runtime/store/jetstream-room.ts";
import { type RunStage, stageOf } from "../runs/run-stage.ts";
import { type Script, type Spoken, says, scriptedCoordinator } from "./scripted-coordinator.ts";

const words = Array.from({ length: 12 }, (_, index) => `${index}\u{1f600} word `);
const whole = words.join("");
const order: CompletionOrder = { request: { messages: [{ role: "user", content: "Count." }] } };
const structured: CompletionOrder = {
  request: { ...order.request, answer_schema: { name: "count", schema: { type: "object" } } },
};

/** When the owner is killed: after so many appends of its log, or so many milliseconds after it began. */
type Cut = { readonly append: number } | { readonly afterMs: number };

/** A model that knows what it is to say, and goes on with what it is given of it; what is to be of one piece it begins anew. */
function model(everyMs: number): Script {
  return ({ so_far: soFar = "", request }): Spoken => {
    const begins = soFar !== "" && request.answer_schema !== undefined;
    if (!whole.startsWith(soFar)) throw new Error(`Nobody has said ${JSON.stringify(soFar)}.`);
    const rest = begins ? whole : whole.slice(soFar.length);
    const pieces = rest.match(/[\s\S]{1,5}/g) ?? [];
    const texts = pieces.map((text) => ({ type: "text", text }) as const);
    const restarted = { type: "restarted", entry: "work", reason: "It has to be of one piece." } as const;
    return { says: begins ? [restarted, ...texts] : texts, everyMs, ending: says(rest) };
  };
}

interface Heard {
  readonly state: RunState;
  readonly entries: readonly RunEntry[];
  readonly orders: readonly CompletionOrder[];
  readonly kills: number;
}

interface Ground {
  readonly world: World;
  readonly store: RunStore;
  readonly everyMs: number;
}

/** Runs it on one node after the other, each killed as its cut says, and the last one not at all. */
async function playedOn(
  { world, store, everyMs }: Ground,
  cuts: readonly Cut[],
  given: CompletionOrder = order,
): Promise<Heard> {
  const orders: CompletionOrder[] = [];
  const id = newRunId(world);
  let kills = 0;
  let entries: readonly RunEntry[] = [];
  for (const [index, cut] of [...cuts, undefined].entries()) {
    const node = startNode({ world, name: `node-${index}` });
    await node.spawn(scriptedCoordinator(model(everyMs), orders), { name: "llm.coordinator" });
    const stage = stageOf({ world, node, store, operations: sayingOperations, id });
    if (index === 0) await stage.begin(planOfSaying(given));
    kills += (await isKilled(stage, cut, index)) ? 1 : 0;
    entries = await stage.entries();
    await node.halt();
  }
  const state = new RunState();
  for (const entry of entries) expect(state.apply(entry)).toBe(true);
  return { state, entries, orders, kills };
}

async function isKilled(stage: RunStage, cut: Cut | undefined, index: number): Promise<boolean> {
  const pid = await stage.start(index === 0 ? "start" : "node_down");
  const ended = stage.ended(pid);
  const kill = (): void => stage.node.exit(pid, "kill");
  let appends = 0;
  stage.onAppended = () => {
    appends += 1;
    if (cut !== undefined && "append" in cut && appends === cut.append) kill();
  };
  if (cut !== undefined && "afterMs" in cut) stage.world.timers.set(cut.afterMs, kill);
  return (await ended) !== "normal";
}

/** What a reader has in the end who takes every event once, in order. */
function readText(entries: readonly RunEntry[]): string {
  let text = "";
  for (const entry of entries) {
    if (entry.type === "text") text += entry.text;
    if (entry.type === "told" && newsOf(entry)?.name === answerNews.restarted) text = "";
  }
  return text;
}

function judge({ state, entries, orders }: Heard): void {
  expect(state.phase).toBe("done");
  expect(readText(entries)).toBe(whole);
  expect(state.output).toMatchObject({ value: { ok: true, completion: { text: whole } } });
  const intents = entries.filter(({ type }) => type === "intent").length;
  // Each was begun, and only the last has come to an end.
  expect(entries.filter(({ type }) => type === "outcome")).toHaveLength(1);
  expect(state.summary(0)).toMatchObject({ interruptedCalls: intents - 1, tokens: 120 });
  // Killed between its intent and its request, it has asked nobody.
  expect(orders.length).toBeLessThanOrEqual(intents);
  for (const { so_far: soFar } of orders) if (soFar !== undefined) expect(whole.startsWith(soFar)).toBe(true);
}

describe("An answer in the middle of which the owner of its run is killed, in virtual time,", () => {
  async function played(cuts: readonly Cut[], given?: CompletionOrder): Promise<Heard> {
    const world = simulatedWorld();
    const ground = { world, store: memoryRunStore(world.clock), everyMs: 30 };
    return world.until(playedOn(ground, cuts, given));
  }

  test.each(Array.from({ length: 24 }, (_, index) => index + 1))(
    "is whole for its reader where that happens after append %i",
    async (append) => {
      const heard = await played([{ append }]);
      judge(heard);
      expect(heard.kills).toBe(1);
    },
  );

  test("is whole wherever in time that happens", async () => {
    let goneOn = 0;
    for (let afterMs = 1; afterMs < 900; afterMs += 17) {
      const heard = await played([{ afterMs }]);
      judge(heard);
      goneOn += heard.orders.some(({ so_far }) => so_far !== undefined) ? 1 : 0;
    }
    expect(goneOn).toBeGreaterThan(20);
  });

  test("is whole where one owner after the other is killed", async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const cuts = Array.from({ length: 8 }, (_, index) => ({
        afterMs: 40 + ((seed * 37 + index * 53) % 120),
      }));
      const heard = await played(cuts);
      judge(heard);
      expect(heard.kills).toBeGreaterThan(3);
      expect(heard.orders.length).toBeGreaterThan(3);
    }
  });

  test("is whole where it has to begin anew each time, and its readers are told", async () => {
    for (let append = 1; append <= 20; append += 1) {
      const heard = await played([{ append }, { afterMs: 400 }], structured);
      judge(heard);
      expect(
        heard.entries.some((entry) => entry.type === "told" && newsOf(entry)?.name === "restarted"),
      ).toBe(true);
    }
  });
});

const world = realWorld();

async function lmdb() {
  const folder = await mkdtemp(join(tmpdir(), "aiex-say-"));
  const store = folderRunStore({ world, folder });
  return {
    store,
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function jetstream() {
  const program = (await serverPrograms()).at(-1);
  if (program === undefined) throw new Error("No nats-server is there.");
  const room = await brokerRoom(program);
  const [one, two] = room.stores();
  const store = clusterRunStore(one);
  return {
    store,
    close: async () => {
      await store.close();
      await Promise.all([one.close(), two.close()]);
      await room.close();
    },
  };
}

describe.each([
  ["lmdb", lmdb],
  ["jetstream", jetstream],
] as const)("An answer in the middle of which the owner of its run is killed, kept by %s,", (_, open) => {
  let place: Awaited<ReturnType<typeof open>>;

  beforeAll(async () => {
    place = await open();
  }, 60_000);
  afterAll(async () => place.close());

  test("is whole for its reader", async () => {
    const ground = { world, store: place.store, everyMs: 3 };
    for (const append of [3, 4, 5, 6, 7]) judge(await playedOn(ground, [{ append }, { append: 5 }]));
  });
});
