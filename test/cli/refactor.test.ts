// `aiex ai refactor` as the built command with a model that is played over HTTP: what it prints, changes, and ends with.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { type Ended, startBeside } from "./beside.ts";
import { hasPseudoTerminal, inTerminal } from "./pseudo-terminal.ts";

let home = "";
let server: ScriptedServer | undefined;

const mean = 'PASSWORD = "hunter2-hunter2"\n\n\ndef low(xs):\n    return sorted(xs)[0]\n';
const better = mean.replace("sorted(xs)[0]", "min(xs)");

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-refactor-"));
  await writeFile(join(home, "mean.py"), mean);
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(home, { recursive: true, force: true });
});

function block(path: string, search: string, replace: string): string {
  return `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;
}

const low = block("mean.py", "    return sorted(xs)[0]", "    return min(xs)");
const usage = { input: 100, output: 50 };
const good: Reply = { say: `It need not sort.\n\n${low}`, usage };

async function played(...replies: readonly [Reply, ...Reply[]]): Promise<void> {
  server = await startScriptedServer({ replies });
}

function start(
  words: readonly string[],
  { input = "", env = {} }: { input?: string; env?: Record<string, string> } = {},
) {
  const host = server === undefined ? {} : { AIEX_OLLAMA_HOST: server.baseUrl("ollama") };
  return startBeside(words, { cwd: home, env: { HOME: home, LANG: "C", ...host, ...env }, input });
}

function refactor(...words: readonly string[]): Promise<Ended> {
  return start(["ai", "refactor", "--file", "mean.py", "--model", "m", ...words]).ended;
}

function text(path = "mean.py"): Promise<string> {
  return readFile(join(home, path), "utf8");
}

describe("aiex ai refactor", () => {
  it("shows what it would change, and changes nothing", async () => {
    await played(good);
    const { code, stdout, stderr } = await refactor("--type", "performance");
    expect(stdout).toBe(
      [
        "Refactoring of mean.py",
        "Type: performance",
        "",
        "It need not sort.",
        "",
        "--- a/mean.py",
        "+++ b/mean.py",
        "@@ -2,4 +2,4 @@",
        " ",
        " ",
        " def low(xs):",
        "-    return sorted(xs)[0]",
        "+    return min(xs)",
        "",
        "1 file, 2 lines added or removed. Nothing was changed: --apply changes it,",
        "--interactive asks about each hunk.",
        "",
      ].join("\n"),
    );
    expect(stderr).toContain("A model on this machine refactors this");
    expect(code).toBe(0);
    expect(await text()).toBe(mean);
    expect(JSON.stringify(server?.requests)).not.toContain("hunter2");
    expect(JSON.stringify(server?.requests)).toContain("wasted time, memory");
  });

  it("is listed as failed, with the reason, where three answers are of no use", async () => {
    await played({ say: "No.", usage });
    expect((await refactor()).code).toBe(1);
    const { stdout } = await start(["runs", "list", "--state", "failed"]).ended;
    expect(stdout).toMatch(/failed .*Refactoring of mean\.py \(The model answered 3 times with what was not/);
    const json = JSON.parse((await start(["runs", "list", "--format", "json"]).ended).stdout);
    expect(json.runs).toMatchObject([{ phase: "failed", problem: expect.stringContaining("not asked for") }]);
  });

  it("changes the file with --apply", async () => {
    await played(good);
    const { code, stdout } = await refactor("--apply");
    expect([await text(), code]).toEqual([better, 0]);
    expect(stdout).toMatch(/Changed 1 file\. Take it back: aiex undo \w+/);
  });

  it("gives programs the whole of it, and people Markdown", async () => {
    await played(good, good);
    const json = JSON.parse((await refactor("--preview", "--output", "json")).stdout);
    expect(json).toMatchObject({
      ...{ schema: "aiex.refactoring/1", mode: "preview", remarks: "It need not sort.", run: null },
      files: [{ path: "mean.py", added: 1, removed: 1, applied: false }],
      model: { provider: "ollama", prompt: expect.stringMatching(/^refactor@\d+$/) },
    });
    const { stdout } = await refactor("--format", "markdown");
    expect(stdout).toContain("```diff\n--- a/mean.py\n");
  });

  it("paints the diff for a terminal that has colours", async () => {
    await played(good);
    const { stdout } = await start(["ai", "refactor", "--file", "mean.py"], { env: { FORCE_COLOR: "1" } })
      .ended;
    expect(stdout).toContain("\u001b[32m+    return min(xs)\u001b[");
    expect(stdout).toContain("\u001b[31m-    return sorted(xs)[0]\u001b[");
  });

  it("asks again where an answer does not fit, and changes nothing where none does", async () => {
    await played({ say: block("mean.py", "    return xs[0]", "    return 1"), usage }, good);
    const { code, stderr } = await refactor("--apply");
    expect([code, await text(), server?.requests.length]).toEqual([0, better, 2]);
    expect(stderr).toContain("asked 2 times");
    await server?.stop();
    await played({ say: block("../../etc/passwd", "root", "toor"), usage });
    const refused = await refactor("--apply");
    expect([refused.code, refused.stdout, await text()]).toEqual([1, "", better]);
    expect(refused.stderr).toContain("The model answered 3 times with what was not asked for.");
  });

  it("passes nothing on to the terminal that a model has hidden in its answer", async () => {
    await played({ say: `\u001b]0;owned\u0007\u202eIt need not sort.\n${low}`, usage });
    const { stdout, stderr } = await refactor();
    expect(stdout + stderr).not.toMatch(/\p{Cc}(?<![\n])|\u202e/u);
  });

  it("takes a directory as one change", async () => {
    await mkdir(join(home, "shop"));
    await writeFile(join(home, "shop/a.py"), "def a():\n    return 1\n");
    await writeFile(join(home, "shop/b.py"), "def b():\n    return 1\n");
    const both =
      block("shop/a.py", "    return 1", "    return 2") + block("shop/b.py", "    return 1", "    return 2");
    await played({ say: both, usage }, { say: `${both}${block("shop/b.py", "def b():", "def b(:")}`, usage });
    const unasked = await start(["ai", "refactor", "--file", "shop"]).ended;
    expect([unasked.code, server?.requests.length]).toEqual([2, 0]);
    const { code, stdout } = await start([
      "ai",
      "refactor",
      "--file",
      "shop",
      "--provider",
      "ollama",
      "--apply",
    ]).ended;
    expect([code, await text("shop/a.py"), await text("shop/b.py")]).toEqual([
      0,
      "def a():\n    return 2\n",
      "def b():\n    return 2\n",
    ]);
    expect(stdout).toContain("Changed 2 files.");
  });

  it.each([
    [["--preview", "--apply"], "cannot both be meant", 2],
    [["--apply", "--interactive"], "cannot both be meant", 2],
    [["--interactive"], "nobody is at a terminal", 5],
    [["--type", "speed"], "--type", 2],
  ])("refuses %j before anything is sent", async (words, problem, code) => {
    await played(good);
    const ended = await refactor(...words);
    expect(ended.stderr).toContain(problem);
    expect([ended.code, ended.stdout, server?.requests.length]).toEqual([code, "", 0]);
  });

  it("only looks at what comes from a pipe", async () => {
    await played({ say: low, usage });
    const words = ["ai", "refactor", "--file", "-", "--stdin-name", "mean.py"];
    const { code, stdout } = await start(words, { input: mean }).ended;
    expect([code, stdout.includes("+    return min(xs)")]).toEqual([0, true]);
    expect((await start([...words, "--apply"], { input: mean }).ended).code).toBe(2);
  });

  it.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "says that a file cannot be written, and leaves it as it is",
    async () => {
      await chmod(home, 0o555);
      await played(good);
      const { code, stderr } = await start(["ai", "refactor", "--file", "mean.py", "--apply"], {
        env: { HOME: tmpdir() },
      }).ended;
      await chmod(home, 0o755);
      expect(code).toBe(5);
      expect(stderr).toContain("Nothing was changed");
      expect(await text()).toBe(mean);
    },
  );

  it.skipIf(!hasPseudoTerminal)(
    "asks about each hunk at a terminal, and makes those that are wanted",
    async () => {
      const middle = Array.from({ length: 10 }, (_, index) => `A${index} = ${index}\n`).join("");
      const long = `def high(xs):\n    return sorted(xs)[-1]\n\n\n${middle}${mean}`;
      await writeFile(join(home, "mean.py"), long);
      const high = block("mean.py", "    return sorted(xs)[-1]", "    return max(xs)");
      await played({ say: high + low, usage });
      const asked = "yes, no, all, done? ";
      const { code, screen } = await inTerminal(["ai", "refactor", "--file", "mean.py", "--interactive"], {
        ...{
          env: { HOME: home, AIEX_OLLAMA_HOST: server?.baseUrl("ollama") ?? "" },
          cwd: home,
          columns: 100,
        },
        typing: [
          { after: asked, keys: "maybe\r" },
          { after: asked, keys: "n\r" },
          { after: asked, keys: "y\r" },
        ],
      });
      expect([code, await text()]).toEqual([0, long.replace("sorted(xs)[0]", "min(xs)")]);
      expect(screen).toContain('Apply hunk 1 of 2 of "mean.py"?');
      expect(screen).toContain("\u001b[32m+    return max(xs)\u001b[");
      expect(screen).toMatch(/Changed 1 file\. Take it back: aiex undo \w+/);
      expect(server?.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
    },
  );

  it("goes on after kill -9 without paying twice", async () => {
    await played({ say: "x", stallAfter: "request" }, good);
    const first = start(["ai", "refactor", "--file", "mean.py", "--model", "m", "--apply"]);
    await server?.request(0);
    first.child.kill("SIGKILL");
    await first.ended;
    const listed = await start(["runs", "list", "--format", "json"]).ended;
    const [run] = JSON.parse(listed.stdout).runs;
    const { code, stdout } = await start(["runs", "resume", run.id]).ended;
    expect([code, await text()]).toEqual([0, better]);
    expect(stdout).toContain("Changed 1 file.");
    expect(server?.requests).toHaveLength(2);
    const again = await start(["runs", "follow", run.id]).ended;
    expect([again.code, server?.requests.length]).toEqual([0, 2]);
  });
});
