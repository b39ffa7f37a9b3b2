// Sets of changes: all or nothing, whatever happens in their middle.
import { describe, expect, test } from "vitest";
import type { ChangeSet } from "../../../../actors/workspace/access.ts";
import type { FileError } from "../../../../runtime/file-system.ts";
import {
  bytesOf,
  Crash,
  change,
  type Fault,
  failure,
  faulty,
  folder,
  keeperOf,
  project,
  set,
  tree,
} from "./stage.ts";

const before = { "a.ts": "one", "b.ts": "two", "old.ts": "gone soon" };
const work = set(
  "run1/1",
  change("a.ts", "one", "1"),
  change("old.ts", "gone soon", null),
  change("lib/deep/new.ts", null, "new"),
  change("b.ts", "two", "2"),
);
const beforeTree = { "/project/a.ts": "one", "/project/b.ts": "two", "/project/old.ts": "gone soon" };
const afterTree = {
  "/project/a.ts": "1",
  "/project/b.ts": "2",
  "/project/lib": null,
  "/project/lib/deep": null,
  "/project/lib/deep/new.ts": "new",
};

/** How often a disk is asked to change something while `work` is applied. */
async function operationsOf(run: (files: ReturnType<typeof faulty>) => Promise<unknown>): Promise<number> {
  let count = 0;
  const files = faulty(project(before), () => {
    count += 1;
    return undefined;
  });
  await run(files);
  return count;
}

/** The fault at the given operation; `andAfter`: at all that follow, too. */
function at(index: number, fault: (path: string) => ReturnType<Fault>, andAfter = false): Fault {
  let count = 0;
  return (_, path) => {
    count += 1;
    return count === index || (andAfter && count > index) ? fault(path) : undefined;
  };
}

describe("a keeper of changes", () => {
  test("applies a set of them once, and says so", async () => {
    const files = project(before);
    files.setMode("/project/a.ts", 0o755);
    const keeper = keeperOf(files);
    expect(await keeper.apply(work)).toEqual({ ok: true, isNew: true });
    expect(await tree(files)).toEqual(afterTree);
    expect((await files.status("/project/a.ts")).mode).toBe(0o755);
    files.putFile("/project/a.ts", "edited since");
    expect(await keeperOf(files).apply(work)).toEqual({ ok: true, isNew: false });
    expect(await tree(files)).toEqual({ ...afterTree, "/project/a.ts": "edited since" });
  });

  test("takes what is there already for done", async () => {
    const files = project({ "a.ts": "1" });
    expect(await keeperOf(files).apply(set("r/1", change("a.ts", "one", "1")))).toEqual({
      ok: true,
      isNew: false,
    });
    expect(await keeperOf(files).list()).toEqual([]);
  });

  test("keeps what it writes for itself to the person alone", async () => {
    const files = project(before);
    await keeperOf(files).apply(work);
    for (const [path, text] of Object.entries(await tree(files, "/data")))
      expect((await files.status(path)).mode).toBe(text === null ? 0o700 : 0o600);
  });

  test("row 46: changes nothing where one of the files is not what it was", async () => {
    const files = project({ ...before, "b.ts": "edited" });
    expect(await keeperOf(files).apply(work)).toMatchObject({
      ok: false,
      code: "changed_since",
      path: "b.ts",
    });
    expect(await tree(files)).toEqual({ ...beforeTree, "/project/b.ts": "edited" });
  });

  test("row 46: takes everything back where a file is changed by somebody else in the middle", async () => {
    const files = project(before);
    const racing = faulty(files, (operation, path) => {
      if (operation === "remove" && path.endsWith("old.ts")) files.putFile("/project/b.ts", "edited");
      return undefined;
    });
    expect(await keeperOf(racing).apply(work)).toMatchObject({ code: "changed_since", path: "b.ts" });
    expect(await tree(files)).toEqual({ ...beforeTree, "/project/b.ts": "edited" });
    // It is as if it had never been: what was found afterwards may be changed by a set of the same name.
    const again = { ...work, changes: [...work.changes.slice(0, 3), change("b.ts", "edited", "2")] };
    expect(await keeperOf(files).apply(again)).toEqual({ ok: true, isNew: true });
    expect(await tree(files)).toEqual(afterTree);
  });

  test("row 46: leaves all or nothing behind where it ends before any operation, and says at its next start which", async () => {
    const count = await operationsOf((files) => keeperOf(files).apply(work));
    expect(count).toBeGreaterThan(7);
    const outcomes = new Set<string>();
    for (let index = 1; index <= count; index += 1) {
      const files = project(before);
      const dying = faulty(
        files,
        at(index, () => "crash", true),
      );
      await expect(keeperOf(dying).apply(work)).rejects.toThrow(Crash);
      const found = await keeperOf(files).recover();
      const now = await tree(files);
      const isThere = "/project/lib/deep/new.ts" in now;
      expect(now).toEqual(isThere ? afterTree : beforeTree);
      outcomes.add(isThere ? "after" : "before");
      if (found.length > 0) expect(found).toMatchObject([{ outcome: "completed", run: "run1", left: [] }]);
      // Nothing is left to be done, and asking for it again ends as it should.
      expect(await keeperOf(files).recover()).toEqual([]);
      expect(await keeperOf(files).apply(work)).toEqual({ ok: true, isNew: !isThere });
      expect(await tree(files)).toEqual(afterTree);
    }
    expect(outcomes).toEqual(new Set(["before", "after"]));
  });

  test("row 46: ends in good order where the recovery is interrupted as well, at any operation", async () => {
    for (const isEdited of [false, true]) {
      for (let index = 1; index < 60; index += 1) {
        const files = project(before);
        const dying = faulty(files, (operation, path) =>
          operation === "remove" && path.endsWith("old.ts") ? "crash" : undefined,
        );
        await expect(keeperOf(dying).apply(work)).rejects.toThrow(Crash);
        if (isEdited) files.putFile("/project/b.ts", "edited");
        await keeperOf(
          faulty(
            files,
            at(index, () => "crash", true),
          ),
        )
          .recover()
          .catch(() => undefined);
        await keeperOf(files).recover();
        const { "/project/b.ts": b, ...rest } = await tree(files);
        const { "/project/b.ts": _, ...expected } = isEdited ? beforeTree : afterTree;
        expect(rest).toEqual(expected);
        expect(b).toBe(isEdited ? "edited" : "2");
        expect(await keeperOf(files).recover()).toEqual([]);
      }
    }
  });

  test("row 46: takes an interrupted set back where somebody changed one of its files meanwhile, and leaves that one", async () => {
    const files = project(before);
    const dying = faulty(files, (operation, path) =>
      operation === "write" && path.endsWith("b.ts") ? "crash" : undefined,
    );
    await expect(keeperOf(dying).apply(work)).rejects.toThrow(Crash);
    files.putFile("/project/a.ts", "edited");
    // What was being written when it ended.
    files.putFile(`/project/.aiex-${"0".repeat(32)}.tmp`, "tw");
    expect(await keeperOf(files).recover()).toEqual([
      { outcome: "taken_back", title: work.title, run: "run1", left: ["a.ts"] },
    ]);
    expect(await tree(files)).toEqual({ ...beforeTree, "/project/a.ts": "edited" });
  });

  test.each<FileError["code"]>(["no_space", "file_failed", "read_only_file_system", "too_many_open_files"])(
    "row 27: fails visibly and changes nothing where the disk answers %s once, at any operation",
    async (code) => {
      const count = await operationsOf((files) => keeperOf(files).apply(work));
      for (let index = 1; index <= count; index += 1) {
        const files = project(before);
        const failing = faulty(
          files,
          at(index, (path) => failure(code, path)),
        );
        const applied = await keeperOf(failing).apply(work);
        const now = await tree(files);
        if (applied.ok) expect(now).toEqual(afterTree);
        else {
          expect(applied).toMatchObject({ code: "failed" });
          expect(now).toEqual(beforeTree);
        }
        expect(await keeperOf(files).apply(work)).toMatchObject({ ok: true, isNew: !applied.ok });
        expect(await tree(files)).toEqual(afterTree);
      }
    },
  );

  test("row 27: acknowledges nothing on a disk that stays full, at any operation, and ends it once there is room", async () => {
    const count = await operationsOf((files) => keeperOf(files).apply(work));
    for (let index = 1; index < count; index += 1) {
      const files = project(before);
      let isFull = true;
      const fault = at(index, (path) => failure("no_space", path), true);
      const keeper = keeperOf(
        faulty(files, (operation, path) =>
          // Taking away needs no room.
          isFull && operation !== "remove" ? fault(operation, path) : undefined,
        ),
      );
      expect(await keeper.apply(work)).toMatchObject({ ok: false, code: "failed" });
      isFull = false;
      await keeper.recover();
      const now = await tree(files);
      expect(now).toEqual("/project/lib/deep/new.ts" in now ? afterTree : beforeTree);
      expect(await keeper.apply(work)).toMatchObject({ ok: true });
      expect(await tree(files)).toEqual(afterTree);
    }
  });

  test("row 28: tells of an interrupted set that is damaged, at any byte, and goes on with the others", async () => {
    const small = set("run1/1", change("a.ts", "one", "1"), change("b.ts", "two", "2"));
    const files = project(before);
    const dying = faulty(files, (operation, path) =>
      operation === "write" && path.endsWith("b.ts") ? "crash" : undefined,
    );
    await expect(keeperOf(dying).apply(small)).rejects.toThrow(Crash);
    const [place] = Object.keys(await tree(files, folder)).filter((path) => path.endsWith(".set"));
    if (place === undefined) throw new Error("It is not kept.");
    const whole = await files.readFile(place, { bytesMax: 1_000_000 });
    const other = set("run2/1", change("old.ts", "gone soon", "x"));
    for (let index = 0; index < whole.length; index += 1) {
      const torn =
        index % 2 === 0 ? whole.slice(0, index) : whole.map((byte, n) => (n === index ? byte ^ 1 : byte));
      const copy = project({ "a.ts": "1", "b.ts": "two", "old.ts": "gone soon" });
      copy.putFile(place, torn);
      expect(await keeperOf(copy).recover()).toMatchObject([{ outcome: "lost" }]);
      expect(await keeperOf(copy).recover()).toEqual([]);
      expect(await keeperOf(copy).apply(other)).toMatchObject({ ok: true });
      expect(await keeperOf(copy).list()).toMatchObject([{ run: "run2" }]);
    }
  });

  test("row 28: recovers where how a set ended was cut off", async () => {
    for (const torn of ["", "\n", "\ndo", "\nbac", "garbage", "\u0000\u0001"]) {
      const files = project(before);
      await keeperOf(files).apply(work);
      const [place] = Object.keys(await tree(files, folder)).filter((path) => path.endsWith(".end"));
      files.putFile(place ?? "", torn);
      expect(await keeperOf(files).recover()).toMatchObject([{ outcome: "completed" }]);
      expect(await keeperOf(files).recover()).toEqual([]);
      expect(await tree(files)).toEqual(afterTree);
    }
  });

  test("agrees with another program that recovers the set while it is being applied", async () => {
    const count = await operationsOf((files) => keeperOf(files).apply(work));
    for (let index = 1; index <= count; index += 1) {
      const files = project(before);
      let seen = 0;
      const slow = {
        ...faulty(files, () => undefined),
        writeFile: async (...given: Parameters<typeof files.writeFile>) => {
          seen += 1;
          if (seen === index) await keeperOf(files).recover();
          return files.writeFile(...given);
        },
      };
      expect(await keeperOf(slow).apply(work)).toEqual({ ok: true, isNew: true });
      expect(await tree(files)).toEqual(afterTree);
      expect(await keeperOf(files).recover()).toEqual([]);
    }
  });

  test("does one thing after the other, in the order in which it was asked", async () => {
    const files = project({ "a.ts": "0" });
    const keeper = keeperOf(files);
    const sets = Array.from({ length: 20 }, (_, n) => set(`run/${n}`, change("a.ts", `${n}`, `${n + 1}`)));
    const applied = await Promise.all(sets.map((one) => keeper.apply(one)));
    expect(applied.every(({ ok }) => ok)).toBe(true);
    expect(await tree(files)).toEqual({ "/project/a.ts": "20" });
  });

  test.each<[string, ChangeSet, string]>([
    ["the same file twice", set("r/1", change("a.ts", "one", "1"), change("a.ts", "one", "2")), "twice"],
    ["no id", set("", change("a.ts", "one", "1")), "an id of"],
    ["a path outside", set("r/1", change("a.ts", "one", "1"), change("../x.ts", null, "1")), "no path below"],
    ["a path in .git", set("r/1", change("a.ts", "one", "1"), change(".git/hooks/x", null, "1")), ".git"],
    [
      "another hash than that of its bytes",
      set("r/1", { ...change("a.ts", "one", "1"), bytes: bytesOf("2") }),
      "another hash",
    ],
    [
      "too many files",
      set("r/1", ...Array.from({ length: 10_001 }, (_, n) => change(`${n}`, null, "1"))),
      "too many",
    ],
  ])("refuses a set with %s, and changes nothing", async (_, bad, why) => {
    const files = project(before);
    const applied = await keeperOf(files).apply(bad);
    expect(applied).toMatchObject({ ok: false, code: "denied", message: expect.stringContaining(why) });
    expect(await tree(files)).toEqual(beforeTree);
  });

  test("changes nothing where the sandbox denies one of the files, now or for a set that is kept", async () => {
    const files = project(before);
    const denying = keeperOf(files, { sandbox: { denied_patterns: ["b.ts"] } });
    expect(await denying.apply(work)).toMatchObject({ ok: false, code: "denied", path: "b.ts" });
    expect(await keeperOf(files).apply(set("r/1", change(".env", null, "KEY=1")))).toMatchObject({
      code: "denied",
    });
    expect(await tree(files)).toEqual(beforeTree);
    await keeperOf(files).apply(work);
    expect(await denying.undo(undefined)).toMatchObject({ ok: false, code: "denied", path: "b.ts" });
    expect(await tree(files)).toEqual(afterTree);
  });

  test("refuses other changes under an id that was applied", async () => {
    const files = project(before);
    await keeperOf(files).apply(set("r/1", change("a.ts", "one", "1")));
    const other = await keeperOf(files).apply(set("r/1", change("b.ts", "two", "2")));
    expect(other).toMatchObject({
      ok: false,
      code: "failed",
      message: expect.stringContaining("an id of its own"),
    });
    expect(await tree(files)).toMatchObject({ "/project/b.ts": "two" });
  });

  test("goes through no link, and replaces none", async () => {
    const files = project(before);
    files.putFile("/outside/x.ts", "one");
    files.putLink("/project/out", "/outside");
    files.putLink("/project/link.ts", "/outside/x.ts");
    for (const path of ["out/x.ts", "link.ts", "out/new.ts"]) {
      const bad = set(
        `r/${path}`,
        change("a.ts", "one", "1"),
        change(path, path === "out/new.ts" ? null : "one", "2"),
      );
      expect(await keeperOf(files).apply(bad)).toMatchObject({ ok: false, code: "denied", path });
    }
    expect(await tree(files, "/outside")).toEqual({ "/outside/x.ts": "one" });
    expect((await tree(files))["/project/a.ts"]).toBe("one");
  });
});

describe("undo", () => {
  test("takes back all that the last run changed, the directories that it made included", async () => {
    const files = project(before);
    files.setMode("/project/old.ts", 0o755);
    const keeper = keeperOf(files);
    await keeper.apply(work);
    await keeper.apply(set("run1/2", change("a.ts", "1", "1 again"), change("lib/more.ts", null, "more")));
    expect(await keeper.undo(undefined)).toMatchObject({
      ok: true,
      run: "run1",
      sets: [{ title: "Change 2 files" }, { title: "Change 4 files" }],
    });
    expect(await tree(files)).toEqual(beforeTree);
    expect((await files.status("/project/old.ts")).mode).toBe(0o755);
    expect(await keeper.undo(undefined)).toMatchObject({ ok: false, code: "nothing_to_undo" });
    expect(await keeper.undo("run1")).toMatchObject({
      code: "nothing_to_undo",
      message: expect.stringContaining("already"),
    });
  });

  test("takes back the run that is named, and goes to the one before the next time", async () => {
    const files = project(before);
    const keeper = keeperOf(files);
    await keeper.apply(set("abc/1", change("a.ts", "one", "1")));
    await keeper.apply(set("abd/1", change("b.ts", "two", "2")));
    await keeper.apply(set("xyz/1", change("old.ts", "gone soon", "3")));
    expect(await keeper.undo("ab")).toMatchObject({ code: "ambiguous_run" });
    expect(await keeper.undo("q")).toMatchObject({ code: "unknown_run" });
    expect(await keeper.undo("abd")).toMatchObject({ ok: true, run: "abd", files: [{ path: "b.ts" }] });
    expect(await keeper.undo(undefined)).toMatchObject({ ok: true, run: "xyz" });
    expect(await keeper.undo(undefined)).toMatchObject({ ok: true, run: "abc" });
    expect(await tree(files)).toEqual(beforeTree);
    const states = (await keeper.list()).map(({ run, state }) => `${run} ${state}`);
    expect(states).toEqual(["abc undo", "xyz undo", "abd undo", "xyz undone", "abd undone", "abc undone"]);
  });

  test("leaves everything as it is where a file was changed since, by a person or another run, and says which", async () => {
    const files = project(before);
    const keeper = keeperOf(files);
    await keeper.apply(work);
    files.putFile("/project/lib/deep/new.ts", "edited");
    const edited = { ...afterTree, "/project/lib/deep/new.ts": "edited" };
    expect(await keeper.undo(undefined)).toMatchObject({
      ok: false,
      code: "changed_since",
      path: "lib/deep/new.ts",
    });
    expect(await tree(files)).toEqual(edited);
    files.putFile("/project/lib/deep/new.ts", "new");
    await keeper.apply(set("later/1", change("a.ts", "1", "later")));
    expect(await keeper.undo("run1")).toMatchObject({ ok: false, code: "changed_since", path: "a.ts" });
    expect(await keeper.undo("later")).toMatchObject({ ok: true });
    expect(await keeper.undo("run1")).toMatchObject({ ok: true });
    expect(await tree(files)).toEqual(beforeTree);
  });

  test("loses nothing of what a person did between two changes of a run", async () => {
    const files = project(before);
    const keeper = keeperOf(files);
    await keeper.apply(set("r/1", change("a.ts", "one", "1")));
    files.putFile("/project/a.ts", "mine");
    await keeper.apply(set("r/2", change("a.ts", "mine", "mine and theirs")));
    expect(await keeper.undo("r")).toMatchObject({ ok: false, code: "changed_since", path: "a.ts" });
    expect(await tree(files)).toMatchObject({ "/project/a.ts": "mine and theirs" });
  });

  test("counts files that were put back by hand as taken back", async () => {
    const files = project(before);
    const keeper = keeperOf(files);
    await keeper.apply(set("r/1", change("a.ts", "one", "1")));
    files.putFile("/project/a.ts", "one");
    expect(await keeper.undo(undefined)).toMatchObject({ ok: true, run: "r" });
    expect(await keeper.undo(undefined)).toMatchObject({ code: "nothing_to_undo" });
  });

  test("row 46: is all or nothing as well, where it ends before any operation", async () => {
    const count = await operationsOf(async (files) => {
      const keeper = keeperOf(files);
      await keeper.apply(work);
      await keeper.undo(undefined);
    });
    const applying = await operationsOf((files) => keeperOf(files).apply(work));
    for (let index = 1; index <= count - applying; index += 1) {
      const files = project(before);
      await keeperOf(files).apply(work);
      const dying = faulty(
        files,
        at(index, () => "crash", true),
      );
      await expect(keeperOf(dying).undo(undefined)).rejects.toThrow(Crash);
      await keeperOf(files).recover();
      const now = await tree(files);
      expect(now).toEqual("/project/lib/deep/new.ts" in now ? afterTree : beforeTree);
      await keeperOf(files).undo("run1");
      expect(await tree(files)).toEqual(beforeTree);
    }
  });

  test("says that it cannot where what is kept is damaged, and changes nothing", async () => {
    const files = project(before);
    await keeperOf(files).apply(work);
    const [place] = Object.keys(await tree(files, folder)).filter((path) => path.endsWith(".set"));
    const whole = await files.readFile(place ?? "", { bytesMax: 1_000_000 });
    files.putFile(
      place ?? "",
      whole.map((byte, n) => (n === whole.length - 1 ? byte ^ 1 : byte)),
    );
    expect(await keeperOf(files).undo("run1")).toMatchObject({
      ok: false,
      code: "failed",
      message: expect.stringContaining("damaged"),
    });
    expect(await tree(files)).toEqual(afterTree);
  });
});

describe("what is kept of changes", () => {
  const dayMs = 86_400_000;

  test("goes after its days, a run at a time", async () => {
    const files = project({ "a.ts": "0" });
    let now = 0;
    const keeper = keeperOf(files, { at: () => now, days: 10 });
    await keeper.apply(set("old/1", change("a.ts", "0", "1")));
    now = 8 * dayMs;
    await keeper.apply(set("old/2", change("a.ts", "1", "2")));
    now = 12 * dayMs;
    await keeper.apply(set("new/1", change("a.ts", "2", "3")));
    expect((await keeper.list()).map(({ run }) => run)).toEqual(["new", "old", "old"]);
    now = 18 * dayMs;
    await keeper.apply(set("newer/1", change("a.ts", "3", "4")));
    expect((await keeper.list()).map(({ run }) => run)).toEqual(["newer", "new"]);
    expect(await keeper.undo("old")).toMatchObject({
      code: "unknown_run",
      message: expect.stringContaining("no longer"),
    });
  });

  test("goes from the oldest on where it is too much, and the newest stays however large it is", async () => {
    const files = project({});
    let now = 0;
    const keeper = keeperOf(files, { at: () => now, bytesMax: 12_000 });
    for (let n = 0; n < 6; n += 1) {
      now += 1_000;
      await keeper.apply(set(`run${n}/1`, change(`${n}.ts`, null, "x".repeat(4_000))));
    }
    expect((await keeper.list()).map(({ run }) => run)).toEqual(["run5", "run4"]);
    await keeper.apply(set("large/1", change("large.ts", null, "x".repeat(40_000))));
    expect((await keeper.list()).map(({ run }) => run)).toContain("large");
    expect(Object.keys(await tree(files, folder)).filter((path) => path.endsWith(".end"))).toHaveLength(
      (await keeper.list()).length,
    );
  });
});
