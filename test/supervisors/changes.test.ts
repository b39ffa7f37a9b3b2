// What a command or a node says, when it begins, of changes that were interrupted; and what is audited of them.
import { describe, expect, test } from "vitest";
import { AuditLog } from "../../actors/audit/audit-log.ts";
import type { ChangeKeeper } from "../../actors/workspace/changes/keeper.ts";
import type { FileSystem } from "../../runtime/file-system.ts";
import { simulatedWorld } from "../../runtime/worlds/simulated.ts";
import { openChanges } from "../../supervisors/changes.ts";
import { loadConfiguration } from "../../supervisors/config.ts";
// Loaded before: nothing is loaded in simulated time.
import "../../supervisors/config/yaml-settings.ts";
import {
  Crash,
  change,
  type Fault,
  failure,
  faulty,
  project,
  set,
} from "../actors/workspace/changes/stage.ts";

const clock = { now: () => 0, wallTime: () => 1_000 };
const work = set("run1/1", change("a.ts", "one", "1"), change("b.ts", "two", "2"));

async function place(auditFault: Fault = () => undefined) {
  const world = simulatedWorld();
  const configuration = await world.until(loadConfiguration({ world, env: {}, home: "/home/ada" }));
  const files = project({ "a.ts": "one", "b.ts": "two" });
  const path = "/data/audit.jsonl";
  const audit = new AuditLog({
    files: faulty(files, auditFault),
    clock,
    path,
    retentionDays: 1,
    includesContent: false,
    by: "test",
  });
  const told: string[] = [];
  const open = (over: FileSystem = files, directory = "/project"): Promise<ChangeKeeper> =>
    openChanges({ files: over, clock }, configuration, directory, (said) => told.push(said), audit);
  /** A program that applies the set, and ends before the disk does the given thing. */
  const interrupted = async (isEnd: (operation: string, path: string) => boolean): Promise<void> => {
    let hasEnded = false;
    const dying = faulty(files, (operation, path) => {
      hasEnded ||= isEnd(operation, path);
      return hasEnded ? "crash" : undefined;
    });
    await expect((await open(dying)).apply(work)).rejects.toBeInstanceOf(Crash);
  };
  const text = async (name: string): Promise<string> =>
    new TextDecoder().decode(await files.readFile(`/project/${name}`, { bytesMax: 100 }));
  return { files, audit, told, open, interrupted, text };
}

const ofProject = (path: string): boolean => path.startsWith("/project/");

describe("Changes that were interrupted", () => {
  test("are completed where nobody touched the files, and told", async () => {
    const { told, open, interrupted, text } = await place();
    await interrupted((_, path) => ofProject(path) && path.includes("b.ts"));
    await open();
    expect(told).toEqual([
      "The changes of run run1 (Change 2 files) were interrupted, and are complete now. aiex undo takes them back.",
    ]);
    expect([await text("a.ts"), await text("b.ts")]).toEqual(["1", "2"]);
  });

  test("are taken back where somebody changed a file meanwhile, which is left alone and named", async () => {
    const { files, told, open, interrupted, text } = await place();
    await interrupted((_, path) => ofProject(path) && path.includes("b.ts"));
    files.putFile("/project/b.ts", "mine");
    await open();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/run1 .* were interrupted, and were taken back\..*b\.ts/);
    expect([await text("a.ts"), await text("b.ts")]).toEqual(["one", "mine"]);
  });

  test("are told as well where what is kept of them cannot be read any more", async () => {
    const { files, told, open, interrupted } = await place();
    await interrupted((_, path) => ofProject(path) && path.includes("b.ts"));
    for (const path of await filesBelow(files, "/home/ada"))
      if (!path.endsWith("/")) files.putFile(path, "?");
    await open();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/damaged: some of its files may be changed/);
  });

  test("are no news where the directory is not there", async () => {
    const { files, told, open } = await place();
    await open(files, "/gone");
    expect(told).toEqual([]);
  });

  test("are said to be unknown where nobody can find out", async () => {
    const { files, told, open } = await place();
    const readDirectory: FileSystem["readDirectory"] = (path) => {
      if (path.includes("changes")) throw failure("file_failed", path);
      return files.readDirectory(path);
    };
    await open({ ...files, readDirectory });
    expect(told[0]).toMatch(/cannot be found out now/);
  });
});

describe("What is changed", () => {
  test("is audited, and so is what is taken back", async () => {
    const { audit, open } = await place();
    const keeper = await open();
    expect(await keeper.apply(work)).toMatchObject({ ok: true });
    expect(await keeper.undo("run1")).toMatchObject({ ok: true });
    expect((await audit.records()).map(({ what }) => what)).toEqual(["changes_applied", "changes_undone"]);
  });

  test("stays changed where that cannot be audited, which is told", async () => {
    const { files, told, open, text } = await place((_, path) =>
      path.includes("audit") ? failure("no_space", path) : undefined,
    );
    expect(await (await open(files)).apply(work)).toMatchObject({ ok: true });
    expect(told).toEqual([expect.stringMatching(/^The audit log misses a change of files: /)]);
    expect(await text("a.ts")).toBe("1");
  });
});

async function filesBelow(files: FileSystem, path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, kind } of files.readDirectory(path)) {
    const below = `${path}/${name}`;
    found.push(...(kind === "directory" ? await filesBelow(files, below) : [below]));
  }
  return found;
}
