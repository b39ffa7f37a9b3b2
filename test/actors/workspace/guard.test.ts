// The guard in front of the files: who gets outside of the project, what the rules say of real paths, and what only an open file tells.
import { link, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type Asker,
  type GuardedPath,
  guardedStart,
  openGuarded,
  writeDenial,
} from "../../../actors/workspace/guard.ts";
import type { SandboxConfiguration } from "../../../actors/workspace/sandbox-config.ts";
import type { FileSystem } from "../../../runtime/file-system.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { realWorld } from "../../../runtime/index.ts";
import { sandbox } from "./sandbox-stage.ts";

function stage(settings: Partial<SandboxConfiguration> = {}) {
  const files = memoryFileSystem();
  files.putFile("/home/project/lib/a.ts", "inside");
  files.putFile("/home/project/.env", "TOKEN=1");
  files.putFile("/home/other/b.ts", "other");
  files.putFile("/home/other/deep/c.ts", "deep");
  files.putLink("/home/project/in.ts", "lib/a.ts");
  files.putLink("/home/project/out.ts", "/home/other/b.ts");
  files.putLink("/home/project/notes.txt", "/home/project/.env");
  files.putLink("/short", "/home/project");
  const tree = { files, directory: "/short", sandbox: sandbox(settings) };
  const read = async (asked: GuardedPath | string, asker: Asker = "person"): Promise<string> => {
    const opened = await openGuarded(tree, typeof asked === "string" ? { path: asked } : asked, asker).catch(
      (error: { code: string }) => error.code,
    );
    if (typeof opened === "string") return opened;
    const text = new TextDecoder().decode(await opened.file.read(100));
    await opened.file.close();
    return text;
  };
  return { files, tree, read };
}

describe("openGuarded()", () => {
  test.each<[string, GuardedPath, string, string]>([
    ["a file of the project", { path: "lib/a.ts" }, "inside", "inside"],
    ["one through a link inside", { path: "in.ts" }, "inside", "inside"],
    ["one by a link to the project", { path: "/short/lib/a.ts" }, "inside", "inside"],
    ["one through a link outside", { path: "out.ts" }, "outside_root", "outside_root"],
    ["one outside", { path: "../other/b.ts" }, "outside_root", "outside_root"],
    ["one outside that was named", { path: "/home/other/b.ts", isNamed: true }, "other", "outside_root"],
    ["one of a directory outside", { path: "b.ts", root: "/home/other" }, "outside_root", "outside_root"],
    [
      "one of a directory outside that was named",
      { path: "b.ts", root: "/home/other", isNamed: true },
      "other",
      "outside_root",
    ],
    [
      "one outside of the directory that was named",
      { path: "../b.ts", root: "/home/other/deep", isNamed: true },
      "outside_root",
      "outside_root",
    ],
    ["a directory", { path: "lib" }, "is_directory", "is_directory"],
  ])("gives %s to whom it belongs", async (_, asked, person, others) => {
    const { read } = stage();
    expect(await read(asked)).toBe(person);
    expect(await read(asked, "others")).toBe(others);
  });

  test("gives what lies in an allowed path to the person's program, and to nobody else", async () => {
    const { read } = stage({ allowed_paths: ["/home/other/deep"] });
    expect(await read("/home/other/deep/c.ts")).toBe("deep");
    expect(await read("/home/other/deep/c.ts", "others")).toBe("outside_root");
    expect(await read("/home/other/b.ts")).toBe("outside_root");
  });

  test("follows an allowed and a denied path to where it leads", async () => {
    const { files, tree } = stage({ allowed_paths: ["/way"], denied_paths: ["/no"] });
    files.putLink("/way", "/home/other");
    files.putLink("/no", "/home/other/deep");
    const codes = ["/home/other/b.ts", "/home/other/deep/c.ts", "/way/deep/c.ts"].map((path) =>
      openGuarded(tree, { path }, "person").then(
        () => "open",
        ({ code }: { code: string }) => code,
      ),
    );
    expect(await Promise.all(codes)).toEqual(["open", "file_denied", "file_denied"]);
  });

  test("denies what was named as well, and says by which rule", async () => {
    const { tree } = stage({ denied_patterns: ["*.ts"] });
    await expect(openGuarded(tree, { path: "lib/a.ts", isNamed: true }, "person")).rejects.toThrow(
      'Cannot read "lib/a.ts": sandbox.denied_patterns has "*.ts". Take it out there to allow it.',
    );
  });

  test("keeps secrets from models, also behind a link of another name", async () => {
    const { read } = stage();
    expect(await read(".env")).toBe("TOKEN=1");
    for (const path of [".env", "notes.txt"])
      expect(await read({ path, isForModel: true, isNamed: true })).toBe("file_denied");
    expect(await read({ path: "lib/a.ts", isForModel: true })).toBe("inside");
  });

  test("lets no link be on the way where links are not followed", async () => {
    const { files, read } = stage({ follow_symlinks: false });
    files.putLink("/home/project/way", "lib");
    expect(await read("lib/a.ts")).toBe("inside");
    for (const path of ["in.ts", "way/a.ts"]) expect(await read(path)).toBe("is_symlink");
    files.putLink("/home/named.ts", "/home/other/b.ts");
    expect(await read({ path: "/home/named.ts", isNamed: true })).toBe("is_symlink");
    expect(await read({ path: "/home/other/b.ts", isNamed: true })).toBe("other");
  });

  test("opens no file above its size, and closes it", async () => {
    const { files, tree } = stage({ max_file_size_mb: 0.00001 });
    files.putFile("/home/project/long.ts", "x".repeat(12));
    let open = 0;
    const counting: FileSystem = {
      ...files,
      open: async (path) => {
        open += 1;
        const file = await files.open(path);
        return {
          ...file,
          close: async () => {
            open -= 1;
          },
        };
      },
    };
    await expect(openGuarded({ ...tree, files: counting }, { path: "long.ts" }, "person")).rejects.toThrow(
      "it has 12 bytes, and sandbox.max_file_size_mb allows 11. Raise it to allow it.",
    );
    expect(open).toBe(0);
  });

  test("keeps a file with other names from models, unless it was named itself", async () => {
    const directory = await mkdtemp(join(tmpdir(), "aiex-guard-"));
    const { files } = realWorld();
    await writeFile(join(directory, "a.ts"), "one");
    await link(join(directory, "a.ts"), join(directory, "b.ts"));
    const tree = { files, directory, sandbox: sandbox() };
    const opened = async (asked: Omit<GuardedPath, "path">): Promise<string> =>
      openGuarded(tree, { path: "b.ts", ...asked }, "person").then(
        ({ file }) => file.close().then(() => "open"),
        ({ code }: { code: string }) => code,
      );
    expect(await opened({})).toBe("open");
    expect(await opened({ isForModel: true })).toBe("file_denied");
    expect(await opened({ isForModel: true, root: directory, isNamed: true })).toBe("file_denied");
    expect(await opened({ isForModel: true, isNamed: true })).toBe("open");
    await rm(directory, { recursive: true });
  });
});

describe("guardedStart()", () => {
  test("gives the real path and lets nothing outside be listed that was not named", async () => {
    const { tree } = stage();
    expect((await guardedStart(tree, { path: "lib" }, "person")).start).toBe("/home/project/lib");
    expect((await guardedStart(tree, { path: "/home/other", isNamed: true }, "person")).start).toBe(
      "/home/other",
    );
    for (const asker of ["person", "others"] as const)
      await expect(guardedStart(tree, { path: "/home/other" }, asker)).rejects.toMatchObject({
        code: "outside_root",
      });
    await expect(guardedStart(tree, { path: "/home/other", isNamed: true }, "others")).rejects.toMatchObject({
      code: "outside_root",
    });
  });

  test("watches over what is found below", async () => {
    const { tree } = stage({ denied_patterns: ["private/"], allowed_extensions: [".ts"] });
    const { guard } = await guardedStart(tree, { path: "." }, "others");
    expect(guard.denies("/home/project/private", true)).toBe(true);
    expect(guard.denies("/home/project/lib", true)).toBe(false);
    expect(guard.denies("/home/project/lib/a.ts", false)).toBe(false);
    expect(guard.denies("/home/project/lib/a.md", false)).toBe(true);
    expect(() => guard.enter("/home/other")).toThrow("outside");
  });
});

describe("writeDenial()", () => {
  test("says why nothing is written, by the rule", async () => {
    const { tree } = stage({ denied_paths: ["lib"], max_file_size_mb: 0.00001 });
    expect(await writeDenial(tree, "src/a.ts", 10)).toBeUndefined();
    expect(await writeDenial(tree, "src/a.ts", 12)).toContain("max_file_size_mb");
    expect(await writeDenial(tree, "lib/a.ts", 1)).toContain("denied_paths");
    expect(await writeDenial(tree, "sub/.env", 1)).toContain("secrets");
    expect(await writeDenial(tree, ".github/workflows/ci.yml", 1)).toContain("allowed_writes");
  });
});
