import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openChecked } from "../../../actors/workspace/path-guard.ts";
import { readSourceFile } from "../../../actors/workspace/source-file.ts";
import type { FileSystem } from "../../../runtime/file-system.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { realFileSystem } from "../../../runtime/file-systems/real.ts";

const limits = { fileBytesMax: 1_000, lineCharactersMax: 200 };

const opened = (files: FileSystem, path: string) => openChecked(files, path, () => undefined);

describe("readSourceFile", () => {
  it("gives text, size and real path", async () => {
    const files = memoryFileSystem();
    files.putFile("/p/a.ts", "let a;\n");
    files.putLink("/p/l.ts", "a.ts");
    expect(await readSourceFile(await opened(files, "/p/l.ts"), limits)).toMatchObject({
      realPath: "/p/a.ts",
      size: 7,
      source: { kind: "text", text: "let a;\n", cutShort: undefined },
    });
  });

  it("reads no more than the head of a huge file and closes it", async () => {
    const files = memoryFileSystem();
    files.putFile("/big.ts", "x\n".repeat(2_000_000));
    let bytes = 0;
    let open = 0;
    const counting: FileSystem = {
      ...files,
      open: async (path) => {
        const file = await files.open(path);
        open += 1;
        return {
          ...file,
          read: async (bytesMax) => {
            const chunk = await file.read(Math.min(bytesMax, 300));
            bytes += chunk.length;
            return chunk;
          },
          close: async () => {
            open -= 1;
          },
        };
      },
    };
    const read = await readSourceFile(await opened(counting, "/big.ts"), limits);
    expect(read).toMatchObject({
      size: 4_000_000,
      source: { text: "x\n".repeat(500), cutShort: "too_large" },
    });
    expect({ bytes, open }).toEqual({ bytes: 1_001, open: 0 });
  });

  it("believes the bytes where the size that was reported is too small", async () => {
    const files = memoryFileSystem();
    files.putFile("/proc", "x\n".repeat(2_000));
    const lying: FileSystem = {
      ...files,
      open: async (path) => {
        const file = await files.open(path);
        return { ...file, status: async () => ({ ...(await file.status()), size: 0 }) };
      },
    };
    const read = await readSourceFile(await opened(lying, "/proc"), limits);
    expect(read).toMatchObject({ size: 1_001, source: { cutShort: "too_large" } });
  });

  it("answers at once for what a real disk can hold against it", async () => {
    const root = mkdtempSync(join(tmpdir(), "aiex-source-"));
    const files = realFileSystem({ next: () => 0, bytes: (count) => new Uint8Array(count) });
    const at = (name: string) => join(root, name);
    const read = async (name: string) =>
      readSourceFile(await opened(files, at(name)), { ...limits, fileBytesMax: 1_048_576 });
    writeFileSync(at("zeros"), "");
    truncateSync(at("zeros"), 200 * 1024 * 1024);
    execFileSync("mkfifo", [at("fifo")]);
    writeFileSync(at("minified.js"), "x=1;".repeat(2_500_000));
    writeFileSync(at("red\u001b[31m\n.ts"), "ok");
    expect(await read("zeros")).toMatchObject({ size: 209_715_200, source: { kind: "binary" } });
    await expect(read("fifo")).rejects.toMatchObject({ code: "not_regular_file" });
    expect(await read("minified.js")).toMatchObject({ source: { text: "", minified: true } });
    expect(await read("red\u001b[31m\n.ts")).toMatchObject({ source: { text: "ok" } });
    await expect(read("gone")).rejects.toMatchObject({ code: "file_not_found" });
    rmSync(root, { recursive: true });
  });
});
