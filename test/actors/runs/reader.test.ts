// The reader of a run whose owner ends at the moment at which somebody looks.
import { expect, it } from "vitest";
import type { RunHome } from "../../../actors/runs/desk-home.ts";
import { type RunReader, readerName, runReader } from "../../../actors/runs/reader.ts";
import type { RunAnswer, RunPage } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunFact } from "../../../actors/runs/run-entry.ts";
import { RunLog } from "../../../actors/runs/run-log.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { named, realWorld, startNode } from "../../../runtime/index.ts";
import { planOf, specOf } from "./desk-stage.ts";

const { plan, ...rest } = specOf(planOf("echo"));
const accepted: RunFact = { type: "accepted", spec: { ...rest, plan: { value: plan } }, steps: 1 };

it("A reader shows the end of a run whose owner wrote it, and let go, between its look at the log and its look for the owner", async () => {
  const world = realWorld();
  const { id } = rest;
  const store = memoryRunStore();
  const place = await store.open(id, "own");
  const { log } = await RunLog.claim({ world, id, place, node: "alpha" });
  await log.append([accepted]);
  const home: Partial<RunHome> = {
    store,
    process: () => undefined,
    care: async () => {
      await log.append([{ type: "done", output: { value: 42 } }]);
      return "left";
    },
  };
  const node = startNode({ world, name: "alpha" });
  try {
    await node.spawn(runReader({ id, home: home as RunHome }), { name: readerName(id) });
    const request = { id, from: 1, waitMs: 0, bytesMax: 10_000 };
    const answer = await node.call(named<RunReader>(readerName(id)), "read", request);
    const page = answer as RunAnswer<RunPage>;
    expect(page).toMatchObject({ ok: true, value: { summary: { phase: "done", n: 2 } } });
  } finally {
    await node.halt();
  }
});
