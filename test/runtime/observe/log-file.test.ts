import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FileError, type FileSystem } from "../../../runtime/file-system.ts";
import { realWorld, simulatedWorld } from "../../../runtime/index.ts";
import { observeLimits as limits } from "../../../runtime/observe/limits.ts";
import { LogFile } from "../../../runtime/observe/log-file.ts";

const directory = mkdtempSync(join(tmpdir(), "aiex-log-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** A file system whose disk can be full, and what was appended in it. */
function disk() {
  const { files } = simulatedWorld();
  const state = { isFull: false, appends: [] as string[] };
  const appendFile: FileSystem["appendFile"] = async (path, bytes, options) => {
    const text = new TextDecoder().decode(bytes);
    if (state.isFull) {
      // What a full disk does: the beginning of it is written.
      state.appends.push(text.slice(0, 2));
      throw new FileError("no_space", "write", path);
    }
    state.appends.push(text);
    return files.appendFile(path, bytes, options);
  };
  return { state, files: { ...files, appendFile } };
}

describe("LogFile", () => {
  test("writes lines in order, in few pieces", async () => {
    const { files, state } = disk();
    const log = new LogFile(files, "/log");
    const written = ["a\n", "b\n", "c\n"].map((line) => log.write(line));
    await Promise.all(written);
    await log.write("d\n");
    expect(state.appends.join("")).toBe("a\nb\nc\nd\n");
    expect(state.appends.length).toBe(2);
  });

  test("writes nothing where nothing was logged", async () => {
    const { files, state } = disk();
    await new LogFile(files, "/log").flush();
    expect(state.appends).toEqual([]);
  });

  test("has written everything when it is flushed", async () => {
    const { files, state } = disk();
    const log = new LogFile(files, "/log");
    void log.write("a\n");
    const first = log.flush();
    void log.write("b\n");
    await first;
    await log.flush();
    expect(state.appends.join("")).toBe("a\nb\n");
  });

  test("refuses the lines of a full disk, and begins a line of its own when there is room again", async () => {
    const { files, state } = disk();
    const log = new LogFile(files, "/log");
    state.isFull = true;
    await expect(log.write("lost\n")).rejects.toMatchObject({ code: "no_space" });
    await log.flush();
    state.isFull = false;
    await log.write("a\n");
    expect(state.appends).toEqual(["lo", "\na\n"]);
  });

  test("goes on after each failure, however many there were", async () => {
    const { files, state } = disk();
    const log = new LogFile(files, "/log");
    state.isFull = true;
    for (let index = 0; index < 5; index += 1) await expect(log.write("lost\n")).rejects.toThrow(FileError);
    state.isFull = false;
    await log.write("a\n");
    await log.write("b\n");
    expect(state.appends.slice(-2)).toEqual(["\na\n", "b\n"]);
  });

  test("refuses lines at once where the disk is too slow for them", async () => {
    const { files } = disk();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const log = new LogFile({ ...files, appendFile: () => held }, "/log");
    const line = "x".repeat(limits.logWaitingBytesMax);
    const first = log.write("a\n");
    await Promise.resolve();
    const second = log.write(line);
    expect(() => log.write("b\n")).toThrow(/too slow/);
    release();
    await Promise.all([first, second]);
    await log.write("c\n");
  });

  test("makes a file for its owner alone, and another one when that was moved away", async () => {
    const path = join(directory, "log");
    const log = new LogFile(realWorld().files, path);
    await log.write("a\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    renameSync(path, `${path}.1`);
    await log.write("b\n");
    expect(readFileSync(`${path}.1`, "utf8")).toBe("a\n");
    expect(readFileSync(path, "utf8")).toBe("b\n");
  });

  test("refuses what no file can be written at", async () => {
    const log = new LogFile(realWorld().files, join(directory, "missing", "log"));
    await expect(log.write("a\n")).rejects.toMatchObject({ code: "file_not_found" });
    await expect(new LogFile(realWorld().files, directory).write("a\n")).rejects.toThrow(FileError);
  });
});
