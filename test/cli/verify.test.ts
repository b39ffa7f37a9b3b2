// `--verify` as the built command: a real project whose checks are real programs, and a model that is played over HTTP.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { expectGone } from "../runtime/programs/obedient.ts";
import { type Ended, startBeside } from "./beside.ts";
import { builtMain } from "./fixtures.ts";

let home = "";
let project = "";
let server: ScriptedServer | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-verify-"));
  project = join(home, "project");
  await mkdir(join(home, ".config", "aiex"), { recursive: true });
  await mkdir(project);
  await writeFile(join(project, "package.json"), '{ "name": "money", "type": "module" }\n');
  await writeFile(join(project, "money.js"), "export const rate = (cents) => cents / 100;\n");
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(home, { recursive: true, force: true });
});

function aiex(...words: readonly string[]): Promise<Ended> {
  const host = server === undefined ? {} : { AIEX_OLLAMA_HOST: server.baseUrl("ollama") };
  const env = { HOME: home, LANG: "C", MY_API_TOKEN: "token-of-mine", ...host };
  return startBeside(words, { cwd: project, env }).ended;
}

/** By kind: the arguments of each check. */
async function configured(checks: Readonly<Record<string, readonly string[] | string | number>>) {
  const yaml = JSON.stringify({ operations: { verify: checks } });
  await writeFile(join(home, ".config", "aiex", "config.yaml"), yaml);
}

async function trusted(): Promise<void> {
  expect((await aiex("trust")).code).toBe(0);
}

async function played(...replies: readonly [Reply, ...Reply[]]): Promise<void> {
  server = await startScriptedServer({ replies });
}

function answer(code: string): Reply {
  return { say: `As asked.\n\`\`\`\`\`js\n${code}\`\`\`\`\``, usage: { input: 100, output: 50 } };
}

function tests(rate: number): string {
  return `import assert from "node:assert";\nimport { test } from "node:test";\nimport { rate } from "./money.js";\n\ntest("rate", () => assert.equal(rate(250), ${rate}));\n`;
}

const node = process.execPath;
const testing = [node, "--test", "{file}"];
const words = ["ai", "test-generate", "--file", "money.js", "--model", "m", "--verify"] as const;
const writing = [...words, "--output", "money.test.js"] as const;

function text(path: string): Promise<string> {
  return readFile(join(project, path), "utf8");
}

/** What the model was told in its last turn of request `index`. */
function told(index: number): string {
  const messages = server?.requests[index]?.body?.messages as { content: string }[] | undefined;
  return messages?.at(-1)?.content ?? "";
}

describe("aiex ai test-generate --verify", () => {
  it("keeps what passes, and tells the model what failed before", async () => {
    await configured({ test: testing });
    await trusted();
    await played(answer(tests(25)), answer(tests(2.5)));
    const { code, stdout, stderr } = await aiex(...writing);
    expect([stderr, code]).toEqual([expect.stringMatching(/then what\s+your checks print/), 0]);
    expect(stdout).toMatch(
      /^Wrote money\.test\.js\. Take it back: aiex undo \w+\nThe last of 2 answers passed your checks:\n {2}test +passed, [\d.]+ s\n$/,
    );
    expect(await text("money.test.js")).toBe(tests(2.5));
    expect(told(1)).toContain("test ended with code 1.");
    expect(told(1)).toMatch(/=== output begins =[\s\S]*2\.5 == 25[\s\S]*=== output ends =/);
    const undone = await aiex("undo");
    expect([undone.code, await readdir(project)]).toEqual([0, ["money.js", "package.json"]]);
  });

  it("takes back what fails three times, says why, and ends with 1", async () => {
    await configured({ test: testing });
    await trusted();
    await played(answer(tests(25)));
    const shown = await aiex(...writing);
    expect(shown.stdout).toMatch(
      /^The last of 3 answers did not pass your checks, and was taken back:\n {2}test +failed, exit code 1, [\d.]+ s\n/,
    );
    expect([shown.code, server?.requests.length, await readdir(project)]).toEqual([
      1,
      3,
      ["money.js", "package.json"],
    ]);
    const json = await aiex(...writing, "--format", "json");
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
      1,
      {
        ...{ path: null, run: null, code: tests(25) },
        verification: {
          ...{ rounds: 3, passed: false, kept: false, touched: [] },
          commands: [
            { kind: "test", outcome: "failed", exit: 1, output: expect.stringContaining("2.5 == 25") },
          ],
        },
      },
    ]);
  });

  it("takes what a formatter makes of the file, and tells what else that has changed", async () => {
    const formatter = `const fs = require("node:fs"); const [path] = process.argv.slice(1); fs.writeFileSync(path, "// formatted\\n" + fs.readFileSync(path, "utf8")); fs.appendFileSync("money.js", "// touched\\n");`;
    const check = `process.exit(require("node:fs").readFileSync("money.test.js", "utf8").startsWith("// formatted\\n") ? 0 : 1)`;
    await configured({
      format: [node, "-e", formatter, "{file}"],
      type_check: [node, "-e", check],
      test: testing,
    });
    await trusted();
    await played(answer(tests(2.5)));
    const { code, stdout } = await aiex(...writing, "--format", "json");
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      {
        code: `// formatted\n${tests(2.5)}`,
        verification: {
          passed: true,
          kept: true,
          commands: [{ kind: "format" }, { kind: "type_check", outcome: "passed" }, { kind: "test" }],
          touched: ["money.js"],
        },
      },
    ]);
    expect(await text("money.test.js")).toBe(`// formatted\n${tests(2.5)}`);
    expect((await aiex("undo")).code).toBe(0);
    expect(await readdir(project)).toEqual(["money.js", "package.json"]);
  });

  it("does not count what fails without the answer too", async () => {
    await configured({ type_check: [node, "-e", "process.exit(2)"], test: testing });
    await trusted();
    await played(answer(tests(2.5)));
    const { code, stdout } = await aiex(...writing);
    expect(stdout).toContain("type_check  fails without the change too, which does not count, exit code 2");
    expect([code, server?.requests.length, await text("money.test.js")]).toEqual([0, 1, tests(2.5)]);
  });

  it("gives checks no variable of its user's but those that programs need, and masks what they print", async () => {
    const script = `console.log(Object.keys(process.env).sort().join(" ")); console.log("password=hunter2-hunter2"); process.exit(require("node:fs").existsSync("money.test.js") ? 1 : 0)`;
    await configured({ type_check: [node, "-e", script] });
    await trusted();
    await played(answer(tests(2.5)));
    const { stdout } = await aiex(...writing, "--format", "json");
    const { output } = JSON.parse(stdout).verification.commands[0];
    expect(output.split("\n")[0].split(" ")).toEqual(["HOME", "LANG", "NO_COLOR", "PATH"]);
    expect(output).toContain("password=[masked]");
    expect(JSON.stringify(server?.requests)).not.toContain("hunter2");
  });

  it("ends a check that does not end, with what it has started", async () => {
    const script = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" }); setInterval(() => {}, 1000); console.log("it hangs")`;
    await configured({ test: [node, "-e", script, "{file}"], timeout_ms: 1_000 });
    await trusted();
    await played(answer(tests(2.5)));
    const { code, stdout } = await aiex(...writing);
    expect([code, stdout]).toEqual([1, expect.stringContaining("did not end in its time")]);
    expect(told(1)).toContain("test did not end in its time.");
  });

  it.each([
    ["nothing is configured", {}, true, 78, "operations:\n  verify:"],
    ["the project is not trusted", { test: testing }, false, 5, "aiex trust"],
    [
      "a check is a string",
      { test: "node --test" },
      true,
      78,
      'must be a list of values, such as [node, --test, "{file}"]',
    ],
  ])("refuses where %s, before anything is sent", async (_, checks, isTrusted, expected, problem) => {
    if (isTrusted) await trusted();
    await configured(checks);
    await played(answer(tests(2.5)));
    const { code, stderr } = await aiex(...writing);
    expect(stderr).toContain(problem);
    expect([code, server?.requests.length]).toEqual([expected, 0]);
  });

  it("says that a program is not there, and leaves nothing", async () => {
    await configured({ test: ["no-such-program-of-anybody"] });
    await trusted();
    await played(answer(tests(2.5)));
    const { code, stderr } = await aiex(...writing);
    expect(stderr).toContain("operations.verify.test cannot be started");
    expect([code, await readdir(project)]).toEqual([78, ["money.js", "package.json"]]);
  });

  it("takes no command from a project, trusted or not", async () => {
    await mkdir(join(project, ".aiex"));
    const yaml = JSON.stringify({ operations: { verify: { test: [node, "-e", ""] } } });
    await writeFile(join(project, ".aiex", "config.yaml"), yaml);
    await trusted();
    await played(answer(tests(2.5)));
    const { code, stderr } = await aiex(...writing);
    expect(stderr).toContain("operations.verify.test is not used");
    expect([code, server?.requests.length]).toEqual([78, 0]);
  });

  it("asks where the file is to be", async () => {
    expect((await aiex(...words)).code).toBe(2);
  });
});

describe("aiex ai test-generate --verify --coverage", () => {
  const source =
    "export function size(n) {\n  if (n > 9) {\n    return 'big';\n  }\n  if (n > 4) {\n    return 'middle';\n  }\n  return 'small';\n}\n";
  const covering = (...numbers: readonly number[]): string =>
    `import { test } from "node:test";\nimport { size } from "./size.js";\n\ntest("size", () => [${numbers.join(", ")}].map(size));\n`;
  const measuring = ["ai", "test-generate", "--file", "size.js", "--model", "m", "--verify"] as const;
  const writingTo = [...measuring, "--output", "size.test.js", "--coverage", "0.9"] as const;

  beforeEach(async () => {
    const lcov = ["--experimental-test-coverage", "--test-reporter=lcov"];
    await configured({
      test: testing,
      coverage: [node, "--test", ...lcov, "--test-reporter-destination={coverage_file}", "{file}"],
    });
    await writeFile(join(project, "size.js"), source);
    await trusted();
  });

  it("has the model write more until the goal is reached, and says what was measured", async () => {
    await played(answer(covering(1)), answer(covering(1, 5, 10)));
    const { code, stdout } = await aiex(...writingTo);
    expect(stdout).toMatch(
      /The last of 2 answers passed your checks:[\s\S]*run through 100 % of the lines; the goal\s+is 90 %\./,
    );
    expect([code, await text("size.test.js")]).toEqual([0, covering(1, 5, 10)]);
    expect(told(1)).toMatch(
      /The tests run through [\d.]+ percent of the lines of "size\.js", and 90 percent are wanted\./,
    );
    expect(told(1)).toContain("Lines that no test runs: 3-4, 6-7");
  });

  it("keeps the last tests that pass, says what they miss, and ends with 4", async () => {
    await played(answer(covering(1, 10)));
    const { code, stdout } = await aiex(...writingTo, "--format", "json");
    const { coverage, verification, path } = JSON.parse(stdout);
    expect([code, path, server?.requests.length]).toEqual([4, "size.test.js", 3]);
    expect(verification).toMatchObject({ rounds: 3, passed: true, kept: true });
    expect(coverage).toEqual({ goal: 0.9, measured: expect.any(Number), uncovered_lines: [6, 7] });
    expect(coverage.measured).toBeCloseTo(7 / 9, 2);
  });

  it("claims nothing where no report was written, and keeps the tests", async () => {
    await configured({ test: testing, coverage: [node, "-e", "", "{coverage_file}"] });
    await played(answer(covering(1, 5, 10)));
    const { code, stdout } = await aiex(...writingTo, "--format", "json");
    expect([code, server?.requests.length]).toEqual([4, 1]);
    expect(JSON.parse(stdout)).toMatchObject({
      path: "size.test.js",
      coverage: { goal: 0.9, measured: null, uncovered_lines: null },
    });
  });

  it.each([
    ["nothing measures it", { test: testing }, "no command of yours does that"],
    ["the command says nowhere where its report is", { coverage: [node] }, "must say with {coverage_file}"],
  ])("refuses where %s", async (_, checks, problem) => {
    await configured(checks);
    await played(answer(covering(1)));
    const { code, stderr } = await aiex(...writingTo);
    expect(stderr.replace(/\s+/g, " ")).toContain(problem);
    expect([code, server?.requests.length]).toEqual([78, 0]);
  });
});

describe("aiex ai generate --verify", () => {
  it("keeps what passes", async () => {
    await configured({ type_check: [node, "--check", "{file}"] });
    await trusted();
    await played(answer("export const twice = (x) => 2 * x;\n"));
    const generate = ["ai", "generate", "--type", "function", "--requirements", "Double it", "--model", "m"];
    const { code, stdout } = await aiex(...generate, "--output=-twice.js", "--verify");
    expect(stdout).toContain("The answer passed your checks:");
    expect([code, await text("-twice.js")]).toEqual([0, "export const twice = (x) => 2 * x;\n"]);
  });
});

describe("aiex ai refactor --verify", () => {
  const edit = (body: string): Reply => ({
    say: `Shorter.\nmoney.js\n<<<<<<< SEARCH\nexport const rate = (cents) => cents / 100;\n=======\nexport const rate = (cents) => ${body};\n>>>>>>> REPLACE\n`,
    usage: { input: 100, output: 50 },
  });
  const refactor = ["ai", "refactor", "--file", "money.js", "--model", "m", "--verify"] as const;
  const sound = "export const rate = (cents) => cents * 0.01;\n";

  beforeEach(async () => {
    await configured({ test: [node, "--test"] });
    await writeFile(join(project, "money.test.js"), tests(2.5));
    await trusted();
  });

  it("makes the changes that pass, and those alone", async () => {
    await played(edit("cents"), edit("cents * 0.01"));
    const { code, stdout } = await aiex(...refactor, "--apply");
    expect(stdout).toMatch(/The last of 2 answers passed your checks:[\s\S]*Changed 1 file\./);
    expect([code, await text("money.js")]).toEqual([0, sound]);
  });

  it("shows what the checks say of a preview, and changes nothing", async () => {
    await played(edit("cents"));
    const was = await text("money.js");
    const { code, stdout } = await aiex(...refactor);
    expect(stdout).toMatch(/did not pass your checks, and was taken back:\n {2}test +failed/);
    expect([code, server?.requests.length, await text("money.js")]).toEqual([1, 3, was]);
  });

  it("goes on where its program was killed while a check ran, and asks the model nothing again", async () => {
    const script = `const fs = require("node:fs"); if (!fs.existsSync("go")) { fs.writeFileSync("started", process.pid + "\\n"); setInterval(() => {}, 1000); }`;
    await configured({ test: [node, "-e", script] });
    await played(edit("cents * 0.01"));
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      LANG: "C",
      AIEX_OLLAMA_HOST: server?.baseUrl("ollama"),
    };
    const killed = spawn(node, [builtMain, ...refactor, "--apply"], { env, cwd: project, stdio: "ignore" });
    const pid = Number(await vi.waitFor(() => text("started"), { timeout: 30_000, interval: 10 }));
    expect(await text("money.js")).toBe(sound);
    killed.kill("SIGKILL");
    await expectGone(pid);
    await writeFile(join(project, "go"), "");
    const { runs } = JSON.parse((await aiex("runs", "list", "--format", "json")).stdout);
    const resumed = await aiex("runs", "resume", runs[0].id);
    expect(resumed.stdout).toContain("The answer passed your checks:");
    expect([resumed.code, server?.requests.length, await text("money.js")]).toEqual([0, 1, sound]);
    expect((await aiex("undo")).code).toBe(0);
    expect(await text("money.js")).toBe("export const rate = (cents) => cents / 100;\n");
  });
});
