// A store with the rights of the role "node", on a broker as `cluster init` sets it up: they are enough, and nobody else has them.
import { describe, expect, it } from "vitest";
import { claimLog } from "../../../runtime/journal/claim.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";
import { logTokens } from "../../../runtime/store/jetstream/log-subject.ts";
import { natsStore } from "../../../runtime/store/nats-store.ts";
import { denialsOf, nodeM, nodeN, operator, request, settled, startCluster } from "../broker/cluster.ts";
import { sameBytes, sample } from "./blobs/blobs-conformance.ts";
import { world } from "./jetstream-room.ts";
import { bytesOf, Told } from "./told.ts";

const { cluster } = request;
const buckets = ["leases", "names", "claims", "placement", "runs", "limits", "budgets"] as const;

describe("A store", { timeout: 30_000 }, () => {
  it("does everything with the rights of a node", async () => {
    const broker = await startCluster();
    const connections = [await broker.connect(nodeN), await broker.connect(nodeM)] as const;
    const denials = connections.map(denialsOf);
    const [one, two] = connections.map((connection) => natsStore({ connection, cluster, world })) as [
      ReturnType<typeof natsStore>,
      ReturnType<typeof natsStore>,
    ];
    for (const name of buckets) {
      const told = new Told();
      const stop = two.bucket(name).watch(told);
      const written = await one.bucket(name).write("a.b", bytesOf("1"), 0);
      expect(written).toMatchObject({ kind: "written" });
      await told.untilValue("a.b", "1");
      const revision = written.kind === "written" ? written.revision : 0;
      expect(await two.bucket(name).read("a.b")).toEqual({ key: "a.b", value: bytesOf("1"), revision });
      expect(await two.bucket(name).remove("a.b", revision)).toMatchObject({ kind: "written" });
      await told.untilValue("a.b", undefined);
      stop();
    }
    const journals = ["journal", "runs"] as const;
    const logs = journals.flatMap((name) =>
      ["child/pool/1", "long ".repeat(40)].map((log) => [name, log] as const),
    );
    for (const [name, log] of logs) {
      const journal = one[name];
      const others = two[name];
      const { epoch, end } = await claimLog(journal, log, { owner: "n1", id: "claim" });
      const given = {
        kind: "snapshot",
        epoch,
        id: "all",
        payload: bytesOf("x"),
        expected: end.position,
      } as const;
      const snapshot = await journal.append(log, given);
      const position = snapshot.kind === "appended" ? snapshot.position : 0;
      await journal.truncate(log, position);
      expect((await others.read(log, 0)).records.map(({ id }) => id)).toEqual(["all"]);
      expect((await others.snapshot(log))?.position).toBe(position);
      await connections[0].jetstream().publish(subjectOf(name, log), "no record");
      expect(await journal.repair(log)).toBe(1);
      expect(await others.end(log)).toEqual({ position, epoch });
      await journal.remove(log);
      expect(await others.end(log)).toEqual({ position: 0, epoch: 0 });
    }
    for (const scope of ["run/abc", "long ".repeat(40)]) {
      const [near, far] = [one.blobs(scope), two.blobs(scope)];
      const bytes = sample(700_000);
      const hash = await near.put(bytes);
      expect(sameBytes(await far.get(hash), bytes)).toBe(true);
      expect(await far.list()).toHaveLength(1);
      await far.remove(hash);
      expect(await near.has(hash)).toBe(false);
      await near.put(bytes);
      await far.clear();
      expect(await near.get(hash)).toBeUndefined();
    }
    expect((await one.journal.acknowledgement()).kind).toBe("flush");
    await Promise.all([one.close(), two.close()]);
    await settled(...connections);
    expect(denials).toEqual([[], []]);
  });

  it("is nothing for whoever operates nodes", async () => {
    const broker = await startCluster();
    const connection = await broker.connect(operator);
    const denials = denialsOf(connection);
    const store = natsStore({ connection, cluster, world });
    const outcomes = await Promise.allSettled([
      store.bucket("leases").read("key"),
      store.bucket("leases").write("key", bytesOf("x"), 0),
    ]);
    expect(outcomes).toMatchObject([
      { status: "rejected", reason: expect.any(StoreUnavailable) },
      { status: "fulfilled", value: { kind: "unknown" } },
    ]);
    expect(denials).toContain("publish $KV.aiex-alpha-leases.key");
    await store.close();
  });
});

function subjectOf(journal: string, log: string): string {
  return `aiex.${cluster}.log.${journal}.${logTokens(log)}`;
}
