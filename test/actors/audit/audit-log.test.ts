// The audit log: what is written stays as it was, or is found out.
import { describe, expect, test } from "vitest";
import { AuditLog } from "../../../actors/audit/audit-log.ts";
import { auditRecords, checkAudit, missingHeads } from "../../../actors/audit/chain.ts";
import { FileError, type FileSystem } from "../../../runtime/file-system.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";

const start = Date.UTC(2026, 10, 23, 10);
const dayMs = 86_400_000;
const today = "/data/audit/audit-2026-11-23.jsonl";

function scene(days = 90, includesContent = false) {
  const files = memoryFileSystem();
  const time = { now: start };
  const open = (by = "alpha", on: FileSystem = files) =>
    new AuditLog({
      ...{ files: on, clock: { now: () => 0, wallTime: () => time.now }, by },
      ...{ path: "/data/audit/audit.jsonl", retentionDays: days, includesContent },
    });
  const text = async (path = today) =>
    new TextDecoder().decode(await files.readFile(path, { bytesMax: 1e8 }));
  return { files, time, open, text };
}

async function filled(count = 8) {
  const on = scene();
  const log = on.open();
  for (let n = 0; n < count; n += 1) {
    on.time.now += 1_000;
    await log.note("changes_applied", { run: `run${n}`, files: [`${n}.ts`] });
  }
  return { ...on, log };
}

describe("an audit log", () => {
  test("holds what was noted, in order, for its person alone", async () => {
    const { files, log } = await filled(3);
    const records = await log.records();
    expect(records).toMatchObject([
      {
        v: 1,
        at: "2026-11-23T10:00:01.000Z",
        by: "alpha",
        what: "changes_applied",
        about: { run: "run0" },
        prev: [],
      },
      { about: { run: "run1" }, prev: [records[0]?.hash] },
      { about: { run: "run2" }, prev: [records[1]?.hash] },
    ]);
    expect(await log.check()).toEqual({
      ...{ records: 3, from: "2026-11-23T10:00:01.000Z", until: "2026-11-23T10:00:03.000Z" },
      ...{ heads: [records[2]?.hash], problems: [] },
    });
    expect((await files.status(today)).mode).toBe(0o600);
    expect((await files.status("/data/audit")).mode).toBe(0o700);
  });

  test("finds every byte that is changed, but in the line ends of what nobody wrote", async () => {
    const { text } = await filled(4);
    const whole = await text();
    for (let index = 0; index < whole.length; index += 1) {
      const changed = `${whole.slice(0, index)}${String.fromCharCode(whole.charCodeAt(index) ^ 1)}${whole.slice(index + 1)}`;
      const check = checkAudit([{ name: "a", day: "2026-11-23", text: changed }]);
      expect(check.problems.length).toBeGreaterThan(0);
    }
  });

  test("finds a record that was taken out, doubled, moved, or put in", async () => {
    const { text, log } = await filled(90);
    const lines = (await text()).trimEnd().split("\n");
    const problems = (changed: readonly string[]) =>
      checkAudit([{ name: "a", day: "2026-11-23", text: `${changed.join("\n")}\n` }]).problems;
    expect(problems(lines)).toEqual([]);
    for (const at of [0, 1, 44, 88]) expect(problems(lines.toSpliced(at, 1))).not.toEqual([]);
    expect(problems(lines.toSpliced(40, 0, lines[40] ?? ""))).not.toEqual([]);
    expect(problems(lines.toSpliced(40, 2, lines[41] ?? "", lines[40] ?? ""))).not.toEqual([]);
    expect(problems(lines.slice(20))).not.toEqual([]);
    // One that is rightly made refers to others, and none to it.
    const other = await filled(3);
    await other.log.note("trust_given", { path: "/evil" });
    const forged = (await other.text()).trimEnd().split("\n").at(-1) ?? "";
    expect(problems(lines.toSpliced(1, 0, forged))).not.toEqual([]);
    expect((await log.check()).problems).toEqual([]);
  });

  test("does not find what was cut off at the end, unless another node has noted it", async () => {
    const { text, log } = await filled(5);
    const own = await log.records();
    const noted = scene();
    const beta = noted.open("beta");
    await beta.note("head_noted", { node: "alpha", head: own[4]?.hash });
    await beta.note("head_noted", { node: "gamma", head: "0".repeat(64) });
    const others = await beta.records();
    expect(missingHeads(own, others, "beta")).toEqual([]);
    const cut = auditRecords([
      { name: "a", day: "", text: (await text()).split("\n").slice(0, 3).join("\n") },
    ]);
    expect(missingHeads(cut, others, "beta")).toMatchObject([
      { file: "beta", message: expect.stringContaining("alpha") },
    ]);
  });

  test("is whole with any number of programs that write at once", async () => {
    const { files, open, text } = scene();
    // Each program sees the file as it was a moment ago.
    const slow: FileSystem = {
      ...files,
      appendFile: async (...given) => {
        await Promise.resolve();
        await new Promise<void>((resolve) => setImmediate(resolve));
        return files.appendFile(...given);
      },
    };
    const logs = Array.from({ length: 8 }, (_, n) => open(`program${n}`, slow));
    for (let round = 0; round < 10; round += 1)
      await Promise.all(logs.map((log) => log.note("read_refused", { round })));
    await open().note("read_refused", { round: "last" });
    const check = await open().check();
    expect(check).toMatchObject({ records: 81, problems: [] });
    expect(check.heads).toHaveLength(1);
    expect(await text()).toContain('"prev":["');
  });

  test("goes on in another file each day, and takes out what is too old, which it says", async () => {
    const { files, time, open } = scene(10);
    const log = open();
    for (let day = 0; day < 30; day += 1) {
      await log.note("read_refused", { day });
      time.now += dayMs;
    }
    const check = await open("later").check();
    expect(check.problems).toEqual([]);
    const names: string[] = [];
    for await (const { name } of files.readDirectory("/data/audit")) names.push(name);
    expect(names).toHaveLength(11);
    const records = await log.records();
    expect(records.filter(({ what }) => what === "audit_shortened").length).toBeGreaterThan(5);
    // Somebody else may not take out a day in its middle, and the oldest only together with every record that says so.
    await files.remove("/data/audit/audit-2026-12-15.jsonl");
    expect((await log.check()).problems).not.toEqual([]);
  });

  test("row 28: goes on after a line that was cut off, and says so", async () => {
    for (const torn of ['{"v":1,"at":"2026', "x"]) {
      const { files, text, log, open } = await filled(3);
      files.putFile(today, `${await text()}${torn}`, 0o600);
      expect((await log.check()).problems).toHaveLength(1);
      await open("after").note("read_refused", {});
      expect((await log.records()).map(({ what }) => what).slice(-2)).toEqual(["audit_torn", "read_refused"]);
      expect(await log.check()).toMatchObject({ records: 5, problems: [] });
    }
  });

  test("row 27: says that it cannot write, and goes on once it can", async () => {
    const { files, open } = scene();
    let isFull = true;
    const log = open("alpha", {
      ...files,
      appendFile: async (path, ...rest) => {
        if (isFull) throw new FileError("no_space", "append to", path);
        return files.appendFile(path, ...rest);
      },
    });
    await expect(log.note("read_refused", { n: 1 })).rejects.toMatchObject({ code: "no_space" });
    isFull = false;
    await log.note("read_refused", { n: 2 });
    expect(await log.check()).toMatchObject({ records: 1, problems: [] });
  });

  test("leaves out what was sent itself, unless that is configured, and cuts what is too long", async () => {
    const plain = scene().open();
    await plain.note("sent_to_model", { sha256: "1" }, "the text");
    expect((await plain.records())[0]?.about).toEqual({ sha256: "1" });
    const open = scene(90, true).open();
    await open.note("sent_to_model", { sha256: "1" }, "the text");
    expect((await open.records())[0]?.about).toEqual({ sha256: "1", content: "the text" });
    await plain.note("changes_applied", { files: Array.from({ length: 10_000 }, (_, n) => `${n}.ts`) });
    expect(JSON.stringify((await plain.records())[1]?.about).length).toBeLessThan(20_000);
    expect((await plain.check()).problems).toEqual([]);
  });
});
