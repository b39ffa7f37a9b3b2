// Operations of a command whose work another node does, over a real broker: the request is the node's, the files are the command's.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type RecordedRequest,
  type Reply,
  type ScriptedServer,
  startScriptedServer,
} from "../actors/llm/scripted-server.ts";
import { builtMain } from "../cli/fixtures.ts";
import { killed, NodesAtHome } from "../cli/running-nodes.ts";
import { natsServer } from "../nats/nats-server.ts";
import type { Ended } from "./stage.ts";

const names = ["alpha", "beta"] as const;
// Each has a key of its own, so that whoever is asked knows who asks.
const nodes = new NodesAtHome({ WORK_KEY: "sk-of-the-command" }, (name) => ({ WORK_KEY: `sk-of-${name}` }));
const project = join(nodes.home, "project");
const running = new Map<string, ChildProcess>();
let url = "";
let server: ScriptedServer;
let reply: (request: RecordedRequest) => Reply = () => ({ say: "" });

const low = "def low(xs):\n    return sorted(xs)[0]\n";
const better = "def low(xs):\n    return min(xs)\n";
const claim = { title: "The lowest", text: "It sorts to take one.", from_line: 1, to_line: 2 };
const explanation = JSON.stringify({ summary: "Finds the lowest.", claims: [claim] });
const edit =
  "It need not sort.\n\nlow.py\n<<<<<<< SEARCH\n    return sorted(xs)[0]\n=======\n    return min(xs)\n>>>>>>> REPLACE\n";

beforeAll(async () => {
  ({ url } = await natsServer({ jetstream: true }));
  server = await startScriptedServer({ replies: (request) => reply(request) });
  mkdirSync(project);
  const folder = join(nodes.env.XDG_CONFIG_HOME, "aiex");
  mkdirSync(folder, { recursive: true });
  const work = { kind: "openai", base_url: server.baseUrl("openai"), api_key_env: "WORK_KEY", model: "m" };
  const price = { input_usd_per_million_tokens: 1, output_usd_per_million_tokens: 10 };
  const settings = { llm: { providers: { work: { ...work, ...price } } }, cluster: { nats_url: url } };
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(settings), { mode: 0o600 });
  for (const name of names) running.set(name, await nodes.start(name));
});

afterAll(async () => {
  await nodes.end();
  await server.stop();
});

let before = 0;
beforeEach(() => {
  writeFileSync(join(project, "low.py"), low);
  before = server.requests.length;
});

/** Not blocking: whom the nodes ask is in this very program. */
function start(...words: readonly string[]) {
  const env = { PATH: process.env.PATH, LANG: "C.UTF-8", ...nodes.env };
  const child = spawn(process.execPath, [builtMain, ...words], { env, cwd: project });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
  });
  child.stdin.end();
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...said })));
  return { child, ended };
}

async function succeeds(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await start(...words).ended;
  expect({ words, code, err: code === 0 ? "" : err }).toEqual({ words, code: 0, err: "" });
  return out;
}

/** Who has asked for an answer since the test began, in order. */
function askers(): readonly unknown[] {
  const asked = server.requests.slice(before).filter(({ method }) => method === "POST");
  return asked.map(({ headers }) => headers.authorization?.replace("Bearer sk-of-", ""));
}

const explain = ["ai", "explain", "--file", "low.py", "--provider", "work", "--format", "json"];

describe("An operation on another node", () => {
  it("has the node ask the model, and prints what came of it here", async () => {
    reply = () => ({ say: explanation, usage: { input: 100, output: 50 } });
    const out = await succeeds(...explain, "--on", "beta");
    expect(JSON.parse(out)).toMatchObject({ schema: "aiex.explanation/1", file: "low.py", claims: [claim] });
    expect(askers()).toEqual(["beta"]);
    expect(JSON.stringify(server.requests.at(-1)?.body)).toContain("return sorted(xs)[0]");
  });

  it("goes on without its command, and is followed to its result", async () => {
    reply = () => ({ say: explanation, usage: { input: 100, output: 50 } });
    const accepted = JSON.parse(await succeeds(...explain, "--on", "beta", "--detach"));
    const out = await succeeds("runs", "follow", accepted.id, "--on", "alpha");
    expect(JSON.parse(out)).toMatchObject({ file: "low.py", claims: [claim] });
    expect(askers()).toEqual(["beta"]);
  });

  it("changes the files of the command, which takes it back", async () => {
    reply = () => ({ say: edit, usage: { input: 100, output: 50 } });
    const words = ["ai", "refactor", "--file", "low.py", "--provider", "work", "--apply", "--on", "beta"];
    const out = await succeeds(...words, "--format", "json");
    const { run, files } = JSON.parse(out);
    expect([files[0].applied, askers()]).toEqual([true, ["beta"]]);
    expect(readFileSync(join(project, "low.py"), "utf8")).toBe(better);
    await succeeds("undo", run);
    expect(readFileSync(join(project, "low.py"), "utf8")).toBe(low);
  });

  it("talks, and reads the files of the command for the model", async () => {
    const calls = [{ id: "call_1", name: "read_file", json: '{"path":"low.py"}' }];
    reply = ({ body }) =>
      JSON.stringify(body).includes("return sorted(xs)[0]")
        ? { say: "It finds the lowest." }
        : { say: "I look. ", calls };
    // Nothing of the project goes along with a message of such a conversation.
    const type = ["--conversation-type", "general"];
    const words = ["ai", "chat", ...type, "--provider", "work", "--allow", "read", "--on", "beta"];
    expect(await succeeds(...words, "--message", "What is low.py?")).toContain("It finds the lowest.");
    expect(askers()).toEqual(["beta", "beta"]);
  });

  it("goes on elsewhere where its node is killed in the middle of the answer, paid at most twice and told so", async () => {
    let asked: ((request: RecordedRequest) => void) | undefined;
    const first = new Promise<RecordedRequest>((resolve) => {
      asked = resolve;
    });
    reply = (request) => {
      const isFirst = askers().length === 1;
      asked?.(request);
      const say = [explanation.slice(0, 30), explanation.slice(30)];
      return { say, usage: { input: 100, output: 50 }, ...(isFirst ? { stallAfter: 2 } : {}) };
    };
    const followed = start(...explain, "--on", "cluster");
    const request = await first;
    const [worker = ""] = askers() as readonly string[];
    const child = running.get(worker);
    if (child === undefined) throw new Error(`Nobody is called "${worker}".`);
    await killed(child);
    await request.givenUp;
    const { code, out, err } = await followed.ended;
    expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
    const { claims, model } = JSON.parse(out);
    expect([claims, model.provider]).toEqual([[claim], "work"]);
    const other = names.find((name) => name !== worker);
    expect(askers()).toEqual([worker, other]);
    const [run] = JSON.parse(await succeeds("runs", "list", "--on", other ?? "", "--format", "json")).runs;
    expect(await succeeds("runs", "show", run.id, "--on", other ?? "")).toContain(
      "1 request maybe paid in vain",
    );
  });
});
