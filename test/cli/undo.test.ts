// `aiex undo` as a person meets it: what it takes back, shows and lists, and how it ends.
import { describe, expect, it } from "vitest";
import { memoryFileSystem } from "../../runtime/file-systems/memory.ts";
import { blobHash } from "../../runtime/store/blob-guard.ts";
import { change, set, tree } from "../actors/workspace/changes/stage.ts";
import { changesOf, runOn, type StageOptions, stage } from "./fixtures.ts";

const runId = "k3f7q2xaaaaaaaaa";

async function scene() {
  const files = memoryFileSystem();
  files.putFile("/home/ann/work/a.ts", "one\ntwo\n");
  files.putFile("/home/ann/work/old.ts", "old\n");
  const changes = changesOf(files, "/home/ann/work");
  const applied = await changes.apply(
    set(
      `${runId}/1`,
      change("a.ts", "one\ntwo\n", "one\n2\n"),
      change("new\u001b[31m.ts", null, "new\n"),
      change("old.ts", "old\n", null),
    ),
  );
  expect(applied).toEqual({ ok: true, isNew: true });
  const ran = async (line: string, options: StageOptions = {}) => {
    const on = stage({ changes, ...options });
    const code = await on.world.until(runOn(on, line.split(" ")));
    return { code, out: on.stdout(), err: on.stderr() };
  };
  return { files, changes, ran, now: () => tree(files, "/home/ann/work") };
}

describe("aiex undo", () => {
  it("takes back what the last run changed, and says which files", async () => {
    const { ran, now } = await scene();
    expect(await ran("undo")).toEqual({
      code: 0,
      err: "",
      out: "Took back what run k3f7q2xa changed: 3 files as before.\n  a.ts\n  new\\x1b[31m.ts (taken away)\n  old.ts (there again)\n",
    });
    expect(await now()).toEqual({ "/home/ann/work/a.ts": "one\ntwo\n", "/home/ann/work/old.ts": "old\n" });
    const again = await ran("undo");
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("nothing to take back") });
    expect(await ran("undo k3f7")).toMatchObject({ code: 1, err: expect.stringContaining("already") });
  });

  it("tells programs the same", async () => {
    const { ran } = await scene();
    const { out } = await ran("undo k3 --format json");
    expect(JSON.parse(out)).toMatchObject({
      schema: "aiex.undo/1",
      run: runId,
      files: [
        { path: "a.ts", change: "changed" },
        { path: "new\u001b[31m.ts", change: "taken away" },
        { path: "old.ts", change: "made" },
      ],
    });
    expect(out).not.toContain("\u001b");
  });

  it("changes nothing where a file was changed since, and names it", async () => {
    const { files, ran, now } = await scene();
    files.putFile("/home/ann/work/a.ts", "mine\n");
    const before = await now();
    expect(await ran("undo")).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining('"a.ts" is not as run'),
    });
    expect(await ran("undo --preview")).toMatchObject({ code: 1, out: "" });
    expect(await now()).toEqual(before);
  });

  it("ends with 2 where several runs begin so, and with 1 where none does", async () => {
    const { changes, ran } = await scene();
    await changes.apply(set("k3zzzzzzzzzzzzzz/1", change("b.ts", null, "b\n")));
    expect(await ran("undo k3")).toMatchObject({ code: 2, err: expect.stringContaining("2 runs begin") });
    expect(await ran("undo zz")).toMatchObject({
      code: 1,
      err: expect.stringContaining("No run that begins"),
    });
  });

  it("shows the diff of it in colours on a terminal, and changes nothing", async () => {
    const { ran, now } = await scene();
    const before = await now();
    const { code, out, err } = await ran("undo --preview");
    expect(code).toBe(0);
    expect(out).toContain("--- a/a.ts\n+++ b/a.ts\n@@ -1,2 +1,2 @@\n one\n-2\n+two\n");
    expect(out).toContain("--- /dev/null\n+++ b/old.ts\n");
    expect(out).not.toContain("\u001b");
    expect(err).toBe("Nothing is changed yet: 3 files, 2 lines added, 2 removed.\n");
    const colored = await ran("undo --preview", { isTTY: true });
    expect(colored.out).toContain("\u001b[32m+two\u001b[39m");
    expect(colored.out).not.toContain("\u001b[31m.ts");
    expect((await ran("undo --preview", { isTTY: true, env: { NO_COLOR: "1" } })).out).toBe(out);
    expect(await now()).toEqual(before);
  });

  it("says of files that are no text that their bytes change", async () => {
    const { files, changes, ran } = await scene();
    files.putFile("/home/ann/work/x.bin", Uint8Array.of(0, 255, 254));
    const after = { ...change("x.bin", null, "text\n") };
    await changes.apply(set("binary/1", { ...after, before: blobHash(Uint8Array.of(0, 255, 254)) }));
    const { out, err } = await ran("undo binary --preview");
    expect(out).toBe("");
    expect(err).toContain("x.bin is no text: its bytes change.\n");
    expect((await ran("undo binary")).code).toBe(0);
    const back = await files.readFile("/home/ann/work/x.bin", { bytesMax: 10 });
    expect([...back]).toEqual([0, 255, 254]);
  });

  it("lists what runs have changed, the newest first", async () => {
    const { changes, ran } = await scene();
    await changes.apply(set("later/1", change("b.ts", null, "b\n")));
    await changes.undo("later");
    const { out } = await ran("undo --list");
    const rows = out.split("\n").map((line) => line.split(/\s{2,}/).slice(0, 2));
    expect(rows).toEqual([
      ["RUN", "STATE"],
      ["later", "undo"],
      ["later", "undone"],
      ["k3f7q2xa", "applied"],
      [""],
    ]);
    const { sets } = JSON.parse((await ran("undo k3 --list --format json")).out);
    expect(sets).toMatchObject([{ run: runId, state: "applied", files: [{ change: "changed" }, {}, {}] }]);
    expect(await ran("undo nobody --list")).toMatchObject({
      code: 0,
      out: expect.stringContaining("No run has changed"),
    });
  });
});
