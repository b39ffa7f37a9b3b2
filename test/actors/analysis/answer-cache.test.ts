import { beforeEach, describe, expect, it } from "vitest";
import { answerCache } from "../../../actors/analysis/answer-cache.ts";
import { cacheFolders, cachePutsPerSweep } from "../../../actors/analysis/limits.ts";
import type { ParseRequest, ParseSuccess } from "../../../actors/analysis/protocol.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";

const directory = "/home/ada/.cache/aiex/analysis";
const request: ParseRequest = { id: 7, path: "lib/a.py", language: "python", text: "x = 1\n" };
const answer: ParseSuccess = {
  id: 7,
  ok: true,
  metrics: {
    lines: 1,
    codeLines: 1,
    commentLines: 0,
    blankLines: 0,
    functions: [],
    cyclomatic: 0,
    cognitive: 0,
    nesting: 0,
  },
  findings: [],
} as unknown as ParseSuccess;

let files: ReturnType<typeof memoryFileSystem>;

beforeEach(() => {
  files = memoryFileSystem();
  files.putDirectory("/home/ada", 0o755);
});

function cache(options: { readonly engine?: string; readonly bytesMax?: number } = {}) {
  return answerCache({ files, directory, bytesMax: 1_000_000_000, engine: "engine-1", ...options });
}

describe("the cache of answers", () => {
  it("gives what was put, under the id of the new question and whatever the path", async () => {
    await cache().put(request, answer);
    const again = await cache().get({ ...request, id: 8, path: "elsewhere/b.py" });
    expect(again).toEqual({ ...answer, id: 8 });
  });

  it.each<[string, Partial<ParseRequest>]>([
    ["text", { text: "x = 1" }],
    ["language", { language: "ruby" }],
    ["being a test", { path: "tests/a.py" }],
  ])("misses where the %s differs", async (_, other) => {
    await cache().put(request, answer);
    expect(await cache().get({ ...request, ...other })).toBeUndefined();
  });

  it("misses what another engine has answered", async () => {
    await cache().put(request, answer);
    expect(await cache({ engine: "engine-2" }).get(request)).toBeUndefined();
  });

  it("lets nobody else read it", async () => {
    await cache().put(request, answer);
    expect((await files.status(directory)).mode).toBe(0o700);
    expect((await files.status(await onlyEntry())).mode).toBe(0o600);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ["empty", () => new Uint8Array()],
    ["cut off", (bytes) => bytes.slice(0, -3)],
    [
      "changed in one byte",
      (bytes) => bytes.map((byte, index) => (index === bytes.length - 9 ? byte ^ 1 : byte)),
    ],
    ["no text", () => new Uint8Array([0xff, 0xfe, 0x00])],
    ["zeros of the same length", (bytes) => new Uint8Array(bytes.length)],
  ])("misses an entry that is %s, and replaces it", async (_, spoil) => {
    await cache().put(request, answer);
    const path = await onlyEntry();
    await files.writeFile(path, spoil(await files.readFile(path, { bytesMax: 10_000 })), { mode: 0o600 });
    expect(await cache().get(request)).toBeUndefined();
    await cache().put(request, answer);
    expect(await cache().get(request)).toEqual(answer);
  });

  it("misses an entry that another text's was put in place of", async () => {
    await cache().put(request, answer);
    const path = await onlyEntry();
    const bytes = await files.readFile(path, { bytesMax: 10_000 });
    await files.remove(path);
    await cache().put({ ...request, text: "y" }, answer);
    await files.writeFile(await onlyEntry(), bytes, { mode: 0o600 });
    expect(await cache().get({ ...request, text: "y" })).toBeUndefined();
  });

  it("forgets without a word where it may not write", async () => {
    files.putDirectory("/home/ada/.cache", 0o500);
    await cache().put(request, answer);
    expect(await cache().get(request)).toBeUndefined();
  });

  it("follows no link that stands in place of an entry", async () => {
    await cache().put(request, answer);
    const path = await onlyEntry();
    await files.remove(path);
    files.putLink(path, "/home/ada/secret");
    expect(await cache().get(request)).toBeUndefined();
  });

  it("keeps no entry that is larger than the room of a folder", async () => {
    await cache({ bytesMax: cacheFolders * 10 }).put(request, answer);
    expect(await cache().get(request)).toBeUndefined();
  });

  it("lets the oldest entries of a full folder go", async () => {
    await cache().put(request, answer);
    const entryBytes = (await files.status(await onlyEntry())).size;
    const bytesMax = entryBytes * 4 * cacheFolders;
    const small = cache({ bytesMax });
    for (let index = 0; index < cachePutsPerSweep * 100; index += 1) {
      await small.put({ ...request, text: `x = ${index}` }, answer);
    }
    const sizes = await folderSizes();
    expect(sizes.length).toBe(cacheFolders);
    const kept = sizes.reduce((sum, size) => sum + size, 0);
    expect(kept).toBeLessThan(cachePutsPerSweep * 100 * entryBytes);
    expect(kept).toBeGreaterThan(bytesMax / 4);
    expect(await small.get({ ...request, text: `x = ${cachePutsPerSweep * 100 - 1}` })).toBeDefined();
  });
});

async function namesIn(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of files.readDirectory(path)) names.push(`${path}/${name}`);
  return names.sort();
}

async function onlyEntry(): Promise<string> {
  const entries = (await Promise.all((await namesIn(directory)).map((folder) => namesIn(folder)))).flat();
  const [only, ...more] = entries;
  if (only === undefined || more.length > 0) throw new Error(`one entry was expected: ${entries.join(", ")}`);
  return only;
}

async function folderSizes(): Promise<number[]> {
  return Promise.all(
    (await namesIn(directory)).map(async (folder) => {
      const sizes = await Promise.all(
        (await namesIn(folder)).map(async (path) => (await files.status(path)).size),
      );
      return sizes.reduce((sum, size) => sum + size, 0);
    }),
  );
}
