// Files that others could lie in wait for (T18): temporary ones, histories, and the folder of sockets. All on a real disk.
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { History, historyPath } from "../../cli/attach/history.ts";
import { temporaryName } from "../../runtime/file-system.ts";
import { realFileSystem } from "../../runtime/file-systems/real.ts";
import { realWorld } from "../../runtime/worlds/real.ts";
import { startScriptedServer } from "../actors/llm/scripted-server.ts";
import { runInProgram } from "../e2e/in-program.ts";
import { treeOf, User } from "../e2e/stage.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiex-temporary-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = new TextEncoder().encode("ours");
const options = { mode: 0o600 };
/** Nothing that is random is, so that the name can be known before. */
const guessed = realFileSystem({ next: () => 0, bytes: (count) => new Uint8Array(count) });
const planted = temporaryName("00".repeat(16));

describe("T18: a temporary file", () => {
  test("is made under a name that nobody can know before, beside what it replaces, and is gone afterwards", async () => {
    const seen = new Set<string>();
    const { random } = realWorld();
    const noted = realFileSystem({
      next: () => random.next(),
      bytes: (count) => {
        const bytes = random.bytes(count);
        seen.add(Buffer.from(bytes).toString("hex"));
        return bytes;
      },
    });
    for (let time = 0; time < 20; time += 1) await noted.writeFile(join(folder, "a"), text, options);
    expect([seen.size, [...seen].every((name) => name.length >= 32)]).toEqual([20, true]);
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test.each(["a link", "a link that leads nowhere", "a file"])(
    "is not made where %s lies in wait under its name, and what that leads to stays",
    async (what) => {
      const victim = join(folder, "victim");
      if (what !== "a link that leads nowhere") writeFileSync(victim, "theirs");
      const at = join(folder, planted);
      if (what === "a file") writeFileSync(at, "theirs", { mode: 0o666 });
      else symlinkSync(victim, at);
      const before = treeOf(folder);
      await expect(guessed.writeFile(join(folder, "a"), text, options)).rejects.toThrow();
      expect(treeOf(folder)).toEqual(before);
    },
  );

  test("has the mode that was asked for from its first moment, whatever the one before had", async () => {
    writeFileSync(join(folder, "a"), "old", { mode: 0o666 });
    await realWorld().files.writeFile(join(folder, "a"), text, options);
    expect(statSync(join(folder, "a")).mode & 0o777).toBe(0o600);
  });
});

describe("T18: a history", () => {
  test("is its owner's alone, with the folders that are made for it", async () => {
    const path = historyPath({ HOME: folder }, "chat-history") ?? "";
    const history = new History(realWorld().files, path);
    await history.load();
    history.add("what was typed");
    await history.saved();
    expect(readFileSync(path, "utf8")).toBe("what was typed\n");
    expect([path, join(path, ".."), join(path, "../..")].map((each) => lstatSync(each).mode & 0o777)).toEqual(
      [0o600, 0o700, 0o700],
    );
  });

  test("is not written through a link that lies in its place", async () => {
    const path = historyPath({ HOME: folder }, "chat-history") ?? "";
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(join(folder, "victim"), "theirs");
    symlinkSync(join(folder, "victim"), path);
    const history = new History(realWorld().files, path);
    await history.load();
    history.add("what was typed");
    await history.saved();
    expect(readFileSync(join(folder, "victim"), "utf8")).toBe("theirs");
  });
});

describe("T18: whatever an operation leaves on the disk for itself", () => {
  test("is readable by its owner alone, and none of it is in the folder for temporary files", async () => {
    const say = "one.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n";
    const server = await startScriptedServer({ replies: [{ say, usage: { input: 100, output: 50 } }] });
    const user = new User({ "one.py": "x = 1\n" });
    const umask = process.umask(0);
    const temporary = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    try {
      user.setUp(server);
      const words = ["ai", "refactor", "--file", "one.py", "--apply", "--provider", "openai"];
      const { home, project } = user;
      expect((await runInProgram({ home, project, words })).code).toBe(0);
      const own = Object.keys(treeOf(home)).filter((path) => /^\.(local|cache)\//.test(path));
      expect(own.length).toBeGreaterThan(3);
      const open = own.filter((path) => (statSync(join(home, path)).mode & 0o077) !== 0);
      // What is below a folder that nobody else can enter is as closed as that.
      const isEntered = (path: string): boolean =>
        path
          .split("/")
          .slice(0, -1)
          .every(
            (_, index, names) => (statSync(join(home, ...names.slice(0, index + 1))).mode & 0o077) !== 0,
          );
      expect(open.filter((path) => !path.endsWith("/") && isEntered(path))).toEqual([]);
      expect(treeOf(folder)).toEqual({});
    } finally {
      process.umask(umask);
      if (temporary === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = temporary;
      user.end();
      await server.stop();
    }
  });
});
