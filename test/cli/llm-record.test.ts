// `aiex llm test --record`, built: what it hears of a real provider plays as a provider afterwards, and holds no secret.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProviderKind } from "../../actors/llm/provider-config.ts";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { errorBody } from "../actors/llm/wire-formats.ts";
import { builtMain } from "./fixtures.ts";

const key = "sk-canary-key-0123456789abcdef0123456789";
const token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
const headerToken = "eyJhbGciOiJIUzI1NiJ9.canary-of-a-header";
const secrets = [key, "canary", "ghp_", "Tr0ub4dor", "Bearer", "uthorization"];

let home = "";
let server: ScriptedServer | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-record-"));
});

afterEach(async () => {
  await server?.stop();
  await rm(home, { recursive: true, force: true });
});

/** Everything that a server may give back of what it must not. */
const headers = {
  ...{ "set-cookie": `session=${headerToken}`, "x-echo": `Bearer ${key}`, authorization: `Bearer ${key}` },
  "x-request-id": "req_123",
};

async function configure(entry: Readonly<Record<string, unknown>>): Promise<void> {
  const path = join(home, "config.yaml");
  await writeFile(path, JSON.stringify({ llm: { max_retries: 0, providers: { work: entry } } }), {
    mode: 0o600,
  });
}

function ran(...words: readonly string[]) {
  const given = ["llm", "test", "work", "--on", "here", ...words];
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    LANG: "C",
    AIEX_CONFIG: join(home, "config.yaml"),
    THE_KEY: key,
  };
  const child = spawn(process.execPath, [builtMain, ...given], { env, cwd: home });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

const file = (): string => join(home, "recorded", "play.jsonl");

async function recordedAt(kind: ProviderKind, reply: Reply, ...words: readonly string[]) {
  server = await startScriptedServer({ replies: [{ ...reply, headers: { ...headers, ...reply.headers } }] });
  await configure({ kind, base_url: server.baseUrl(kind), api_key_env: "THE_KEY", model: "model-1" });
  const said = await ran("--record", file(), ...words);
  return { said, text: await readFile(file(), "utf8") };
}

async function played(...words: readonly string[]) {
  await configure({ kind: "scripted", script: file() });
  return ran(...words);
}

describe("aiex llm test --record", () => {
  it.each(["openai", "anthropic"] as const)(
    "writes what %s says to a file that plays it again",
    async (kind) => {
      const say = ["Hello ", "there, ", "you two."];
      const usage = { input: 12, cached: 4, output: 3 };
      const { said, text } = await recordedAt(
        kind,
        { say, usage },
        "--prompt",
        "Who is it?",
        "--format",
        "json",
      );
      expect([said.code, said.err]).toEqual([0, ""]);
      for (const secret of secrets) expect(text).not.toContain(secret);
      expect((await stat(file())).mode & 0o777).toBe(0o600);
      await server?.stop();
      const again = await played("--prompt", "Who is it?", "--format", "json");
      const [first, second] = [JSON.parse(said.out), JSON.parse(again.out)];
      const { text: answer, model, finish, usage: used } = first;
      expect(answer).toBe("Hello there, you two.");
      expect(second).toMatchObject({ text: answer, model, finish, usage: used });
      expect(first.request_id).toBe("req_123");
    },
  );

  it("keeps no secret of a question and of an answer", async () => {
    const prompt = `Log in with password = "Tr0ub4dor&3-horse-staple" and ${token}`;
    const say = [`You said ${key} and ghp_0123456789abc`, "defghijABCDEFGHIJ012345", ", I think."];
    const { said, text } = await recordedAt("openai", { say }, "--prompt", prompt);
    expect(said.code).toBe(0);
    for (const secret of secrets) expect(text).not.toContain(secret);
    const again = await played("--prompt", prompt);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining(", I think.")]);
  });

  it("keeps no secret of an error, and plays it", async () => {
    const body = errorBody("openai", "server_error", `Your key ${key} and Bearer ${key} broke it. ${token}`);
    const { said, text } = await recordedAt("openai", { status: 500, body });
    expect(said.code).not.toBe(0);
    for (const secret of [key, "canary", token, "uthorization"]) expect(text).not.toContain(secret);
    expect(said.err).not.toContain("canary");
    const again = await played();
    expect([again.code, again.err]).toEqual([said.code, expect.stringContaining("broke it")]);
  });
});
