// What a program is told of its own language models: how they are, and which there are.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type App, aiex } from "../../supervisors/aiex.ts";
import { type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";

let home = "";
let server: ScriptedServer;
let app: App;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "aiex-llm-desk-"));
  server = await startScriptedServer({ replies: [{ say: "?" }], models: ["one", "two"] });
  const there = { kind: "openai", api_key: "sk-test", base_url: server.baseUrl("openai") };
  // A port on which nothing listens.
  const away = { kind: "ollama", base_url: "http://127.0.0.1:9" };
  const folder = join(home, ".config", "aiex");
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ llm: { max_retries: 0, providers: { there, away } } });
  writeFileSync(join(folder, "config.yaml"), text, { mode: 0o600 });
  app = await aiex.open({ home, directory: home, env: {} });
});

afterEach(async () => {
  await app.close();
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

describe("The language models of a program", () => {
  test("are asked how they are, and one that is away keeps the others from nothing", async () => {
    const { entries } = await app.llm.health();
    expect(entries.map(({ entry, reachable }) => [entry, reachable]).toSorted()).toEqual([
      ["away", false],
      ["there", true],
    ]);
    expect((await app.llm.health({ entry: "there" })).entries).toHaveLength(1);
    expect(server.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  test("are listed as their provider has them", async () => {
    const { entries } = await app.llm.models({ entry: "there" });
    expect(entries.flatMap(({ models }) => (models ?? []).map(({ name }) => name))).toEqual(["one", "two"]);
  });

  test("are those of the configuration: of another entry nothing is told", async () => {
    const unknown = { code: "unknown_provider" };
    await expect(app.llm.health({ entry: "none" })).rejects.toMatchObject(unknown);
    await expect(app.llm.models({ entry: "none" })).rejects.toMatchObject(unknown);
  });
});
