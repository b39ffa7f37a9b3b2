// The built command with a model: what it says before it asks, and what an interruption leaves behind.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { builtMain } from "./fixtures.ts";

let home = "";
let server: ScriptedServer | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-model-"));
  await writeFile(
    join(home, "mean.py"),
    'PASSWORD = "hunter2-hunter2"\n\ndef mean(xs):\n    return sum(xs) / len(xs)\n',
  );
});

afterEach(async () => {
  await server?.stop();
  await rm(home, { recursive: true, force: true });
});

const answer = {
  summary: "Computes a mean.",
  score: 6,
  findings: [
    {
      line: 4,
      end_line: 4,
      quote: "return sum(xs) / len(xs)",
      category: "quality",
      severity: "error",
      message: "Divides by zero.",
      remedy: "Check for an empty list.",
    },
  ],
};

interface Running {
  readonly child: ChildProcess;
  readonly stderr: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string }>;
}

function start(words: readonly string[]): Running {
  const env = { PATH: process.env.PATH, HOME: home, LANG: "C", AIEX_OLLAMA_HOST: server?.baseUrl("ollama") };
  const child = spawn(process.execPath, [builtMain, "ai", "analyze", ...words], { env, cwd: home });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stdout: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout }));
  });
  return { child, stderr: () => stderr, ended };
}

describe("aiex ai analyze with a model", () => {
  it("says where the file goes before it goes there, and shows what came back as the model's", async () => {
    let saidBefore = "";
    let running: Running | undefined;
    const replies = (): Reply => {
      saidBefore = running?.stderr() ?? "";
      return { say: JSON.stringify(answer), usage: { input: 100, output: 50 } };
    };
    server = await startScriptedServer({ replies });
    running = start(["--file", "mean.py"]);
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(saidBefore).toContain(`to    ${new URL(server.origin).host}: provider ollama`);
    expect(saidBefore).toContain("1 secret masked");
    expect(stdout).toContain("[model] mean.py:4 error quality");
    expect(JSON.stringify(server.requests)).not.toContain("hunter2");
  });

  it.each([
    ["--file", "."],
    ["--file", "mean.py", "--no-model"],
  ])("asks nobody with %s %s", async (...words) => {
    server = await startScriptedServer({ replies: [{ say: "{}" }] });
    const { code } = await start(words).ended;
    expect(code).toBe(0);
    expect(server.requests).toEqual([]);
  });

  it.skipIf(process.platform === "win32")("ends with 130 at Ctrl-C while the model is silent", async () => {
    server = await startScriptedServer({ replies: [{ say: "{}", stallAfter: "request" }] });
    const running = start(["--file", "mean.py", "--model", "m"]);
    const request = await server.request(0);
    running.child.kill("SIGINT");
    const { code, stdout } = await running.ended;
    await request.givenUp;
    expect([code, stdout]).toEqual([130, ""]);
    expect(running.stderr()).toContain("Interrupted.");
  });
});
