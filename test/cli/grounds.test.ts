// What the built command sends beside the file that was named, with a model that is played over HTTP.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { builtMain } from "./fixtures.ts";

let home = "";
let server: ScriptedServer | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-grounds-"));
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(home, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** In `~/shop`, so that what aiex keeps is not among the files. */
function aiex(...words: readonly string[]): Promise<Ended> {
  const host = server === undefined ? {} : { AIEX_OLLAMA_HOST: server.baseUrl("ollama") };
  const child = spawn(process.execPath, [builtMain, ...words], {
    env: { PATH: process.env.PATH, HOME: home, LANG: "C", ...host },
    cwd: join(home, "shop"),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, ...said }));
  });
}

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(contents)) {
    const place = join(home, "shop", path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, text);
  }
}

async function played(...replies: readonly [Reply, ...Reply[]]): Promise<void> {
  server = await startScriptedServer({ replies });
}

/** What the model was asked last. */
function lastSent(): string {
  const body = server?.requests.at(-1)?.body as
    | { readonly messages: readonly { readonly content: string }[] }
    | undefined;
  return (body?.messages ?? []).map(({ content }) => content).join("\n");
}

const explained: Reply = {
  say: JSON.stringify({
    summary: "Finds the lowest.",
    claims: [{ title: "Low", text: "It takes the first.", from_line: 1, to_line: 2 }],
  }),
};
const refactored: Reply = {
  say: "It need not sort.\n\nlow.py\n<<<<<<< SEARCH\n    return sorted(xs)[0]\n=======\n    return min(xs)\n>>>>>>> REPLACE\n",
};
const made = (text: string): Reply => ({ say: `Kept it short.\n\n\`\`\`\`\`\n${text}\`\`\`\`\`\n` });
const chosen = ["--provider", "ollama", "--model", "m"];
const low = "def low(xs):\n    return sorted(xs)[0]\n";

describe("what earlier operations found", () => {
  it("goes from a refactoring to an explanation, and to tests, of the same file", async () => {
    await files({ "low.py": low });
    await played(refactored, explained, made("def test_low():\n    assert True\n"), explained);
    expect((await aiex("ai", "refactor", "--file", "low.py", ...chosen)).code).toBe(0);
    const second = await aiex("ai", "explain", "--file", "low.py", ...chosen);
    expect(second.stderr).toMatch(/with what\s+earlier\s+operations\s+found\s+about it/);
    expect(lastSent()).toContain("- refactor of low.py:\n  It need not sort.");
    expect(lastSent()).toContain("low.py +1 -1 (proposed, and not applied)");
    expect((await aiex("ai", "test-generate", "--file", "low.py", ...chosen)).code).toBe(0);
    expect(lastSent()).toContain("- explain of low.py:\n  Finds the lowest.");
    expect(lastSent()).toContain("It need not sort.");
    await aiex("ai", "explain", "--file", "low.py", ...chosen, "--no-session");
    expect(lastSent()).not.toContain("It need not sort.");
  });

  it("goes from a generation to a refactoring of the file that it made, and of the one that it goes with", async () => {
    await files({ "low.py": low });
    await played(made("def high(xs):\n    return max(xs)\n"), refactored);
    const words = ["--type", "module", "--requirements", "the highest", "--context", "low.py"];
    expect((await aiex("ai", "generate", ...words, "--output", "high.py", ...chosen)).code).toBe(0);
    expect((await aiex("ai", "refactor", "--file", "low.py", ...chosen)).code).toBe(0);
    expect(lastSent()).toContain("- generate of high.py, low.py:");
    expect(lastSent()).toContain("It made a module (python): the highest");
  });

  it("is that of the session that was named", async () => {
    await files({ "low.py": low });
    await played(refactored, explained);
    await aiex("ai", "refactor", "--file", "low.py", ...chosen, "--session", "one");
    await aiex("ai", "explain", "--file", "low.py", ...chosen, "--session", "other");
    expect(lastSent()).not.toContain("It need not sort.");
    await aiex("ai", "explain", "--file", "low.py", ...chosen, "--session", "one");
    expect(lastSent()).toContain("It need not sort.");
  });
});
