// Runs of a cluster of real nodes over a real broker, asked for and followed by a command that has the files.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AnalysisReport } from "../../../actors/analysis/report.ts";
import { startAiex } from "../../../supervisors/aiex.ts";
import { analysisOrder, analysisReport } from "../../../supervisors/runs/analysis.ts";
import { commandWorkspace } from "../../../supervisors/runs/command-workspace.ts";
import { type RemoteRuns, remoteRuns } from "../../../supervisors/runs/remote.ts";
import type { RunOrder, ServedWorkspace } from "../../../supervisors/runs/runs.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { Machines } from "../cluster/stage.ts";

const timeoutMs = 120_000;

/** Two nodes, and a command on a machine of its own with files that nobody else has. */
async function stage() {
  const machines = new Machines();
  const { url } = await natsServer({ jetstream: true });
  const settings = { AIEX_NATS_URL: url };
  const alpha = await machines.start("a", "alpha", { settings });
  const beta = await machines.start("b", "beta", { settings });
  const directory = join(machines.home, "person", "project");
  await mkdir(directory, { recursive: true });
  for (let n = 0; n < 12; n += 1) await writeFile(join(directory, `${n}.js`), `eval(x${n})\n`);
  const configuration = await machines.configuration("person", settings);
  const { world } = machines;
  const workspace = await commandWorkspace(world, configuration, directory);
  const open = (node: string | undefined): Promise<RemoteRuns> =>
    remoteRuns({
      world,
      open: (isAgain) =>
        machines.open("person", isAgain || node === undefined ? { anyMember: true } : { node }, settings),
    });
  const order = (): Promise<RunOrder> =>
    analysisOrder(
      { files: world.files, configuration, directory },
      { input: { kind: "path", path: directory }, type: "all", workspace: workspace.ref },
    );
  /** What the analysis comes to in a program that has the files itself. */
  const expected = async () => {
    const aiex = await startAiex({ world, configuration });
    const report = await aiex.analyze({ input: { kind: "path", path: directory }, type: "all" });
    await aiex.stop();
    return report;
  };
  return { machines, alpha, beta, workspace, open, order, expected };
}

async function followed(
  runs: RemoteRuns,
  id: string,
  serve: ServedWorkspace | undefined,
  onNumber: (n: number) => void | Promise<void> = () => {},
) {
  const numbers: number[] = [];
  const end = await runs.follow(id, {
    onEntry: ({ n }) => {
      numbers.push(n);
      return onNumber(n);
    },
    ...(serve === undefined ? {} : { serve }),
  });
  return { end, numbers };
}

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index + 1);
}

describe("a run of a cluster", { timeout: timeoutMs }, () => {
  test("analyzes files that only the command has, on the node that was named, and is read from the other", async () => {
    const { open, order, workspace, expected } = await stage();
    const runs = await open("alpha");
    const id = await runs.submit(await order(), "alpha");
    const { end, numbers } = await followed(runs, id, workspace);
    expect(end.summary).toMatchObject({ phase: "done", node: "alpha" });
    expect(numbers).toEqual(upTo(end.summary.n));
    const report = await analysisReport(runs, end);
    expect(AnalysisReport.safeParse(report).success).toBe(true);
    expect(report).toEqual(await expected());
    const elsewhere = await open("beta");
    expect(await elsewhere.find(id.slice(0, 8))).toMatchObject({ id, phase: "done" });
    const again = await followed(elsewhere, id, undefined);
    expect(again.numbers).toEqual(numbers);
    await elsewhere.remove(id);
    expect(await runs.list()).toEqual([]);
    await runs.close();
    await elsewhere.close();
  });

  test("waits for files whose command is away, and goes on when it is back", async () => {
    const { open, order, workspace } = await stage();
    const first = await open("beta");
    const id = await first.submit(await order(), "alpha");
    const controller = new AbortController();
    const waiting = first.follow(id, {
      signal: controller.signal,
      onEntry: (entry) => {
        if (entry.type === "waiting" && entry.for === "workspace") controller.abort(new Error("It waits."));
      },
    });
    await expect(waiting).rejects.toThrow("It waits.");
    await first.close();
    const second = await open("beta");
    const { end, numbers } = await followed(second, id, workspace);
    expect(end.summary.phase).toBe("done");
    expect(numbers).toEqual(upTo(end.summary.n));
    await second.close();
  });

  test("goes on elsewhere when its node ends, and its reader by way of another, without a gap or a double", async () => {
    const { alpha, open, order, workspace } = await stage();
    const runs = await open("alpha");
    const id = await runs.submit(await order(), "alpha");
    // It is gone when the reader reads on.
    const { end, numbers } = await followed(runs, id, workspace, (n) => (n === 6 ? alpha.stop() : undefined));
    expect(end.summary).toMatchObject({ phase: "done", steps: { done: 14, total: 14 } });
    expect(numbers).toEqual(upTo(end.summary.n));
    expect(runs.node).toBe("beta");
    await runs.close();
  });
});
