// Nodes with roots of their own: a run on one of them works on the files of another, or of a command at another, and waits for them.
import { describe, expect, test } from "vitest";
import { noAnswerCache } from "../../../actors/analysis/answer-cache.ts";
import type { AnalysisOutcome } from "../../../actors/operations/analysis-steps.ts";
import { analyzeOperations, planOfPath } from "../../../actors/operations/analyze.ts";
import { readFile } from "../../../actors/operations/services.ts";
import type { Operations } from "../../../actors/pipeline/plan.ts";
import { entriesOf, unpackBatch } from "../../../actors/runs/entry-codec.ts";
import { unkeep } from "../../../actors/runs/kept.ts";
import { runProcess } from "../../../actors/runs/run.ts";
import { runProcessName } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { WorkspaceRef } from "../../../actors/runs/run-spec.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { accessOf } from "../../../actors/workspace/access/of-run.ts";
import type { WorkspaceAccess } from "../../../actors/workspace/access.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { type Node, sleep } from "../../../runtime/index.ts";
import { blobHash } from "../../../runtime/store/blob-guard.ts";
import { MemoryBlobs } from "../../../runtime/store/blobs/memory.ts";
import type { World } from "../../../runtime/world.ts";
import { fileReport } from "../../cli/fixtures.ts";
import {
  type Cluster,
  type ClusterKind,
  clusterKinds,
  startCluster,
} from "../../runtime/distribution/cluster.ts";
import { beginLog } from "../runs/begin-log.ts";
import { askingDesk, command, limits, using, workspaceTree } from "./desk-stage.ts";

const runId = "abcdefghijklmnop";
const beta: WorkspaceRef = { id: "node:beta", label: "the files of beta" };

/** Every node has its own files. */
async function scene(kind: ClusterKind, names: readonly string[] = ["alpha", "beta"]) {
  const cluster = await startCluster(kind);
  const disks = new Map(names.map((name) => [name, memoryFileSystem()] as const));
  const nodes: Node[] = [];
  for (const name of names) {
    const files = disks.get(name) ?? memoryFileSystem();
    files.putFile("/project/who.py", `print("${name}")\n`);
    nodes.push(await started(cluster, name, files));
  }
  const blobs = new MemoryBlobs(worldOf(cluster).clock);
  // Who has what comes around in a moment.
  for (const node of nodes)
    for (const { name } of nodes)
      await untilTrue(cluster, async () => {
        const ref = { id: `node:${name}`, label: name };
        return (await using(node, blobs, ref, (access) => access.list("."))).ok;
      });
  return { cluster, disks, nodes };
}

async function started(cluster: Cluster, name: string, files: World["files"]): Promise<Node> {
  const node = await cluster.member(name);
  const world: World = { ...worldOf(cluster), files };
  await cluster.when(node.spawn(workspaceTree(world, name, "/project")) as Promise<unknown>);
  return node;
}

function worldOf(cluster: Cluster): World {
  return (cluster as unknown as { readonly world: World }).world;
}

function at(nodes: readonly Node[], index: number): Node {
  const node = nodes[index];
  if (node === undefined) throw new Error("There is no such node.");
  return node;
}

/** The real steps of an analysis; a parser is not needed to see whose files they read. */
const operations: Operations = {
  ...analyzeOperations({ limits, parsers: 1, cache: noAnswerCache }),
  "analyze.file": async ({ path, root }, context) => {
    const read = await readFile(context, { path, root });
    const text = read.ok && read.source.kind === "text" ? read.source.text : "";
    const report = fileReport({ path: `${path}: ${text.trim()}`, findings: [] });
    return { output: { ok: true, report, footprint: null } };
  },
};

/** A run on `node` about the files of `workspace`. */
async function runOn(cluster: Cluster, node: Node, workspace: WorkspaceRef, ops = operations) {
  const world = worldOf(cluster);
  const store = memoryRunStore(world.clock);
  const place = await store.open(runId, "own");
  const spec = {
    ...{ id: runId, kind: "analysis", title: "t", workspace, onUnknown: "ask" as const, by: "me@here" },
    ...{ deadlineAt: undefined, costUsdMax: undefined, asks: false, createdAt: 0, request: null },
    forkedFrom: undefined,
  };
  const plan = planOfPath(".", "all");
  const facts = { type: "accepted", spec: { ...spec, plan: { value: plan } }, steps: 2 } as const;
  await cluster.when(beginLog({ world, id: runId, place, node: node.name }, [facts]));
  const logic = runProcess(() => ({
    ...{ world, node: node.name, store, operations: ops, permitted: () => true },
    limits: { parallelMax: 4, retriesMax: 3, windowMs: 60_000 },
    workspaceOf: accessOf({ node: node.name, blobs: place.blobs, limits }),
  }));
  const input = { id: runId, reason: "start" as const };
  const spawned = node.spawn(logic, { input, trapExit: true, name: runProcessName(runId) });
  const pid = await cluster.when(spawned as Promise<Awaited<typeof spawned>>);
  const entries = async (): Promise<readonly RunEntry[]> => {
    const { records } = await place.journal.read(place.log, 0);
    return records.flatMap(({ kind, payload }) => {
      const batch = kind === "event" ? unpackBatch(payload) : undefined;
      return batch === undefined ? [] : entriesOf(batch);
    });
  };
  let known: readonly RunEntry[] = [];
  const look = (): void => {
    void entries().then((found) => {
      known = found;
    });
  };
  /** Waits for an entry, and gives all of that type. */
  const untilThere = async (type: RunEntry["type"], count = 1): Promise<readonly RunEntry[]> => {
    await cluster.eventually(() => {
      look();
      return known.filter((entry) => entry.type === type).length >= count;
    });
    return known.filter((entry) => entry.type === type);
  };
  const reportPaths = async (): Promise<readonly string[]> => {
    const [done] = await untilThere("done");
    if (done?.type !== "done") throw new Error("It is not done.");
    const outcome = (await unkeep(place.blobs, done.output)) as AnalysisOutcome;
    return outcome.ok ? outcome.report.files.map(({ path }) => path) : [outcome.code];
  };
  return { pid, untilThere, reportPaths };
}

describe.each(clusterKinds)("files elsewhere, over %s", (kind) => {
  test("are those of the node that has them, for a run on another", async () => {
    const { cluster, nodes } = await scene(kind);
    const { reportPaths } = await runOn(cluster, at(nodes, 0), beta);
    expect(await reportPaths()).toEqual(['who.py: print("beta")']);
  });

  test("are waited for by a run while their node is cut off, and read once it is back", async () => {
    const { cluster, nodes } = await scene(kind);
    cluster.silence("beta");
    await cluster.eventually(() => at(nodes, 0).nodes().length === 0);
    const { untilThere, reportPaths } = await runOn(cluster, at(nodes, 0), beta);
    const [waiting] = await untilThere("waiting");
    expect(waiting).toMatchObject({ for: "workspace", why: expect.stringContaining("the files of beta") });
    cluster.restore("beta");
    expect(await reportPaths()).toEqual(['who.py: print("beta")']);
    expect(await untilThere("going_on")).toHaveLength(1);
  });

  test("are waited for by a run whose owner goes away in its middle, and read from where they were kept", async () => {
    const { cluster, nodes, disks } = await scene(kind);
    const disk = disks.get("beta");
    disk?.putFile("/project/second.py", "2\n");
    const cut: Operations = {
      ...operations,
      "analyze.file": async (input, context) => {
        if (input.path === "second.py") {
          const first = await readFile(context, { path: "who.py", root: input.root });
          expect(first.ok).toBe(true);
          // Nothing of what was read changes for this run, whatever happens to it.
          disk?.putFile("/project/who.py", "changed\n");
          if (context.attempt === 1) {
            cluster.silence("beta");
            while (at(nodes, 0).nodes().length > 0) await sleep(50);
          }
        }
        return (await operations["analyze.file"]?.(input, context)) ?? { output: null };
      },
    };
    const { untilThere, reportPaths } = await runOn(cluster, at(nodes, 0), beta, cut);
    expect(await untilThere("waiting")).toMatchObject([{ for: "workspace" }]);
    cluster.restore("beta");
    expect([...(await reportPaths())].sort()).toEqual(["second.py: 2", 'who.py: print("beta")']);
  });

  test("are those of a command at another node, which comes back at a third one", async () => {
    const { cluster, nodes } = await scene(kind, ["alpha", "beta", "gamma"]);
    const blobs = new MemoryBlobs(worldOf(cluster).clock);
    let way = at(nodes, 1);
    const files = { "mine.py": "mine\n" };
    const serving = command(
      worldOf(cluster),
      files,
      askingDesk(() => way),
    );
    const look = () => cluster.when(using(at(nodes, 0), blobs, serving.ref, (access) => access.list(".")));
    const isThere = async () => (await look()).ok;
    await untilTrue(cluster, isThere);
    await cluster.when(way.halt());
    way = at(nodes, 2);
    await untilTrue(cluster, isThere);
    expect(await look()).toMatchObject({ entries: [{ path: "mine.py" }] });
    serving.leave();
    await cluster.when(serving.served);
    expect(await look()).toMatchObject({ code: "workspace_away" });
  });

  test.each([
    ["of the node that has them", beta],
    ["of a command at another node", { id: "tree", label: "~/project" }],
  ])("take a set of changes that no message holds, once: those %s", async (_, ref) => {
    const { cluster, nodes, disks } = await scene(kind);
    const blobs = new MemoryBlobs(worldOf(cluster).clock);
    const serving = command(
      worldOf(cluster),
      {},
      askingDesk(() => at(nodes, 1)),
    );
    const files = ref === beta ? disks.get("beta") : serving.files;
    const use = <T>(work: (access: WorkspaceAccess) => Promise<T>): Promise<T> =>
      cluster.when(using(at(nodes, 0), blobs, ref, work));
    await untilTrue(cluster, async () => (await use((access) => access.list("."))).ok);
    const changes = ["one.txt", "two.txt", "three.txt"].map((path, index) => {
      const bytes = new Uint8Array(3 * 1024 * 1024).fill(65 + index);
      return { path, before: null, after: blobHash(bytes), bytes };
    });
    const set = { id: "run/large", run: "run", title: "Large", changes };
    expect(await use((access) => access.applyAll(set))).toEqual({ ok: true, isNew: true });
    for (const { path, after } of changes) {
      const bytes = await files?.readFile(`/project/${path}`, { bytesMax: 5_000_000 });
      expect(bytes === undefined ? undefined : blobHash(bytes)).toBe(after);
    }
    expect(await use((access) => access.applyAll(set))).toEqual({ ok: true, isNew: false });
    files?.putFile("/project/two.txt", "somebody's own");
    const again = { ...set, id: "run/other" };
    expect(await use((access) => access.applyAll(again))).toMatchObject({ ok: false, code: "changed_since" });
    serving.leave();
    await cluster.when(serving.served);
  });

  test("wake a run on another node when their command begins to serve", async () => {
    const { cluster, nodes } = await scene(kind);
    const ref = { id: "tree", label: "~/project" };
    const { untilThere, reportPaths } = await runOn(cluster, at(nodes, 0), ref);
    await untilThere("waiting");
    const serving = command(
      worldOf(cluster),
      { "mine.py": "mine\n" },
      askingDesk(() => at(nodes, 1)),
    );
    expect(await reportPaths()).toEqual(["mine.py: mine"]);
    serving.leave();
    await cluster.when(serving.served);
  });
});

async function untilTrue(cluster: Cluster, isSo: () => Promise<boolean>): Promise<void> {
  let last = false;
  await cluster.eventually(() => {
    void isSo().then((so) => {
      last = so;
    });
    return last;
  });
}
