// `aiex ai explain` as the built command with a model that is played: what it prints, says before, and ends with.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { startBeside } from "./beside.ts";

let home = "";
let server: ScriptedServer | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-explain-"));
  await writeFile(
    join(home, "mean.py"),
    'PASSWORD = "hunter2-hunter2"\n\ndef mean(xs):\n    return sum(xs) / len(xs)\n',
  );
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(home, { recursive: true, force: true });
});

const answer = {
  summary: "Computes the mean of a list.",
  claims: [
    { title: "The mean", text: "It divides the sum by the count.", from_line: 3, to_line: 4 },
    { title: "Nowhere", text: "There is no such line.", from_line: 40, to_line: 41 },
  ],
};

function aiex(
  words: readonly string[],
  { input = "", env = {} }: { input?: string; env?: Record<string, string> } = {},
) {
  const host = server === undefined ? {} : { AIEX_OLLAMA_HOST: server.baseUrl("ollama") };
  return startBeside(words, { cwd: home, env: { HOME: home, LANG: "C", ...host, ...env }, input });
}

async function played(...replies: readonly [Reply, ...Reply[]]): Promise<void> {
  server = await startScriptedServer({ replies });
}

const whole: Reply = { say: JSON.stringify(answer), usage: { input: 100, output: 50 } };
const explain = ["ai", "explain", "--file", "mean.py"];

describe("aiex ai explain", () => {
  it("says where the file goes before it goes there, and prints each claim with its lines", async () => {
    await played(whole);
    const { code, stdout, stderr } = await aiex(explain).ended;
    expect(stdout).toBe(
      [
        "Explanation of mean.py",
        "Level: intermediate, focus: comprehensive",
        "",
        "Computes the mean of a list.",
        "",
        "The mean  mean.py:3-4",
        "   It divides the sum by the count.",
        "",
        "1 claim left out: no such lines in the file.",
        "",
      ].join("\n"),
    );
    expect(stderr).toContain("A model on this machine explains this; nothing leaves the machine:");
    expect(stderr).toContain("1 secret masked");
    expect(stderr).toContain("100 tokens to it, 50 from it");
    expect(code).toBe(0);
    const sent = JSON.stringify(server?.requests);
    expect(sent).not.toContain("hunter2");
    expect(sent).toContain("3| def mean(xs):");
  });

  it("prints JSON and Markdown, and writes files", async () => {
    await played(whole, whole, whole);
    const json = await aiex([...explain, "--output", "json", "--level", "basic", "--focus", "patterns"])
      .ended;
    expect(JSON.parse(json.stdout)).toMatchObject({
      ...{ schema: "aiex.explanation/1", level: "basic", focus: "patterns", dropped: 1 },
      model: { provider: "ollama", prompt: expect.stringMatching(/^explain@\d+$/), input_tokens: 100 },
    });
    const markdown = await aiex([...explain, "--format", "markdown"]).ended;
    expect(markdown.stdout).toContain("## The mean\n\nIt divides the sum by the count.\n\n`mean.py:3-4`\n");
    const written = await aiex([...explain, "--output", "mean.md"]).ended;
    expect([written.stdout, written.code]).toEqual(["", 0]);
    expect(await readFile(join(home, "mean.md"), "utf8")).toBe(markdown.stdout);
  });

  it("reads a pipe", async () => {
    await played(whole);
    const { code, stdout } = await aiex(["ai", "explain", "--file", "-", "--stdin-name", "a.py"], {
      input: "a\nb\nc\nd\n",
    }).ended;
    expect([code, stdout.includes("a.py:3-4")]).toEqual([0, true]);
  });

  it("is a run that is shown again as it was asked for", async () => {
    await played(whole);
    const first = await aiex([...explain, "--format", "json"]).ended;
    const list = JSON.parse((await aiex(["runs", "list", "--format", "json"]).ended).stdout);
    const [{ id, kind, title }] = list.runs;
    expect([kind, title]).toEqual(["explain", "Explanation of mean.py"]);
    const again = await aiex(["runs", "follow", id]).ended;
    expect([again.code, again.stdout]).toEqual([0, first.stdout]);
    const text = await aiex(["runs", "follow", id, "--format", "text"]).ended;
    expect(text.stdout).toContain("The mean  mean.py:3-4");
  });

  it("sends what earlier operations found along, where somebody was chosen to be asked", async () => {
    await played(whole);
    const provider = ["--provider", "ollama"];
    await aiex(explain).ended;
    await aiex(explain).ended;
    await aiex([...explain, ...provider, "--no-session"]).ended;
    expect(JSON.stringify(server?.requests)).not.toContain("What earlier operations found");
    const { stderr } = await aiex([...explain, ...provider]).ended;
    expect(stderr).toMatch(/with what earlier\s+operations found about it/);
    const sent = JSON.stringify(server?.requests.at(-1));
    expect(sent).toContain("What earlier operations found");
    expect(sent).toContain("lines 3 to 4: The mean");
  });

  it("has a page of documentation written too", async () => {
    const page = "# Means\n\nComputes means.\n\n## `mean`\n\nDivides.\n";
    await played({ say: page });
    const { code, stdout } = await aiex(["ai", "document", "--file", "mean.py"]).ended;
    expect([code, stdout]).toEqual([0, page]);
    const written = await aiex(["ai", "document", "--file", "mean.py", "--output", "mean.md"]).ended;
    expect([written.code, await readFile(join(home, "mean.md"), "utf8")]).toEqual([0, page]);
    const json = await aiex(["ai", "document", "--file", "mean.py", "--output", "json"]).ended;
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: "aiex.documentation/1", sections: ["mean"] });
  });

  it("says how to set a model up where there is none, with 69", async () => {
    const { code, stdout, stderr } = await aiex(explain).ended;
    expect([code, stdout]).toEqual([69, ""]);
    expect(stderr).toContain("No language model is set up that explains this.");
    expect(stderr).toContain("OPENAI_API_KEY");
  });

  it.each([
    [["ai", "explain", "--file", "gone.py"], 1, "gone.py"],
    [["ai", "explain", "--file", ".env"], 5, "never leave the machine"],
    [["ai", "explain", "--file", "."], 1, "directory"],
    [[...explain, "--provider", "nobody"], 2, 'no entry "nobody"'],
    [[...explain, "--level", "expert"], 2, "basic, intermediate, advanced"],
    [[...explain, "--output", "mean.py"], 2, "the very file that is read"],
    [[...explain, "--detach"], 2, "--detach needs a run that is on a node"],
  ])("with %j ends with %d and asks nobody", async (words, expected, problem) => {
    await played(whole);
    await writeFile(join(home, ".env"), "A=b\n");
    const { code, stdout, stderr } = await aiex(words).ended;
    expect([code, stdout]).toEqual([expected, ""]);
    expect(stderr).toContain(problem);
    expect(server?.requests).toEqual([]);
  });

  it("ends with 1 where the answers are of no use, and with 124 at its deadline", async () => {
    await played({ say: "nonsense" });
    const bad = await aiex(explain).ended;
    expect([bad.code, bad.stdout]).toEqual([1, ""]);
    expect(bad.stderr).toContain("2 times with what was not asked for");
    await server?.stop();
    await played({ say: "{}", stallAfter: "request" });
    const late = await aiex([...explain, "--deadline", "2s", "--model", "m"]).ended;
    expect([late.code, late.stdout]).toEqual([124, ""]);
  });

  it.skipIf(process.platform === "win32")("ends with 130 at Ctrl-C, and gives its request up", async () => {
    await played({ say: "{}", stallAfter: "request" });
    const running = aiex([...explain, "--model", "m"]);
    const request = await server?.request(0);
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    await request?.givenUp;
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toContain("aiex runs resume");
  });

  it("asks in the words of the user's own template, and refuses a wrong one", async () => {
    await played(whole);
    const folder = join(home, ".config", "aiex", "templates");
    const { mkdir } = await import("node:fs/promises");
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, "explain.md"),
      "---\nname: explain\nversion: 9\n---\n\n# User\n\nErkläre: {{code}}\n",
    );
    const { code, stdout } = await aiex([...explain, "--format", "json"]).ended;
    expect([code, JSON.parse(stdout).model.prompt]).toEqual([0, "explain@9"]);
    expect(JSON.stringify(server?.requests)).toContain("Erkläre:");
    await writeFile(join(folder, "explain.md"), "---\nname: explain\nversion: 9\n---\n\n# User\n\nHello\n");
    const wrong = await aiex(explain).ended;
    expect(wrong.code).toBe(78);
    expect(wrong.stderr).toContain("never says {{code}}");
  });
});
