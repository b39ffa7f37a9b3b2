// What befalls operations on code: a disk that takes nothing, damaged files, a clock that jumps, and parsers that hang or die.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { FileError, type FileErrorCode } from "../../runtime/file-system.ts";
import { realWorld } from "../../runtime/worlds/real.ts";
import { type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { faulty } from "../actors/workspace/changes/stage.ts";
import { runInProgram } from "../e2e/in-program.ts";
import { User } from "../e2e/stage.ts";

let user: User | undefined;
let server: ScriptedServer | undefined;
afterEach(async () => {
  user?.end();
  await server?.stop();
  user = undefined;
  server = undefined;
});

const low = "def low(xs):\n    return sorted(xs)[0]\n";
const better = low.replace("sorted(xs)[0]", "min(xs)");
const block = (path: string) =>
  `${path}\n<<<<<<< SEARCH\n    return sorted(xs)[0]\n=======\n    return min(xs)\n>>>>>>> REPLACE\n`;
const claim = { title: "The lowest", text: "It sorts to take one.", from_line: 1, to_line: 2 };
const explanation = JSON.stringify({ summary: "Finds the lowest.", claims: [claim] });

async function scene(answer: string, files: Readonly<Record<string, string>>) {
  const started = await startScriptedServer({
    replies: [{ say: answer, usage: { input: 100, output: 50 } }],
  });
  server = started;
  const owner = new User(files);
  user = owner;
  owner.setUp(started);
  const words = (line: string) => [
    ...line.split(" "),
    ...(line.includes("--no-model") ? [] : ["--provider", "openai"]),
  ];
  const { home, project } = owner;
  return {
    user: owner,
    asked: () => started.requests.filter(({ method }) => method === "POST").length,
    run: (line: string, world = realWorld()) => runInProgram({ home, project, words: words(line), world }),
  };
}

/** The real disk, on which what `hits` can not be written. */
function without(code: FileErrorCode, hits: (path: string) => boolean) {
  const world = realWorld();
  const files = faulty(world.files, (operation, path) =>
    operation !== "remove" && hits(path) ? new FileError(code, "write", path) : undefined,
  );
  return { ...world, files };
}

const codes = ["no_space", "file_failed", "read_only_file_system", "too_many_open_files"] as const;

describe("fault row 27: a disk that takes nothing", () => {
  test.each(codes)("has a refactoring change nothing and say so, where it answers %s", async (code) => {
    const files = { "a/one.py": low, "a/two.py": low };
    const { user: owner, run } = await scene(block("a/one.py") + block("a/two.py"), files);
    const failing = without(code, (path) => path.endsWith("two.py"));
    const ended = await run("ai refactor --file a --apply", failing);
    expect([ended.code, ended.out]).toEqual([1, ""]);
    expect(ended.err).toContain("two.py");
    expect(ended.err).toMatch(/[Nn]othing was changed/);
    expect(owner.texts()).toEqual(files);
    expect((await run("ai refactor --file a --apply")).code).toBe(0);
    expect(owner.texts()).toEqual({ "a/one.py": better, "a/two.py": better });
  });

  test.each(codes)("has nothing changed that could not be taken back, where it answers %s", async (code) => {
    const { user: owner, run } = await scene(block("one.py"), { "one.py": low });
    const failing = without(code, (path) => path.includes(join("aiex", "changes")));
    const ended = await run("ai refactor --file one.py --apply", failing);
    expect([ended.code, owner.texts()]).toEqual([1, { "one.py": low }]);
    expect(ended.err).toMatch(/[Nn]othing was changed/);
    expect((await run("ai refactor --file one.py --apply")).code).toBe(0);
    expect(owner.texts()).toEqual({ "one.py": better });
  });

  test("leaves no part of a file that was to be written", async () => {
    const { user: owner, run } = await scene(explanation, { "one.py": low });
    const failing = without("no_space", (path) => path.endsWith("one.md"));
    const ended = await run("ai explain --file one.py --output one.md", failing);
    expect([ended.code, ended.err.includes("one.md")]).toEqual([1, true]);
    expect(owner.texts()).toEqual({ "one.py": low });
  });

  test("leaves no part of a file that was to be made", async () => {
    const { user: owner, run } = await scene("`````python\nx = 1\n`````", {});
    const failing = without("no_space", (path) => path.endsWith("new.py"));
    const words = "ai generate --type module --requirements x --output new.py";
    expect((await run(words, failing)).code).toBe(1);
    expect(owner.texts()).toEqual({});
  });
});

describe("fault row 28: what is kept of an operation", () => {
  test("and was damaged on the disk is told, and never shown as if it were whole", async () => {
    const { user: owner, run } = await scene(explanation, { "one.py": low });
    const first = await run("ai explain --file one.py --format json");
    const runs = join(owner.home, ".local", "share", "aiex", "runs");
    const [id = ""] = readdirSync(runs);
    const [data = ""] = readdirSync(join(runs, id), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith("data.mdb"),
    );
    const path = join(runs, id, data);
    const whole = readFileSync(path);
    const places: number[] = [];
    for (let at = whole.indexOf("It sorts to take one"); at >= 0; at = whole.indexOf("It sorts to", at + 1))
      places.push(at);
    expect(places.length).toBeGreaterThan(0);
    let told = 0;
    for (const place of places) {
      const flipped = Buffer.from(whole);
      flipped[place + 4] = (flipped[place + 4] ?? 0) ^ 1;
      writeFileSync(path, flipped);
      // A program of its own: what reads the file is native.
      const shown = await owner.aiex(["runs", "follow", id, "--format", "json"]);
      // Not all that is in the file is of use any more.
      if (shown.code === 0) expect(JSON.parse(shown.out)).toEqual(JSON.parse(first.out));
      else {
        told += 1;
        expect([shown.out, shown.err]).toEqual(["", expect.stringMatching(/damaged|broken/)]);
      }
    }
    expect(told).toBeGreaterThan(0);
  });
});

describe("fault row 30: a clock that jumps", () => {
  test.each([3_600_000, -3_600_000])("by %i ms at each look does no operation any harm", async (jumpMs) => {
    const { user: owner, run, asked } = await scene(block("one.py"), { "one.py": low });
    const world = realWorld();
    let looks = 0;
    const wallTime = (): number => {
      looks += 1;
      return world.clock.wallTime() + (looks % 2) * jumpMs;
    };
    const jumping = { ...world, clock: { now: () => world.clock.now(), wallTime } };
    const ended = await run("ai refactor --file one.py --apply", jumping);
    expect({ code: ended.code, err: ended.code === 0 ? "" : ended.err }).toEqual({ code: 0, err: "" });
    expect([owner.texts(), asked(), looks > 0]).toEqual([{ "one.py": better }, 1, true]);
    expect((await owner.aiex(["undo"])).code).toBe(0);
    expect(owner.texts()).toEqual({ "one.py": low });
  });
});

describe("fault row 45: a parser", () => {
  const program = process.execPath;
  afterEach(() => {
    process.execPath = program;
  });

  /** Node.js as parsers are started with it, that hangs or dies over some files, as native code does. */
  function brittle(folder: string): string {
    const path = join(folder, "node.js");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, `#!${program}\n${brittleProgram}`);
    chmodSync(path, 0o700);
    return path;
  }

  test("that hangs or dies over a file is ended, and that file is read as text; all others are analyzed", async () => {
    const files = {
      "a.py": "def run(x):\n    return eval(x)\n",
      "dies.py": "# OVER THIS IT DIES\nx = 1\n",
      "hangs.py": "# OVER THIS IT HANGS\nx = 1\n",
      "z.py": "def run(x):\n    return eval(x)\n",
    };
    const { user: owner, run } = await scene("{}", files);
    owner.setUp(server as ScriptedServer, { analysis: { max_parsers: 1, parser_timeout_ms: 2_000 } });
    const folder = mkdtempSync(join(tmpdir(), "aiex-brittle-"));
    try {
      process.execPath = brittle(folder);
      const { code, out, err } = await run("ai analyze --no-model --file . --format json");
      expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
      const report = JSON.parse(out);
      const rows = report.files.map(({ path, status, reason, findings }: Row) => [
        path,
        status,
        reason,
        findings.length,
      ]);
      expect([report.complete, rows]).toEqual([
        false,
        [
          ["a.py", "analyzed", null, 1],
          ["dies.py", "unparsed", expect.stringContaining("gave up on it"), 0],
          ["hangs.py", "unparsed", expect.stringContaining("parser_timeout_ms"), 0],
          ["z.py", "analyzed", null, 1],
        ],
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

interface Row {
  readonly path: string;
  readonly status: string;
  readonly reason: string | null;
  readonly findings: readonly unknown[];
}

const brittleProgram = `
const { spawn } = require("node:child_process");
const child = spawn(${JSON.stringify(process.execPath)}, process.argv.slice(2), { stdio: ["pipe", "inherit", "inherit"] });
process.on("exit", () => child.kill("SIGKILL"));
child.on("exit", (code) => process.exit(code ?? 1));
process.stdin.on("data", (chunk) => {
  if (chunk.includes("IT DIES")) { child.kill("SIGKILL"); process.abort(); }
  if (chunk.includes("IT HANGS")) { child.kill("SIGKILL"); for (;;); }
  child.stdin.write(chunk);
});
process.stdin.on("end", () => child.stdin.end());
`;
