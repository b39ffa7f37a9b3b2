// The built command and its runs: killed in the middle, listed, gone on with, looked at and taken away.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { builtMain } from "./fixtures.ts";

let home = "";
let server: ScriptedServer | undefined;
let child: ChildProcess | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-runs-"));
  await writeFile(join(home, "mean.py"), "def mean(xs):\n    return sum(xs) / len(xs)\n");
});

afterEach(async () => {
  child?.kill("SIGKILL");
  await server?.stop();
  await rm(home, { recursive: true, force: true });
});

const environment = (): Record<string, string> => ({
  HOME: home,
  XDG_RUNTIME_DIR: home,
  AIEX_OLLAMA_HOST: server?.baseUrl("ollama") ?? "",
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Not blocking: the model that it may ask is in this very program. */
function ran(...words: readonly string[]): Promise<Ended> {
  const env = { PATH: process.env.PATH, LANG: "C", ...environment() };
  const running = spawn(process.execPath, [builtMain, ...words], { env, cwd: home });
  child = running;
  let out = "";
  running.stdout.on("data", (chunk) => {
    out += chunk;
  });
  return new Promise((resolve) => running.on("close", (code) => resolve({ code, out })));
}

/** The command as it is being killed with `signal`, while the model is silent. */
async function leftBy(signal: NodeJS.Signals): Promise<number | null> {
  let isSilent = true;
  const replies = (): Reply => {
    const reply: Reply = isSilent ? { say: "{}", stallAfter: "request" } : { say: JSON.stringify(answer) };
    isSilent = false;
    return reply;
  };
  server = await startScriptedServer({ replies });
  const env = { PATH: process.env.PATH, LANG: "C", ...environment() };
  const words = ["ai", "analyze", "--file", "mean.py", "--model", "m", "--format", "json"];
  const running = spawn(process.execPath, [builtMain, ...words], { env, cwd: home, stdio: "ignore" });
  child = running;
  const ended = new Promise<number | null>((resolve) => running.on("close", resolve));
  await server.request(0);
  running.kill(signal);
  return ended;
}

const answer = { summary: "Computes a mean.", score: 6, findings: [] };

describe("aiex runs, of a command that was left", () => {
  it.skipIf(process.platform === "win32").each(["SIGKILL", "SIGINT"] as const)(
    "by %s: lists it, goes on with what was not done, and prints what was asked for",
    async (signal) => {
      expect(await leftBy(signal)).toBe(signal === "SIGINT" ? 130 : null);
      const [id = ""] = await readdir(join(home, ".local", "share", "aiex", "runs"));
      expect((await ran("completion", "runs")).out).toMatch(
        new RegExp(`^${id}\t\\w+, Analysis of mean.py\n$`),
      );
      expect(
        JSON.parse((await ran("runs", "list", "--state", "interrupted", "--format", "json")).out).runs,
      ).toMatchObject([{ id, kind: "analysis", title: "Analysis of mean.py" }]);
      const resumed = await ran("runs", "resume", id.slice(0, 8));
      expect(resumed.code).toBe(0);
      expect(JSON.parse(resumed.out)).toMatchObject({ input: "mean.py", model: { status: "complete" } });
      expect(server?.requests.filter(({ method }) => method === "POST")).toHaveLength(2);
      const { out } = await ran("runs", "follow", id, "--from", "1", "--format", "ndjson");
      const events = out.trimEnd().split("\n");
      const read = events.map((line) => JSON.parse(line) as { seq: number; type: string; step?: string });
      expect(read.map(({ seq }) => seq)).toEqual(read.map((_, index) => index + 1));
      expect(read.filter(({ type, step }) => type === "step_finished" && step === "combine")).toHaveLength(1);
      expect((await ran("runs", "rm", id)).out).toBe(`Took run ${id.slice(0, 8)} away.\n`);
      expect((await ran("runs", "list")).out).toBe("There is no run.\n");
    },
    60_000,
  );
});
