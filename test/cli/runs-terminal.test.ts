// The built command and runs of a node: made there once it is connected to, and followed in a real pseudo-terminal with the line that
// says how far they are, and their questions to a person.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { realWorld } from "../../runtime/index.ts";
import { loadConfiguration } from "../../supervisors/config.ts";
import { openRemote } from "../../supervisors/remote/connection.ts";
import { loadRemoteConfiguration } from "../../supervisors/remote/remote-configuration.ts";
import { analysisOrder } from "../../supervisors/runs/analysis.ts";
import { remoteRuns } from "../../supervisors/runs/remote.ts";
import { type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { hasPseudoTerminal, inTerminal } from "./pseudo-terminal.ts";
import { NodesAtHome } from "./running-nodes.ts";

let server: ScriptedServer;
let nodes: NodesAtHome;
let work = "";

beforeAll(async () => {
  const review = JSON.stringify({ summary: "Computes a mean.", score: 6, findings: [] });
  server = await startScriptedServer({
    replies: [
      { say: review, usage: { input: 100, output: 50 } },
      { say: review, stallAfter: "request" },
    ],
  });
  nodes = new NodesAtHome({ AIEX_OLLAMA_HOST: server.baseUrl("ollama") });
  work = join(nodes.home, "work");
  mkdirSync(work);
  for (const name of ["a.py", "b.py"])
    writeFileSync(join(work, name), "def mean(xs):\n    return sum(xs) / len(xs)\n");
  await nodes.start("alpha");
}, 60_000);

afterAll(async () => {
  await nodes.end();
  await server.stop();
});

/** A run of the node that asks before it sends anything, and that nobody follows. */
async function askingRun(): Promise<string> {
  const world = realWorld();
  const sources = { world, env: nodes.env, home: nodes.home };
  const configuration = await loadRemoteConfiguration(sources);
  const runs = await remoteRuns({
    world,
    open: () => openRemote({ world, configuration, to: { node: "alpha" } }),
  });
  try {
    const place = { files: world.files, configuration: await loadConfiguration(sources), directory: work };
    const input = { kind: "text", name: "a.py", bytes: new TextEncoder().encode("x = 1\n") } as const;
    return await runs.submit(await analysisOrder(place, { input, type: "all", review: { model: "m" } }));
  } finally {
    await runs.close();
  }
}

describe.skipIf(!hasPseudoTerminal)("A run of a node in a terminal", () => {
  it("shows its steps, time, tokens, cost and node in one line that is redrawn, until Ctrl-C takes it away", async () => {
    const words = ["ai", "analyze", "--file", ".", "--provider", "ollama", "--model", "m", "--on", "alpha"];
    const { code, screen } = await inTerminal(words, {
      env: nodes.env,
      columns: 200,
      cwd: work,
      typing: [{ after: "150 tokens", keys: "\x03" }],
    });
    expect(code).toBe(130);
    const lines = screen.split("\r\x1b[2K");
    const shown = /^Run \w{8}: \d+ of \d+ steps, \d+ s, 150 tokens, US\$ 0, on alpha {2}review:/;
    expect(lines.filter((line) => shown.test(line))).not.toEqual([]);
    expect(lines.at(-1)).toMatch(/^Run (\w{8}) goes on\. Follow it: aiex runs follow \1\nInterrupted\.\n$/);
  }, 60_000);

  it("asks its question until one of the answers is typed, and goes on with it", async () => {
    const id = await askingRun();
    const { code, screen } = await inTerminal(["runs", "follow", id.slice(0, 8), "--on", "alpha"], {
      env: nodes.env,
      cwd: work,
      typing: [
        { after: "leave_out? ", keys: "maybe\r" },
        { after: "leave_out? ", keys: "leave\r" },
      ],
    });
    expect(code).toBe(0);
    expect(screen.match(/send, leave_out\? /g)).toHaveLength(2);
    expect(screen).toContain("Quality Score:");
    const events = nodes.run("runs", "show", id, "--on", "alpha", "--format", "ndjson").out;
    const answered = events.split("\n").filter((line) => line.includes('"type":"answered"'));
    expect(answered.map((line) => JSON.parse(line).choice)).toEqual(["leave_out"]);
  }, 60_000);
});

describe("A node that was connected to", () => {
  it("has new runs made on it, but for those with --on here", () => {
    expect(nodes.run("cluster", "connect", "alpha").code).toBe(0);
    const words = ["ai", "analyze", "--file", "cli/version.ts", "--no-model"];
    const placed = nodes.run(...words);
    const [where, id] =
      /^Run (\w{8}) is in the cluster "aiex", as (?=`aiex cluster connect`)/.exec(placed.err) ?? [];
    expect([placed.code, placed.err]).toEqual([
      0,
      `${where}\`aiex cluster connect\` says. With --on here it is in this process.\n`,
    ]);
    const here = nodes.run(...words, "--on", "here");
    expect([here.code, here.out]).toEqual([0, placed.out]);
    // A slow machine is told that its file is being analyzed; nothing is said of a place.
    expect(["", "Analyzing...\n"]).toContain(here.err);
    const ids = (...more: readonly string[]): readonly string[] =>
      nodes.json("runs", "list", ...more).runs.map((run: { readonly id: string }) => run.id.slice(0, 8));
    expect(ids("--on", "here")).toHaveLength(1);
    expect(ids("--on", "here")).not.toContain(id);
    expect(ids()).toEqual(expect.arrayContaining([id, ...ids("--on", "here")]));
    expect(nodes.run("cluster", "connect", "--forget").code).toBe(0);
  }, 60_000);
});
