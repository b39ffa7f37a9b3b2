import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type WalkEntry, type WalkLimits, walk } from "../../../actors/workspace/walk.ts";
import { FileError, type FileSystem } from "../../../runtime/file-system.ts";
import { type MemoryFileSystem, memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { realFileSystem } from "../../../runtime/file-systems/real.ts";

const roomy: WalkLimits = { entriesMax: 10_000, depthMax: 50, bytesMax: 1_000_000, fileBytesMax: 100_000 };

async function entriesOf(files: FileSystem, start: string, limits = roomy): Promise<WalkEntry[]> {
  const entries: WalkEntry[] = [];
  for await (const entry of walk(files, start, limits)) entries.push(entry);
  return entries;
}

/** Files by path, skipped ones as "path: reason". */
async function summary(files: FileSystem, start = "/p", limits = roomy): Promise<string[]> {
  const entries = await entriesOf(files, start, limits);
  return entries.map((entry) => (entry.kind === "file" ? entry.path : `${entry.path}: ${entry.reason}`));
}

function project(paths: Record<string, string>): MemoryFileSystem {
  const files = memoryFileSystem();
  files.putDirectory("/p");
  for (const [path, content] of Object.entries(paths)) files.putFile(`/p/${path}`, content);
  return files;
}

describe("walk", () => {
  it("lists every file with its size, depth first in the order of names", async () => {
    const files = project({ "b.ts": "12", "a/z.ts": "1", "a/b/c.ts": "", "a.ts": "123", B: "" });
    expect(await entriesOf(files, "/p")).toEqual([
      { kind: "file", path: "B", bytes: 0, modifiedMs: expect.any(Number) },
      { kind: "file", path: "a/b/c.ts", bytes: 0, modifiedMs: expect.any(Number) },
      { kind: "file", path: "a/z.ts", bytes: 1, modifiedMs: expect.any(Number) },
      { kind: "file", path: "a.ts", bytes: 3, modifiedMs: expect.any(Number) },
      { kind: "file", path: "b.ts", bytes: 2, modifiedMs: expect.any(Number) },
    ]);
  });

  it("leaves out .git and node_modules everywhere, also as links or files", async () => {
    const files = project({
      "a.ts": "",
      ".git/config": "",
      "x/node_modules/y.js": "",
      "x/b.ts": "",
      "w/.git": "",
    });
    files.putLink("/p/node_modules", "/elsewhere");
    expect(await summary(files)).toEqual(["a.ts", "x/b.ts"]);
  });

  it("starts at a link that the user gave", async () => {
    const files = project({ "a.ts": "" });
    files.putLink("/link", "/p");
    expect(await summary(files, "/link")).toEqual(["a.ts"]);
  });

  it("fails where the start is missing, a file or closed", async () => {
    const files = project({ "a.ts": "" });
    files.putDirectory("/closed", 0o000);
    await expect(summary(files, "/gone")).rejects.toMatchObject({ code: "file_not_found" });
    await expect(summary(files, "/p/a.ts")).rejects.toMatchObject({ code: "not_directory" });
    await expect(summary(files, "/closed")).rejects.toMatchObject({ code: "file_denied" });
  });

  describe("past what cannot be read", () => {
    it("follows no link, inside or outside, and so never runs in a circle", async () => {
      const files = project({ "a/b.ts": "" });
      files.putFile("/etc/passwd", "");
      files.putLink("/p/a/up", "..");
      files.putLink("/p/round", "round");
      files.putLink("/p/out", "/etc");
      files.putLink("/p/passwd", "/etc/passwd");
      expect(await summary(files)).toEqual([
        "a/b.ts",
        "a/up: symlink",
        "out: symlink",
        "passwd: symlink",
        "round: symlink",
      ]);
    });

    it("records pipes, sockets, devices and closed directories and goes on", async () => {
      const files = project({ "z.ts": "", "closed/x.ts": "" });
      files.putSpecial("/p/fifo", "fifo");
      files.putSpecial("/p/socket", "socket");
      files.putSpecial("/p/device", "device");
      files.setMode("/p/closed", 0o000);
      expect(await entriesOf(files, "/p")).toEqual([
        { kind: "skipped", path: "closed", reason: "unreadable", code: "file_denied" },
        { kind: "skipped", path: "device", reason: "not_regular_file" },
        { kind: "skipped", path: "fifo", reason: "not_regular_file" },
        { kind: "skipped", path: "socket", reason: "not_regular_file" },
        { kind: "file", path: "z.ts", bytes: 0, modifiedMs: expect.any(Number) },
      ]);
    });

    it("gives names with line ends and escape sequences unchanged", async () => {
      expect(await summary(project({ "a\n\u001b[2J.ts": "" }))).toEqual(["a\n\u001b[2J.ts"]);
    });

    it("records what vanishes between the listing and the look", async () => {
      const files = project({ "a.ts": "", "d/b.ts": "", "z.ts": "" });
      for (const gone of ["/p/a.ts", "/p/d"]) {
        const racing: FileSystem = {
          ...files,
          linkStatus: async (path) => (path === gone ? files.linkStatus("/p/gone") : files.linkStatus(path)),
          realPath: async (path) => (path === gone ? files.realPath("/p/gone") : files.realPath(path)),
        };
        const skipped = (await entriesOf(racing, "/p")).filter((entry) => entry.kind === "skipped");
        expect(skipped).toEqual([
          { kind: "skipped", path: gone.slice(3), reason: "vanished", code: "file_not_found" },
        ]);
      }
    });

    it("does not enter a directory that became a link out of the tree", async () => {
      const files = project({ "d/a.ts": "", "z.ts": "" });
      files.putFile("/etc/passwd", "");
      const racing: FileSystem = {
        ...files,
        readDirectory: async function* (path) {
          yield* files.readDirectory(path);
          if (path !== "/p") return;
          await files.remove("/p/d", { recursive: true });
          files.putLink("/p/d", "/etc");
        },
      };
      expect(await summary(racing)).toEqual(["d: symlink", "z.ts"]);
    });

    it("names a file whose name is no UTF-8", async () => {
      const root = mkdtempSync(join(tmpdir(), "aiex-walk-"));
      writeFileSync(Buffer.concat([Buffer.from(`${root}/x`), Buffer.from([0xff])]), "");
      const files = realFileSystem({ next: () => 0, bytes: (count) => new Uint8Array(count) });
      expect(await summary(files, root)).toEqual(["x\uFFFD: name_not_utf8"]);
      rmSync(root, { recursive: true });
    });

    it("passes on what is no failure of the file system", async () => {
      const broken: FileSystem = {
        ...project({ "a.ts": "" }),
        linkStatus: async () => {
          throw new TypeError("a defect");
        },
      };
      await expect(summary(broken)).rejects.not.toBeInstanceOf(FileError);
    });
  });

  describe("within its limits", () => {
    it("goes no deeper than allowed", async () => {
      const files = project({ "1/2/3/a.ts": "", "1/2/b.ts": "" });
      expect(await summary(files, "/p", { ...roomy, depthMax: 2 })).toEqual([
        "1/2/3: depth_limit",
        "1/2/b.ts",
      ]);
    });

    it("gives nothing of the directory that has too many entries, nor lists any after it", async () => {
      const files = project({ "a/1": "", "a/2": "", "a/3": "", "b/1": "", z: "" });
      expect(await summary(files, "/p", { ...roomy, entriesMax: 5 })).toEqual([
        "a: entries_limit",
        "b: entries_limit",
        "z",
      ]);
      expect(await summary(files, "/p", { ...roomy, entriesMax: 2 })).toEqual([".: entries_limit"]);
    });

    it("stops reading a directory as soon as it has too many entries", async () => {
      let read = 0;
      const endless: FileSystem = {
        ...project({}),
        readDirectory: async function* () {
          for (;;) {
            read += 1;
            yield { name: `${read}`, kind: "file" };
          }
        },
      };
      expect(await summary(endless, "/p", { ...roomy, entriesMax: 100 })).toEqual([".: entries_limit"]);
      expect(read).toBe(101);
    });

    it("counts a large file only as far as it is read and records what does not fit", async () => {
      const files = project({
        "a.ts": "x".repeat(50),
        "b.ts": "x".repeat(5),
        "c.ts": "x".repeat(8),
        "d.ts": "xx",
      });
      expect(await summary(files, "/p", { ...roomy, bytesMax: 20, fileBytesMax: 10 })).toEqual([
        "a.ts",
        "b.ts",
        "c.ts: bytes_limit",
        "d.ts",
      ]);
    });
  });

  describe("with ignore files", () => {
    it("honours nested ones, the nearest first", async () => {
      const files = project({
        ".gitignore": "*.log\n/build*/\n",
        "a.log": "",
        "build/x.ts": "",
        "build.ts": "",
        "sub/.gitignore": "!keep.log\nonly.ts\n",
        "sub/keep.log": "",
        "sub/only.ts": "",
        "sub/build/y.ts": "",
        "only.ts": "",
      });
      expect(await summary(files)).toEqual([
        ".gitignore",
        "build.ts",
        "only.ts",
        "sub/.gitignore",
        "sub/build/y.ts",
        "sub/keep.log",
      ]);
    });

    it("takes a directory back in whole, where a nearer file says so", async () => {
      const files = project({
        ".gitignore": "build*\n",
        "sub/.gitignore": "!build-tools/\n",
        "sub/build-tools/x.ts": "",
        "sub/build-tools/build-y.ts": "",
      });
      expect(await summary(files)).toEqual([".gitignore", "sub/.gitignore", "sub/build-tools/x.ts"]);
    });

    it("honours those above the start as far as the top of the repository, and its exclude file", async () => {
      const files = project({
        ".gitignore": "*.top\n",
        ".git/info/exclude": "*.excluded\n!*.top\n",
        "a/.gitignore": "/b/*.a\n",
        "a/b/x.top": "",
        "a/b/x.excluded": "",
        "a/b/x.a": "",
        "a/b/c/x.a": "",
        "a/b/x.ts": "",
      });
      files.putFile("/.gitignore", "*.ts\n");
      expect(await summary(files, "/p/a/b")).toEqual(["c/x.a", "x.ts"]);
    });

    it("says when one is too large or closed, and follows no link to one", async () => {
      const files = project({
        "a/.gitignore": "x".repeat(70_000),
        "b/.gitignore": "*",
        "b/x": "",
        "c/x": "",
      });
      files.setMode("/p/b/.gitignore", 0o000);
      files.putFile("/everything", "*");
      files.putLink("/p/c/.gitignore", "/everything");
      expect(await summary(files)).toEqual([
        "a/.gitignore: ignore_file_refused",
        "a/.gitignore",
        "b/.gitignore: ignore_file_refused",
        "b/.gitignore",
        "b/x",
        "c/.gitignore: symlink",
        "c/x",
      ]);
    });
  });
});

describe.skipIf(spawnSync("git", ["--version"]).status !== 0)("walk beside git", () => {
  const names = fc.constantFrom("a", "b", "ab", "a.c", "b.c", "[a]", "-");
  const path = fc.array(names, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  const piece = fc.constantFrom(
    "a",
    "b",
    "ab",
    ".c",
    "*",
    "?",
    "[ab]",
    "[!a]",
    "[a-b]",
    "\\a",
    "\\[",
    "[[:alpha:]]",
    "-",
  );
  const segment = fc.oneof(
    { weight: 4, arbitrary: fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")) },
    { weight: 1, arbitrary: fc.constant("**") },
  );
  const line = fc
    .tuple(
      fc.constantFrom("", "", "", "!"),
      fc.constantFrom("", "", "/"),
      fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
      fc.constantFrom("", "", "/", " ", "\r"),
    )
    // Git's own reading of `a**` depends on its version.
    .filter(([, , body]) => !/[^/]\*\*|\*\*[^/]/.test(body))
    .map((parts) => parts.join(""));
  const ignoreFile = fc.array(line, { maxLength: 4 }).map((lines) => lines.join("\n"));

  it("gives exactly the files that git would", { timeout: 120_000 }, async () => {
    const root = mkdtempSync(join(tmpdir(), "aiex-git-"));
    const files = realFileSystem({ next: () => 0, bytes: (count) => new Uint8Array(count) });
    const tree = fc.record({
      paths: fc.array(path, { minLength: 5, maxLength: 30 }),
      ignores: fc.dictionary(fc.constantFrom("", "a", "b", "a/b", "ab/a"), ignoreFile),
      exclude: ignoreFile,
    });
    const property = fc.asyncProperty(tree, async ({ paths, ignores, exclude }) => {
      rmSync(root, { recursive: true });
      const put = (name: string, content: string) => {
        try {
          mkdirSync(dirname(join(root, name)), { recursive: true });
          writeFileSync(join(root, name), content);
        } catch {
          // The name is a directory already, or its parent is a file.
        }
      };
      put(".git/HEAD", "ref: refs/heads/main\n");
      put(".git/objects/.keep", "");
      put(".git/refs/.keep", "");
      put(".git/info/exclude", exclude);
      for (const [directory, content] of Object.entries(ignores)) put(join(directory, ".gitignore"), content);
      for (const name of paths) put(name, "");
      const command = [
        "-c",
        "core.excludesFile=/dev/null",
        "ls-files",
        "-z",
        "--others",
        "--exclude-standard",
      ];
      const expected = execFileSync("git", command, { cwd: root, encoding: "utf8" })
        .split("\0")
        .filter(Boolean);
      expect((await summary(files, root)).sort()).toEqual(expected.sort());
    });
    await fc.assert(property, { numRuns: 300, seed: 20 });
    rmSync(root, { recursive: true });
  });
});
