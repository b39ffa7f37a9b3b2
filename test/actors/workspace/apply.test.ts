// Changes of files by their owner: once, to what they were, and nowhere else.
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FileChange } from "../../../actors/workspace/access.ts";
import { applyChange } from "../../../actors/workspace/apply.ts";
import { FileError } from "../../../runtime/file-system.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { realWorld } from "../../../runtime/index.ts";
import { blobHash } from "../../../runtime/store/blob-guard.ts";
import { sandbox } from "./sandbox-stage.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const hash = (text: string): string => blobHash(bytesOf(text));

/** `null` stands for no file. */
function change(path: string, before: string | null, after: string | null): FileChange {
  return {
    path,
    before: before === null ? null : hash(before),
    after: after === null ? null : hash(after),
    bytes: after === null ? undefined : bytesOf(after),
  };
}

function stage() {
  const files = memoryFileSystem();
  files.putFile("/project/a.ts", "one", 0o755);
  const owner = { files, directory: "/project", sandbox: sandbox() };
  const read = async (path: string): Promise<string> =>
    new TextDecoder().decode(await files.readFile(path, { bytesMax: 1_000 }));
  return { files, owner, read };
}

describe("applyChange()", () => {
  test("replaces a file that is what it was, and keeps its permissions", async () => {
    const { files, owner, read } = stage();
    expect(await applyChange(owner, change("a.ts", "one", "two"))).toEqual({ ok: true });
    expect(await read("/project/a.ts")).toBe("two");
    expect((await files.status("/project/a.ts")).mode).toBe(0o755);
  });

  test("makes a file with the directories above it, and takes one away", async () => {
    const { files, owner, read } = stage();
    expect(await applyChange(owner, change("lib/deep/b.ts", null, "new"))).toEqual({ ok: true });
    expect(await read("/project/lib/deep/b.ts")).toBe("new");
    expect(await applyChange(owner, change("a.ts", "one", null))).toEqual({ ok: true });
    await expect(files.status("/project/a.ts")).rejects.toMatchObject({ code: "file_not_found" });
  });

  test.each([
    ["replaced", "one", "two"],
    ["taken away", "one", null],
  ])("changes nothing where the file is %s already", async (_, before, after) => {
    const { files, owner } = stage();
    const wanted = change("a.ts", before, after);
    expect(await applyChange(owner, wanted)).toEqual({ ok: true });
    const writing = { ...files, writeFile: refuse, remove: refuse };
    expect(await applyChange({ ...owner, files: writing }, wanted)).toEqual({ ok: true });
  });

  test.each([
    ["is another", change("a.ts", "zero", "two")],
    ["is there where none was", change("a.ts", null, "two")],
    ["is gone", change("b.ts", "one", "two")],
  ])("leaves a file alone that %s", async (_, wanted) => {
    const { owner, read } = stage();
    const applied = await applyChange(owner, wanted);
    expect(applied).toMatchObject({ ok: false, code: "changed_since" });
    expect(applied).toMatchObject({ message: expect.stringContaining("made anew") });
    expect(await read("/project/a.ts")).toBe("one");
  });

  test.each([
    "../out.ts",
    "/etc/passwd",
    "lib/../../out.ts",
    "",
    "lib//a.ts",
    "./a.ts",
    "lib/",
    "a\0.ts",
    ".git/hooks/pre-commit",
    "sub/.GIT/config",
  ])("refuses the path %j", async (path) => {
    const { owner } = stage();
    const writing = { ...owner.files, writeFile: refuse, makeDirectory: refuse };
    const applied = await applyChange({ ...owner, files: writing }, change(path, null, "x"));
    expect(applied).toMatchObject({ ok: false, code: "denied" });
  });

  test.each([
    ["a link in its place", "link.ts"],
    ["a link to a directory outside on the way", "out/a.ts"],
    ["a link to a directory inside on the way", "in/a.ts"],
    ["a directory in its place", "lib"],
    ["a file on the way", "a.ts/b.ts"],
    ["a pipe in its place", "pipe"],
  ])("refuses %s", async (_, path) => {
    const { files, owner, read } = stage();
    files.putFile("/secret/a.ts", "secret");
    files.putDirectory("/project/lib");
    files.putLink("/project/link.ts", "/project/a.ts");
    files.putLink("/project/out", "/secret");
    files.putLink("/project/in", "/project/lib");
    files.putSpecial("/project/pipe", "fifo");
    for (const before of [null, "one", "secret"])
      expect(await applyChange(owner, change(path, before, "two"))).toMatchObject({ code: "denied" });
    expect(await read("/project/a.ts")).toBe("one");
    expect(await read("/secret/a.ts")).toBe("secret");
  });

  test("refuses bytes that do not hash to what they are said to", async () => {
    const { owner, read } = stage();
    const wrong = { ...change("a.ts", "one", "two"), bytes: bytesOf("three") };
    expect(await applyChange(owner, wrong)).toMatchObject({ ok: false, code: "denied" });
    const without = { ...change("a.ts", "one", "two"), bytes: undefined };
    expect(await applyChange(owner, without)).toMatchObject({ ok: false, code: "denied" });
    expect(await read("/project/a.ts")).toBe("one");
  });

  test("says what the system refused", async () => {
    const { files, owner } = stage();
    const full = {
      ...files,
      writeFile: () => Promise.reject(new FileError("no_space", "write", "/project/a.ts")),
    };
    const applied = await applyChange({ ...owner, files: full }, change("a.ts", "one", "two"));
    expect(applied).toMatchObject({ ok: false, code: "failed" });
    expect(applied).toMatchObject({ message: expect.stringContaining("disk or the quota is full") });
    const gone = await applyChange({ ...owner, directory: "/nowhere" }, change("a.ts", "one", "two"));
    expect(gone).toMatchObject({ ok: false, code: "failed" });
  });
});

describe("applyChange() on a disk", () => {
  let directory = "";
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "aiex-apply-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  test("replaces, makes and refuses as in memory, and leaves nothing beside", async () => {
    const { files } = realWorld();
    const owner = { files, directory, sandbox: sandbox() };
    await writeFile(join(directory, "run.sh"), "one", { mode: 0o750 });
    await mkdir(join(directory, "lib"));
    await symlink("/etc", join(directory, "etc"));
    expect(await applyChange(owner, change("run.sh", "one", "two"))).toEqual({ ok: true });
    expect(await readFile(join(directory, "run.sh"), "utf8")).toBe("two");
    expect((await stat(join(directory, "run.sh"))).mode & 0o777).toBe(0o750);
    expect(await applyChange(owner, change("lib/new/a.ts", null, "x"))).toEqual({ ok: true });
    expect(await applyChange(owner, change("etc/aiex", null, "x"))).toMatchObject({ code: "denied" });
    const names: string[] = [];
    for await (const { name } of files.readDirectory(directory)) names.push(name);
    expect(names.sort()).toEqual(["etc", "lib", "run.sh"]);
  });
});

function refuse(): never {
  throw new Error("Nothing is to be written.");
}
