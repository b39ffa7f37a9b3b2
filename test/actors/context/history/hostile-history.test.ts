// Repositories that somebody has put together to do harm, or that are damaged: each has no history or a shorter one, and that soon.
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { applyDelta } from "../../../../actors/context/history/git-delta.ts";
import { type GitFiles, gitFiles } from "../../../../actors/context/history/git-files.ts";
import { GitObjects } from "../../../../actors/context/history/git-objects.ts";
import { headOf, readHistory } from "../../../../actors/context/history/history.ts";
import { historyLimits } from "../../../../actors/context/history/limits.ts";
import { realWorld } from "../../../../runtime/index.ts";
import {
  commitText,
  folder,
  hashOf,
  historyAt,
  packIndex,
  placeAt,
  put,
  putObject,
  putPack,
  removeFolders,
  smallProject,
  treeOf,
} from "./git-stage.ts";

afterAll(removeFolders);

const commitType = 1;
const treeType = 2;
const offsetType = 6;
const hashType = 7;

const blob = "1".repeat(40);
const someTree = treeOf([["100644", "a.ts", blob]]);

/** A project whose one commit says that its folder is this one. */
function withTree(hash: string): string {
  const { root } = smallProject();
  const head = putObject(root, "commit", commitText(hash));
  put(root, ".git/refs/heads/main", head);
  return root;
}

/** Sizes and steps of a difference, as git packs them. */
function sized(size: number): number[] {
  const bytes: number[] = [];
  for (let rest = size; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}

describe("A repository by hand", () => {
  it("has a history", async () => {
    const { root, head } = smallProject();
    expect(await historyAt(root)).toEqual({
      ...{ head, commits: 1 },
      files: new Map([["a.ts", { changes: 1, commitsSince: 0, lastChangedMs: 1_767_225_600_000 }]]),
    });
  });

  it("has it out of a pack with differences of both kinds", async () => {
    for (const type of [offsetType, hashType]) {
      const longer = Buffer.concat([someTree, treeOf([["100755", "b.ts", blob]])]);
      const insert = longer.subarray(someTree.length);
      const delta = [
        ...sized(someTree.length),
        ...sized(longer.length),
        0x90,
        someTree.length,
        insert.length,
      ];
      const root = withTree(hashOf("tree", longer));
      const base = { hash: hashOf("tree", someTree), type: treeType, data: someTree };
      // The first object begins behind the 12 bytes of the head, and has one of its own, as what it holds is short.
      const length = 2 + deflateSync(someTree).length;
      const before = type === offsetType ? Buffer.from([length]) : Buffer.from(base.hash, "hex");
      putPack(root, [
        base,
        { hash: hashOf("tree", longer), type, before, data: Buffer.from([...delta, ...insert]) },
      ]);
      expect([...((await historyAt(root))?.files.keys() ?? [])]).toEqual(["a.ts", "b.ts"]);
    }
  });
});

describe("Names that lead elsewhere", () => {
  it.each([
    "ref: ../../outside",
    "ref: refs/../../../outside",
    "ref: refs/heads/../../../../outside",
    "ref: /etc/passwd",
    "ref: refs//heads",
    "ref: refs/heads/.hidden",
    "ref: HEAD",
    "ref: refs/heads/a\u0000b",
    "ref: ",
    "",
    "\u0000\u0001",
    "f".repeat(64),
    `ref: refs/${"x".repeat(3_000)}`,
    "x".repeat(5_000),
  ])("are no history: %j", async (line) => {
    const { root, head } = smallProject();
    put(root, "../outside", head);
    put(root, ".git/HEAD", `${line}\n`);
    expect(await historyAt(root)).toBeUndefined();
    rmSync(join(root, "../outside"));
  });

  it("are no history where they lead in a circle", async () => {
    const { root } = smallProject();
    put(root, ".git/HEAD", "ref: refs/a\n");
    put(root, ".git/refs/a", "ref: refs/b\n");
    put(root, ".git/refs/b", "ref: refs/a\n");
    expect(await historyAt(root)).toBeUndefined();
  });

  it.each([".git", ".git/HEAD", ".git/refs", ".git/refs/heads/main", ".git/objects"])(
    "are no history as a link: %s",
    async (path) => {
      const { root } = smallProject();
      const outside = folder();
      renameSync(join(root, path), join(outside, "it"));
      symlinkSync(join(outside, "it"), join(root, path));
      expect(await historyAt(root)).toBeUndefined();
      // Not even where settings allow the place itself.
      expect(await historyAt(root, { allowed_paths: [outside] })).toBeUndefined();
    },
  );

  it("are no history as a link to the packs of somebody else", async () => {
    const outside = folder();
    putPack(outside, [{ hash: hashOf("tree", someTree), type: treeType, data: someTree }]);
    const root = withTree(hashOf("tree", someTree));
    rmSync(join(root, ".git/objects", hashOf("tree", someTree).slice(0, 2)), { recursive: true });
    symlinkSync(join(outside, ".git/objects/pack"), join(root, ".git/objects/pack"));
    expect(await historyAt(root)).toBeUndefined();
  });

  it("are no history as a file `.git` that leads out of the project, and as one that leads into it", async () => {
    const { root } = smallProject();
    const [outer, inner] = [folder(), folder()];
    put(outer, ".git", `gitdir: ${join(root, ".git")}\n`);
    renameSync(join(root, ".git"), join(inner, "real"));
    put(inner, ".git", "gitdir: real\n");
    expect([await historyAt(outer), await historyAt(inner)]).toEqual([undefined, undefined]);
  });

  it.skipIf(process.platform === "win32")("keep nobody waiting as a pipe", async () => {
    const { root } = smallProject();
    rmSync(join(root, ".git/HEAD"));
    execFileSync("mkfifo", [join(root, ".git/HEAD")]);
    expect(await historyAt(root)).toBeUndefined();
  });
});

describe("Commits and folders that are damaged", () => {
  it("end the history that leads to them", async () => {
    const { root, head, tree } = smallProject();
    const second = putObject(root, "commit", commitText(tree, [head]));
    put(root, ".git/refs/heads/main", second);
    expect((await historyAt(root))?.commits).toBe(2);
    put(root, `.git/objects/${head.slice(0, 2)}/${head.slice(2)}`, "not zlib");
    expect(await historyAt(root)).toBeUndefined();
    const third = putObject(root, "commit", commitText(putObject(root, "tree", treeOf([])), [second]));
    put(root, ".git/refs/heads/main", third);
    expect(await historyAt(root)).toMatchObject({ head: third, commits: 1, files: new Map() });
  });

  it.each([
    ["no folder", "author A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n"],
    ["no date", `tree ${"1".repeat(40)}\n\nmessage`],
    ["a date that is none", commitText("1".repeat(40), [], "later").toString()],
    ["a date of a far year", commitText("1".repeat(40), [], 253_402_300_800).toString()],
    ["nothing", ""],
    ["lines without an end", "tree ".repeat(100_000)],
    ["very many lines", `tree ${"1".repeat(40)}\n${"a\n".repeat(1_000_000)}`],
  ])("are no history: a commit with %s", async (_, text) => {
    const { root } = smallProject();
    putObject(root, "tree", someTree, "1".repeat(40));
    put(root, ".git/refs/heads/main", putObject(root, "commit", Buffer.from(text)));
    expect(await historyAt(root)).toBeUndefined();
  });

  it("come to an end where a commit is its own parent, and where two are each other's", async () => {
    const { root, tree } = smallProject();
    const [one, other] = ["a".repeat(40), "b".repeat(40)];
    put(root, ".git/refs/heads/main", one);
    putObject(root, "commit", commitText(tree, [one]), one);
    expect((await historyAt(root))?.commits).toBe(1);
    putObject(root, "commit", commitText(tree, [other]), one);
    putObject(root, "commit", commitText(tree, [one]), other);
    expect((await historyAt(root))?.commits).toBe(2);
  });

  it("come to an end where a folder holds itself, once or many times", async () => {
    for (const count of [1, 50]) {
      const self = "c".repeat(40);
      const root = withTree(self);
      const entries = Array.from({ length: count }, (_, n) => ["40000", `folder${n}`, self] as const);
      putObject(root, "tree", treeOf(entries), self);
      expect(await historyAt(root)).toBeUndefined();
    }
  });

  it("name no file that no system has", async () => {
    const names = [".", "..", "", "a/b", "good.ts", "\u001b[31m.ts"];
    const tree = treeOf(names.map((name) => ["100644", name, blob] as const));
    const root = folder();
    put(root, ".git/HEAD", putObject(root, "commit", commitText(putObject(root, "tree", tree))));
    expect([...((await historyAt(root))?.files.keys() ?? [])]).toEqual(["good.ts", "\u001b[31m.ts"]);
  });

  it("are not unpacked beyond what an object may have", async () => {
    const hash = "d".repeat(40);
    const root = withTree(hash);
    const whole = Buffer.concat([Buffer.from("tree 99999999\0"), Buffer.alloc(64 * 1024 * 1024)]);
    put(root, `.git/objects/dd/${hash.slice(2)}`, deflateSync(whole));
    expect(await historyAt(root)).toBeUndefined();
  });
});

describe("Packs that are damaged", () => {
  const hash = hashOf("tree", someTree);
  const whole = { hash, type: treeType, data: someTree };

  function packed(...entries: Parameters<typeof putPack>[1]): string {
    const root = withTree(hash);
    rmSync(join(root, ".git/objects", hash.slice(0, 2)), { recursive: true, force: true });
    putPack(root, entries);
    return root;
  }

  it.each<readonly [string, Parameters<typeof putPack>[1][number]]>([
    ["another size than it says", { ...whole, size: someTree.length - 1 }],
    ["a size above what is there", { ...whole, size: someTree.length + 1 }],
    ["a huge size", { ...whole, size: 2 ** 40 }],
    ["a size without an end", { ...whole, before: Buffer.alloc(40, 0xff), size: 2 ** 40 }],
    ["another type", { ...whole, type: commitType }],
    ["a type that is none", { ...whole, type: 5 }],
    ["a difference from itself", { ...whole, type: hashType, before: Buffer.from(hash, "hex") }],
    ["a difference from what is not there", { ...whole, type: hashType, before: Buffer.alloc(20, 7) }],
    ["a difference from before the pack", { ...whole, type: offsetType, before: Buffer.from([0xff, 0x7f]) }],
    ["a difference from where it begins", { ...whole, type: offsetType, before: Buffer.from([0]) }],
    ["a place without an end", { ...whole, type: offsetType, before: Buffer.alloc(64, 0xff) }],
  ])("are no history: an object with %s", async (_, entry) => {
    expect((await historyAt(packed(whole)))?.commits).toBe(1);
    expect(await historyAt(packed(entry))).toBeUndefined();
  });

  it("come to an end where two objects are differences from each other", async () => {
    const other = "e".repeat(40);
    const delta = Buffer.from([...sized(10), ...sized(10), 0x90, 10]);
    const root = packed(
      { hash, type: hashType, before: Buffer.from(other, "hex"), data: delta },
      { hash: other, type: hashType, before: Buffer.from(hash, "hex"), data: delta },
    );
    expect(await historyAt(root)).toBeUndefined();
  });

  it("are not unpacked where differences make much out of little, again and again", async () => {
    const base = Buffer.alloc(0xffffff, 1);
    const copies = 400;
    const steps = Array.from({ length: copies }, () => [0xf0, 0xff, 0xff, 0xff]).flat();
    const delta = Buffer.from([...sized(base.length), ...sized(base.length * copies), ...steps]);
    expect(applyDelta(base, delta, historyLimits.objectBytesMax)).toBeUndefined();
    const lie = Buffer.from([...sized(base.length), ...sized(100), ...steps]);
    expect(applyDelta(base, lie, historyLimits.objectBytesMax)).toBeUndefined();
  });

  it.each([
    ["counts that no file holds", (index: Buffer) => index.fill(0xff, 8, 8 + 1_024)],
    ["counts that go down", (index: Buffer) => index.fill(0xff, 8, 8 + 1_020)],
    ["no head", (index: Buffer) => index.fill(0, 0, 8)],
    ["another version", (index: Buffer) => index.writeUInt32BE(3, 4)],
    ["a place beyond the pack", (index: Buffer) => index.fill(0x7f, index.length - 44, index.length - 40)],
    ["a long place", (index: Buffer) => index.fill(0xff, index.length - 44, index.length - 40)],
  ])("are no history: an index with %s", async (what, damage) => {
    const root = packed(whole);
    const index = packIndex([{ hash, start: 12 }]);
    damage(index);
    put(root, `.git/objects/pack/pack-${"a".repeat(40)}.idx`, index);
    // Where counts go down, the search may end before it: as well as not.
    if (what === "counts that go down") await historyAt(root);
    else expect(await historyAt(root)).toBeUndefined();
  });

  it("give nothing and throw nothing, whatever bytes they have and wherever they end", async () => {
    const root = packed(whole, {
      hash: "e".repeat(40),
      type: offsetType,
      before: Buffer.from([1]),
      data: someTree,
    });
    const files = await gitFiles(placeAt(root));
    const name = `objects/pack/pack-${"a".repeat(40)}`;
    const pack = (await files?.read(`${name}.pack`, 1_000_000)) ?? Buffer.alloc(0);
    const index = (await files?.read(`${name}.idx`, 1_000_000)) ?? Buffer.alloc(0);
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const damaged = (bytes: Buffer) => {
      const copy = Buffer.from(bytes.subarray(0, random(4) === 0 ? random(bytes.length + 1) : bytes.length));
      for (let times = random(6); times > 0 && copy.length > 0; times -= 1)
        copy[random(copy.length)] = random(256);
      return copy;
    };
    let intact = 0;
    for (let round = 0; round < 3_000; round += 1) {
      const [badPack, badIndex] = [damaged(pack), damaged(index)];
      const mine: GitFiles = {
        names: async () => [`pack-${"a".repeat(40)}.idx`],
        read: async (path) =>
          path.endsWith(".idx") ? badIndex : path.endsWith(".pack") ? badPack : undefined,
      };
      const objects = new GitObjects({ files: mine, isOver: () => false, turn: async () => {} });
      const found = await objects.read(hash, "tree");
      await objects.read("e".repeat(40), "tree");
      if (found?.equals(someTree)) intact += 1;
    }
    expect(intact).toBeGreaterThan(100);
    expect(intact).toBeLessThan(2_900);
  });
});

describe("A history that takes long", () => {
  it("ends when its time is over, with what there is by then", async () => {
    const { root, tree, head } = smallProject();
    let last = head;
    for (let n = 0; n < 20; n += 1)
      last = putObject(root, "commit", commitText(tree, [last], 1_767_225_600 + n));
    const files = await gitFiles(placeAt(root));
    const real = realWorld();
    let now = 0;
    const clock = { ...real.clock, now: () => (now += historyLimits.timeMs / 40) };
    if (files === undefined) throw new Error("The project is there.");
    const history = await readHistory(last, { files, world: { ...real, clock } });
    expect(history?.commits).toBeGreaterThan(0);
    expect(history?.commits).toBeLessThan(20);
    expect(await readHistory(last, { files, world: real, isOver: () => true })).toBeUndefined();
    expect(await headOf(files)).toBe(head);
  });

  it("reads no more than it may, whatever lies there", async () => {
    const { root } = smallProject();
    mkdirSync(join(root, ".git/objects/pack"));
    for (let n = 0; n < 100; n += 1) {
      const name = `pack-${String(n).padStart(40, "0")}.idx`;
      writeFileSync(join(root, ".git/objects/pack", name), packIndex([]));
    }
    const files = await gitFiles(placeAt(root));
    if (files === undefined) throw new Error("The project is there.");
    const read: string[] = [];
    const counted: GitFiles = {
      names: (path, max) => files.names(path, max),
      read: (path, max) => {
        read.push(path);
        return files.read(path, max);
      },
    };
    await new GitObjects({ files: counted, isOver: () => false, turn: async () => {} }).read(
      "1".repeat(40),
      "tree",
    );
    expect(read.filter((path) => path.endsWith(".idx"))).toHaveLength(historyLimits.packsMax);
    expect(await files.read("HEAD", 3)).toBeUndefined();
    expect(await files.names("objects/pack", 10)).toHaveLength(10);
  });
});
