// The desk of a program whose runs are in a folder of this machine: on the disk, in real time.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { pipelineConfiguration } from "../../../actors/pipeline/config.ts";
import { runsConfiguration } from "../../../actors/runs/config.ts";
import {
  type RunAnswer,
  type RunDesk,
  runDeskName,
  runProcessName,
} from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { RunPhase, RunSummary } from "../../../actors/runs/run-summary.ts";
import { folderRunStore } from "../../../actors/runs/stores/folder.ts";
import { named, realWorld, startNode } from "../../../runtime/index.ts";
import { runsTree } from "../../../supervisors/trees/runs.ts";
import { partOperations, partsPlan } from "./child-stage.ts";
import { Gates, operationsOf, planOf, readUntil, specOf, types } from "./desk-stage.ts";

type Calls = RunDesk["calls"];
type ValueOf<C extends keyof Calls> = Calls[C]["reply"] extends RunAnswer<infer V> ? V : never;

async function program(folder: string, gates: Gates) {
  const world = realWorld();
  const node = startNode({ world, name: "alpha" });
  const store = folderRunStore({ world, folder });
  const tree = runsTree({
    ...{
      world,
      node: "alpha",
      operations: { ...operationsOf(gates), ...partOperations },
      store,
      workspaceOf: () => undefined as never,
    },
    pipeline: pipelineConfiguration.parse({}),
    configuration: runsConfiguration.parse({}),
  });
  await node.spawn(tree, { name: "runs.tree" });
  const get = async <C extends keyof Calls>(call: C, payload: Calls[C]["payload"]): Promise<ValueOf<C>> => {
    const desk = named<RunDesk>(runDeskName);
    const answer = (await node.call(desk, call, payload as never, { timeoutMs: 60_000 })) as RunAnswer<
      ValueOf<C>
    >;
    if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`);
    return answer.value;
  };
  const until = async (
    id: string,
    isSo: (summary: RunSummary, seen: readonly RunEntry[]) => boolean,
  ): Promise<readonly string[]> => types((await readUntil((request) => get("read", request), id, isSo)).seen);
  const is = (wanted: RunPhase) => (summary: RunSummary) => summary.phase === wanted;
  const end = async (): Promise<void> => {
    await node.halt();
    await store.close();
  };
  return { node, store, get, until, is, end };
}

describe("The desk of a program with its runs in a folder", { timeout: 30_000 }, () => {
  const folderOf = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "aiex-runs-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  };

  it("goes on, in a later program, with what an earlier one let go when it ended", async () => {
    const folder = folderOf();
    const gates = new Gates();
    const one = await program(folder, gates);
    const spec = specOf(planOf("gate", "g"));
    const { id } = await one.get("submit", { spec, on: undefined });
    await one.until(id, ({ n }) => n >= 3);
    expect((await one.get("list", undefined)).map(({ phase }) => phase)).toEqual(["running"]);
    await one.end();
    const other = await program(folder, gates);
    onTestFinished(other.end);
    expect((await other.get("find", { prefix: id.slice(0, 8) })).phase).toBe("interrupted");
    gates.open("g");
    await other.get("resume", { id, by: "me", onUnknown: undefined });
    const seen = await other.until(id, other.is("done"));
    expect(seen.filter((type) => type === "owned" || type === "done")).toEqual(["owned", "owned", "done"]);
    await other.get("remove", { id });
    expect(await other.get("list", undefined)).toEqual([]);
  });

  it("goes on with the parts of a run as with the run, and takes them away with it", async () => {
    const folder = folderOf();
    const gates = new Gates();
    const one = await program(folder, gates);
    const plans = { a: planOf("echo", 1), b: planOf("gate", "g"), c: planOf("pay", { costUsd: 0.5 }) };
    const { id } = await one.get("submit", { spec: specOf(partsPlan({ plans })), on: undefined });
    const phasesIn = async ({ get }: typeof one) =>
      (await get("list", undefined)).map(({ title, phase }) => `${title}: ${phase}`).toSorted();
    const isOutcome = ({ type }: RunEntry): boolean => type === "outcome";
    await one.until(id, (_, seen) => seen.filter(isOutcome).length === 2);
    await gates.reached("g");
    await one.end();
    const other = await program(folder, gates);
    onTestFinished(other.end);
    expect(await phasesIn(other)).toEqual([
      "A test: interrupted",
      "Part a: done",
      "Part b: interrupted",
      "Part c: done",
    ]);
    gates.open("g");
    await other.get("resume", { id, by: "me", onUnknown: undefined });
    await other.until(id, other.is("done"));
    expect(await phasesIn(other)).toEqual(["A test: done", "Part a: done", "Part b: done", "Part c: done"]);
    expect((await other.get("find", { prefix: id })).costUsd).toBe(0.5);
    await other.get("remove", { id });
    expect(await phasesIn(other)).toEqual([]);
  });

  it("lets go of a run and takes it up again, while somebody reads it", async () => {
    const gates = new Gates();
    const only = await program(folderOf(), gates);
    onTestFinished(only.end);
    const { id } = await only.get("submit", { spec: specOf(planOf("gate", "g")), on: undefined });
    await only.until(id, ({ n }) => n >= 3);
    only.node.send(named(runProcessName(id)), { type: "release", why: "A test." } as never);
    await only.until(id, only.is("interrupted"));
    const { id: fork } = await only.get("fork", { id, at: undefined, by: "me" });
    gates.open("g");
    await only.get("resume", { id, by: "me", onUnknown: undefined });
    await only.until(id, only.is("done"));
    await only.until(fork, only.is("done"));
    expect((await only.get("list", undefined)).length).toBe(2);
  });

  it("begins a run again whose process was killed, which had its folder open", async () => {
    const gates = new Gates();
    const only = await program(folderOf(), gates);
    onTestFinished(only.end);
    const { id } = await only.get("submit", { spec: specOf(planOf("gate", "g")), on: undefined });
    await only.until(id, ({ n }) => n >= 3);
    const pid = only.node.whereis(runProcessName(id));
    if (pid !== undefined) only.node.exit(pid, "kill");
    await only.until(id, ({ epoch }) => epoch >= 3);
    gates.open("g");
    const seen = await only.until(id, only.is("done"));
    expect(seen.filter((type) => type === "owned")).toHaveLength(2);
  });
});
