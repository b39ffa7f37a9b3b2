// The auditor of a program: what its processes have it note, and what nodes note of each other.
import { describe, expect, test } from "vitest";
import { AuditLog } from "../../../actors/audit/audit-log.ts";
import { audited, auditor, auditorName, auditScope } from "../../../actors/audit/auditor.ts";
import type { AuditRecord } from "../../../actors/audit/record.ts";
import { FileError } from "../../../runtime/file-system.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { child, groupScope, type Node, supervisor } from "../../../runtime/index.ts";
import { startCluster } from "../../runtime/distribution/cluster.ts";

function logOf(by: string, files = memoryFileSystem() as ConstructorParameters<typeof AuditLog>[0]["files"]) {
  const clock = { now: () => 0, wallTime: () => Date.UTC(2026, 10, 23) };
  return new AuditLog({ files, clock, by, path: "/audit.jsonl", retentionDays: 90, includesContent: false });
}

function tree(log: AuditLog, node: string, onLost: (sentence: string) => void = () => undefined) {
  return supervisor("audit", {
    strategy: "one_for_one",
    children: [
      child(groupScope(auditScope), { name: auditScope }),
      child(auditor({ log, node, onLost }), { name: auditorName }),
    ],
  });
}

async function whenThere(
  log: AuditLog,
  eventually: (isSo: () => boolean) => Promise<unknown>,
  count: number,
) {
  let known: readonly AuditRecord[] = [];
  await eventually(() => {
    void log.records().then((records) => {
      known = records;
    });
    return known.length >= count;
  });
  return known;
}

function note(node: Node, n: number): void {
  void node.spawn(() => audited("read_refused", { n }, "secret"));
}

describe("an auditor", () => {
  test("notes what processes have it note, and what the last record of other nodes is, once", async () => {
    const cluster = await startCluster("memory");
    const [alpha, beta] = [await cluster.member("alpha"), await cluster.member("beta")];
    const logs = { alpha: logOf("alpha"), beta: logOf("beta") };
    await cluster.when(alpha.spawn(tree(logs.alpha, "alpha")) as Promise<unknown>);
    await cluster.when(beta.spawn(tree(logs.beta, "beta")) as Promise<unknown>);
    note(alpha, 1);
    const eventually = (isSo: () => boolean) => cluster.eventually(isSo);
    const [own] = await whenThere(logs.alpha, eventually, 1);
    expect(own).toMatchObject({ by: "alpha", what: "read_refused", about: { n: 1 } });
    const noted = await whenThere(logs.beta, eventually, 1);
    expect(noted).toMatchObject([{ what: "head_noted", about: { node: "alpha", head: own?.hash } }]);
    note(beta, 2);
    const back = await whenThere(logs.alpha, eventually, 2);
    expect(back.map(({ what }) => what)).toEqual(["read_refused", "head_noted"]);
    expect(await logs.beta.records()).toHaveLength(2);
  });

  test("says once that the log misses something, and goes on", async () => {
    const cluster = await startCluster("memory");
    const alpha = await cluster.member("alpha");
    const files = memoryFileSystem();
    let isFull = true;
    const log = logOf("alpha", {
      ...files,
      appendFile: async (path, ...rest) => {
        if (isFull) throw new FileError("no_space", "append to", path);
        return files.appendFile(path, ...rest);
      },
    });
    const lost: string[] = [];
    await cluster.when(alpha.spawn(tree(log, "alpha", (text) => lost.push(text))) as Promise<unknown>);
    note(alpha, 1);
    note(alpha, 2);
    await cluster.eventually(() => lost.length > 0);
    isFull = false;
    note(alpha, 3);
    const records = await whenThere(log, (isSo) => cluster.eventually(isSo), 1);
    expect(records).toMatchObject([{ about: { n: 3 } }]);
    expect(lost).toEqual([expect.stringContaining("the disk or the quota is full")]);
  });
});
