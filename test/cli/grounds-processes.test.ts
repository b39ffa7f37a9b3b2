// What is sent for a run that is on a node, of files that only the command has: the index is the command's own, and begun for that alone.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { natsServer } from "../nats/nats-server.ts";
import { builtMain } from "./fixtures.ts";
import { NodesAtHome } from "./running-nodes.ts";

let server: ScriptedServer;
let nodes: NodesAtHome;

beforeAll(async () => {
  const answer = {
    summary: "Prices.",
    claims: [{ title: "Price", text: "It rounds.", from_line: 3, to_line: 5 }],
  };
  server = await startScriptedServer({ replies: [{ say: JSON.stringify(answer) }] });
  nodes = new NodesAtHome({ AIEX_OLLAMA_HOST: server.baseUrl("ollama") });
  const { url } = await natsServer({ jetstream: true });
  await nodes.start("alpha", "--nats", url);
});

afterAll(async () => {
  await nodes.end();
  await server.stop();
});

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

function aiex(directory: string, ...words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [builtMain, ...words], {
    env: { PATH: process.env.PATH, LANG: "C", ...nodes.env },
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, stderr }));
  });
}

describe("A run on a node with the files here", () => {
  it("sends pieces of here, and what the person here trusts", async () => {
    const shop = join(nodes.home, "shop");
    mkdirSync(shop);
    const uses =
      'import { rounded } from "./money.ts";\n\nexport function price(net: number) {\n  return rounded(net);\n}\n';
    writeFileSync(join(shop, "price.ts"), uses);
    writeFileSync(join(shop, "money.ts"), "export function rounded(amount: number) {\n  return amount;\n}\n");
    writeFileSync(join(shop, "AGENTS.md"), "Never write semicolons.\n");
    expect((await aiex(shop, "trust")).code).toBe(0);
    // However slow the machine is: what is indexed before is there in time.
    expect((await aiex(shop, "context", "index")).code).toBe(0);
    const words = ["ai", "explain", "--file", "price.ts", "--provider", "ollama", "--model", "m"];
    const { code, stderr } = await aiex(shop, ...words, "--on", "alpha");
    expect({ code, stderr: stderr.replaceAll(/\s+/g, " ") }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        /with the instructions of AGENTS\.md; with 1 piece of 1 other file of the project/,
      ),
    });
    const sent = JSON.stringify(server.requests.at(-1)?.body);
    expect(sent).toContain("| export function rounded(amount: number)");
    expect(sent).toContain("Never write semicolons.");
  });
});
