// The workflows of the package as the built command runs them, over a file and a folder, with a model that is played.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { type Ended, startBeside } from "./beside.ts";

let home = "";
let server: ScriptedServer;

const mean = "def mean(xs):\n    return sum(xs) / len(xs)\n";
const explanation: Reply = {
  say: JSON.stringify({
    summary: "Computes the mean.",
    claims: [{ title: "The mean", text: "It divides.", from_line: 1, to_line: 2 }],
  }),
};
const page: Reply = {
  say: "# mean\n\nThe mean of numbers.\n\n## mean\n\nDivides their sum by how many they are.\n",
};

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-workflow-program-"));
  await mkdir(join(home, "src"));
  await writeFile(join(home, "src", "mean.py"), mean);
});

afterEach(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

async function aiex(replies: readonly [Reply, ...Reply[]], words: readonly string[]): Promise<Ended> {
  server = await startScriptedServer({ replies });
  const env = { HOME: home, AIEX_OLLAMA_HOST: server.baseUrl("ollama") };
  return startBeside(words, { cwd: home, env }).ended;
}

describe("aiex ai workflow as a program (M-AI-5)", () => {
  it("goes from an explanation to a page, and tells models what is wanted", async () => {
    const words = ["ai", "workflow", "--template", "documentation", "--context", "src/mean.py"];
    const wish = ["--description", "For people who know no Python", "--provider", "ollama"];
    const { code, stdout, stderr } = await aiex([explanation, page], [...words, ...wish]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const document = JSON.parse(stdout);
    expect(
      document.steps.map(({ operation, status }: Record<string, string>) => [operation, status]),
    ).toEqual([
      ["explain", "done"],
      ["extract_insights", "done"],
      ["document", "done"],
    ]);
    expect(document.result).toMatchObject({ schema: "aiex.documentation/1" });
    const asked = server.requests.filter(({ method }) => method === "POST");
    expect(asked).toHaveLength(2);
    for (const { body } of asked) expect(JSON.stringify(body)).toContain("For people who know no Python");
  }, 60_000);

  it("runs one's own over a folder, with values, and asks no model where none is needed", async () => {
    await writeFile(join(home, "src", "run.py"), "def run(text):\n    return eval(text)\n");
    const spec = "analyze type:security | filter severity:{{least}} | save file:{{to}}";
    const parameters = ["--parameter", "least:warning,error=warning", "--parameter", "to"];
    const created = await aiex([page], ["workflow", "create", "audit", "--spec", spec, ...parameters]);
    expect(created).toMatchObject({ code: 0 });
    await server.stop();
    const values = ["--set", "least=error", "--set", "to=found.md"];
    const words = ["ai", "workflow", "--template", "audit", "--context", "src", "--no-model", ...values];
    const { code, stdout, stderr } = await aiex([page], words);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const document = JSON.parse(stdout);
    expect(document.spec).toBe("analyze type:security | filter severity:error | save file:found.md");
    expect(document.steps[2]).toMatchObject({ operation: "save", status: "done" });
    expect(await readFile(join(home, "found.md"), "utf8")).toContain("python/eval");
    expect(server.requests).toEqual([]);
  }, 60_000);

  it("runs what comes with aiex when it was exported, changed, and imported under another name", async () => {
    const exported = await aiex([page], ["workflow", "export", "--name", "documentation"]);
    expect(exported).toMatchObject({ code: 0, stderr: "" });
    await server.stop();
    const file = join(home, "pages.yaml");
    const changed = exported.stdout
      .replace("    default: intermediate\n", "    required: true\n")
      .replace("document format:markdown", "document format:markdown | save file:{{to}}")
      .replace("parameters:\n", "parameters:\n  to: { default: docs/mean.md }\n");
    await writeFile(file, changed);
    const imported = await aiex([page], ["workflow", "import", file, "--name", "pages"]);
    expect(imported).toMatchObject({ code: 0, stderr: "" });
    await server.stop();
    const unsaid = await aiex([page], ["workflow", "run", "pages", "--input", "src"]);
    expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringContaining("level needs a value")]);
    await server.stop();
    const words = ["workflow", "run", "pages", "--input", "src/mean.py", "--set", "level=basic"];
    const { code, stdout, stderr } = await aiex([explanation, page], [...words, "--provider", "ollama"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout).spec).toBe(
      "explain level:basic focus:comprehensive | extract_insights | document format:markdown | save file:docs/mean.md",
    );
    expect(await readFile(join(home, "docs", "mean.md"), "utf8")).toContain("The mean of numbers.");
  }, 120_000);
});
