import { beforeEach, describe, expect, it } from "vitest";
import { isInside, openChecked, realRoot } from "../../../actors/workspace/path-guard.ts";
import { FileError, type FileSystem, type OpenFile } from "../../../runtime/file-system.ts";
import { type MemoryFileSystem, memoryFileSystem } from "../../../runtime/file-systems/memory.ts";

let files: MemoryFileSystem;
beforeEach(() => {
  files = memoryFileSystem();
  files.putFile("/p/a.ts", "inside");
  files.putFile("/p/d/b.ts", "deep");
  files.putFile("/p-other/secret", "secret");
});

/** The simplest check there is: whether it really lies inside of a directory. */
function openInside(system: FileSystem, root: string | undefined, path: string) {
  return openChecked(system, path, (real) => {
    if (root !== undefined && !isInside(root, real)) throw new FileError("outside_root", "read", path);
  });
}

async function textOf(system: FileSystem, root: string | undefined, path: string): Promise<string> {
  const { file } = await openInside(system, root, path);
  const text = new TextDecoder().decode(await file.read(100));
  await file.close();
  return text;
}

describe("isInside", () => {
  it.each([
    ["/p", "/p", true],
    ["/p", "/p/a", true],
    ["/p", "/p/..a", true],
    ["/p", "/p-other", false],
    ["/p/q", "/p", false],
    ["/p", "/", false],
    ["/", "/anything", true],
    ["/p", "/q/p", false],
  ])("of %s and %s is %s", (root, path, expected) => {
    expect(isInside(root, path)).toBe(expected);
  });
});

describe("realRoot", () => {
  it("resolves links and refuses a file", async () => {
    files.putLink("/short", "/p/d");
    expect(await realRoot(files, "/short")).toBe("/p/d");
    await expect(realRoot(files, "/p/a.ts")).rejects.toMatchObject({
      code: "not_directory",
      path: "/p/a.ts",
    });
  });
});

describe("openChecked", () => {
  it("opens a file inside, also through a link that stays inside", async () => {
    files.putLink("/p/link.ts", "d/b.ts");
    expect(await textOf(files, "/p", "/p/a.ts")).toBe("inside");
    expect(await textOf(files, "/p", "/p/link.ts")).toBe("deep");
    expect((await openInside(files, "/p", "/p/link.ts")).realPath).toBe("/p/d/b.ts");
  });

  it("opens any file where the user named it", async () => {
    expect(await textOf(files, undefined, "/p-other/secret")).toBe("secret");
  });

  it.each([
    ["dots", "/p/../p-other/secret"],
    ["a name that begins like the root", "/p-other/secret"],
    ["a link to a file", "/p/out"],
    ["a link to a directory", "/p/outside/secret"],
    ["a link behind a link", "/p/twice"],
  ])("refuses what leads outside by %s", async (_, path) => {
    files.putLink("/p/out", "../p-other/secret");
    files.putLink("/p/outside", "/p-other");
    files.putLink("/p/twice", "out");
    await expect(openInside(files, "/p", path)).rejects.toMatchObject({ code: "outside_root", path });
  });

  it("refuses what is no regular file, a circle and a missing file", async () => {
    files.putSpecial("/p/fifo", "fifo");
    files.putLink("/p/round", "round");
    await expect(openInside(files, "/p", "/p/fifo")).rejects.toMatchObject({ code: "not_regular_file" });
    await expect(openInside(files, "/p", "/p/d")).rejects.toMatchObject({ code: "is_directory" });
    await expect(openInside(files, "/p", "/p/round")).rejects.toMatchObject({ code: "too_many_links" });
    await expect(openInside(files, "/p", "/p/gone")).rejects.toMatchObject({ code: "file_not_found" });
  });

  describe("against a swap while it opens", () => {
    /** Runs `swap` right before or after the file is opened; counts what is left open. */
    function racing(when: "before" | "after", swap: () => Promise<void>) {
      const count = { open: 0 };
      const system: FileSystem = {
        ...files,
        open: async (path): Promise<OpenFile> => {
          if (when === "before") await swap();
          const file = await files.open(path);
          count.open += 1;
          if (when === "after") await swap();
          const close = async () => {
            count.open -= 1;
            await file.close();
          };
          return { ...file, close };
        },
      };
      return { system, count };
    }

    it("notices a file that became a link", async () => {
      const { system, count } = racing("before", async () => {
        await files.remove("/p/a.ts");
        files.putLink("/p/a.ts", "/p-other/secret");
      });
      await expect(openInside(system, "/p", "/p/a.ts")).rejects.toMatchObject({ code: "file_changed" });
      expect(count.open).toBe(0);
    });

    it("notices a directory on the way that became a link", async () => {
      files.putFile("/p-other/b.ts", "secret");
      const { system, count } = racing("before", async () => {
        await files.remove("/p/d", { recursive: true });
        files.putLink("/p/d", "/p-other");
      });
      await expect(openInside(system, "/p", "/p/d/b.ts")).rejects.toMatchObject({ code: "outside_root" });
      expect(count.open).toBe(0);
    });

    it("notices a directory that was a link only while it opened", async () => {
      files.putFile("/p-other/b.ts", "secret");
      const before = racing("before", async () => {
        await files.remove("/p/d", { recursive: true });
        files.putLink("/p/d", "/p-other");
      });
      const open = before.system.open;
      before.system.open = async (path) => {
        const file = await open(path);
        await files.remove("/p/d");
        files.putFile("/p/d/b.ts", "deep");
        return file;
      };
      await expect(openInside(before.system, "/p", "/p/d/b.ts")).rejects.toMatchObject({
        code: "file_changed",
      });
      expect(before.count.open).toBe(0);
    });

    it("asks to try again where the file was replaced", async () => {
      const { system, count } = racing("after", async () => {
        await files.writeFile("/p/a.ts", new Uint8Array(), { mode: 0o644 });
      });
      const failure = { code: "file_changed", retryable: true };
      await expect(openInside(system, "/p", "/p/a.ts")).rejects.toMatchObject(failure);
      expect(count.open).toBe(0);
    });
  });
});
