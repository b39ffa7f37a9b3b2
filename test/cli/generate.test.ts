// `aiex ai generate` as the built command with a model that is played over HTTP: what it prints, writes, and ends with.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { type Ended, startBeside } from "./beside.ts";

let home = "";
let server: ScriptedServer | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-generate-"));
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(home, { recursive: true, force: true });
});

const code = "def rate(cents):\n    return cents / 100\n";
const good: Reply = {
  say: `It rounds nothing.\n\`\`\`\`\`python\n${code}\`\`\`\`\``,
  usage: { input: 100, output: 50 },
};

async function played(...replies: readonly [Reply, ...Reply[]]): Promise<void> {
  server = await startScriptedServer({ replies });
}

function generate(...words: readonly string[]): Promise<Ended> {
  const host = server === undefined ? {} : { AIEX_OLLAMA_HOST: server.baseUrl("ollama") };
  const all = ["ai", "generate", "--model", "m", ...words];
  return startBeside(all, { cwd: home, env: { HOME: home, LANG: "C", ...host } }).ended;
}

const words = ["--type", "function", "--requirements", "Turn cents into a rate"];

describe("aiex ai generate", () => {
  it("writes the file of --output, and never over one that is there unless it is told to", async () => {
    await played(good);
    const first = await generate(...words, "--output", "rate.py");
    expect([first.code, await readFile(join(home, "rate.py"), "utf8")]).toEqual([0, code]);
    expect(first.stdout).toMatch(/^Wrote rate\.py\. Take it back: aiex undo \w+\n$/);
    expect(first.stderr).toContain("It rounds nothing.");
    await writeFile(join(home, "rate.py"), "mine = 1\n");
    const second = await generate(...words, "--output", "rate.py");
    expect([second.code, await readFile(join(home, "rate.py"), "utf8")]).toEqual([1, "mine = 1\n"]);
    expect(second.stderr).toContain("--force");
    expect(server?.requests).toHaveLength(1);
    const third = await generate(...words, "--output", "rate.py", "--force");
    expect([third.code, await readFile(join(home, "rate.py"), "utf8")]).toEqual([0, code]);
  });

  it("prints the file alone where none is to be written, and JSON for programs", async () => {
    await played(good);
    await writeFile(join(home, "a.py"), "a = 1\n");
    const printed = await generate(...words, "--context", "a.py");
    expect([printed.code, printed.stdout]).toEqual([0, code]);
    const json = await generate(...words, "--context", "a.py", "--output", "json");
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: "aiex.generation/1", code, path: null });
  });

  it.each([
    [[], "--type", 2],
    [["--type", "poem", "--requirements", "x"], "--type", 2],
    [["--type", "module", "--requirements", "x", "--output", "../a.py"], "below the project's directory", 5],
    [["--type", "module", "--requirements", "x"], "in which language", 1],
  ])("refuses %j before anything is sent", async (given, problem, expected) => {
    await played(good);
    const { code: ended, stderr } = await generate(...given);
    expect(stderr).toContain(problem);
    expect([ended, server?.requests.length]).toEqual([expected, 0]);
  });
});
