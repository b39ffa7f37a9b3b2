// The services as plain NATS clients see them: a raw request to a real broker, answered by the real tree.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  connect,
  ErrorCode,
  type Msg,
  type NatsConnection,
  type NatsError,
  type ServiceInfo,
  type ServiceStats,
} from "nats";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { AnalysisReport } from "../../../actors/analysis/report.ts";
import { sessionManager } from "../../../actors/context/sessions/manager.ts";
import { idOfNamed } from "../../../actors/context/sessions/session.ts";
import { serviceLimits } from "../../../actors/services/limits.ts";
import { llmService } from "../../../actors/services/llm.ts";
import { natsService } from "../../../actors/services/service.ts";
import { servicesTree } from "../../../actors/services/tree.ts";
import { connectNats, type NatsCarrier } from "../../../runtime/carriers/nats.ts";
import { named, realWorld } from "../../../runtime/index.ts";
import { type Aiex, startAiex } from "../../../supervisors/aiex.ts";
import { loadConfiguration } from "../../../supervisors/config.ts";
import { type NatsServer, natsServer } from "../../nats/nats-server.ts";
import { client, denialsOf, nodeN, observer, settled, startCluster } from "../../runtime/broker/cluster.ts";
import { type ScriptedServer, startScriptedServer } from "../llm/scripted-server.ts";

const world = realWorld();
/** Far more than any answer takes, on a machine that is busy as well. */
const answerMsMax = 20_000;
let home = "";
let server: NatsServer;
let models: ScriptedServer;
let aiex: Aiex;
let carrier: NatsCarrier;
let plain: NatsConnection;
/** What models are told to hold they answer after this. */
let held: Promise<void> | undefined;

beforeAll(async () => {
  server = await natsServer();
  models = await startScriptedServer({
    replies: (request) => {
      const body = JSON.stringify(request.body);
      if (body.includes("stall")) return { say: "", stallAfter: "request" };
      const after = body.includes("hold") ? held : undefined;
      return { say: ["Good ", "day."], usage: { input: 3, output: 2 }, after };
    },
  });
  home = await mkdtemp(join(tmpdir(), "aiex-services-"));
  await mkdir(join(home, ".config", "aiex"), { recursive: true });
  const local = { kind: "openai", model: "m", base_url: models.baseUrl("openai"), api_key: "sk-test" };
  const file = { llm: { max_retries: 0, providers: { local } } };
  await writeFile(join(home, ".config", "aiex", "config.json"), JSON.stringify(file), { mode: 0o600 });
  const configuration = await loadConfiguration({ world, env: {}, home });
  aiex = await startAiex({ world, configuration });
  carrier = await connectNats({ servers: server.url, name: "n1" });
  await startServices();
  plain = await connect({ servers: server.url });
});

afterAll(async () => {
  await plain?.close();
  await aiex?.stop();
  await carrier?.close();
  await models?.stop();
  await server?.close();
  await rm(home, { recursive: true, force: true });
});

async function startServices(): Promise<void> {
  const tree = servicesTree({ node: aiex.node, carrier, cluster: "alpha", version: "1.2.3" });
  await aiex.node.spawn(tree, { name: "services" });
  await carrier.connection.flush();
}

/** What `asked` gives once somebody listens at all. */
async function listening(asked: () => Promise<Msg>): Promise<Msg> {
  for (;;) {
    try {
      return await asked();
    } catch (error) {
      if ((error as NatsError).code !== ErrorCode.NoResponders) throw error;
    }
  }
}

async function ask(subject: string, payload?: unknown): Promise<Msg> {
  const text = payload === undefined ? "" : JSON.stringify(payload);
  return plain.request(`aiex.alpha.svc.${subject}`, text, { timeout: answerMsMax });
}

interface Refusal {
  readonly status: string | undefined;
  readonly header: string | undefined;
  readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean };
}

function refusalOf(message: Msg): Refusal {
  return {
    status: message.headers?.get("Nats-Service-Error-Code"),
    header: message.headers?.get("Nats-Service-Error"),
    error: message.json<{ error: Refusal["error"] }>().error,
  };
}

const hello = { request: { messages: [{ role: "user", content: "Hello?" }] } };

describe("The service llm", () => {
  test.each(["llm", "llm.complete"])("completes with a real provider, at %s", async (subject) => {
    const answer = (await ask(subject, hello)).json();
    expect(answer).toMatchObject({
      entry: "local",
      completion: { text: "Good day.", finish: "stop", usage: { input_tokens: 3, output_tokens: 2 } },
    });
    expect(models.requests.at(-1)?.body).toMatchObject({
      model: "m",
      messages: [{ role: "user", content: "Hello?" }],
    });
  });

  test("says in which state the providers are", async () => {
    expect((await ask("llm.status")).json()).toMatchObject({
      running: 0,
      entries: [{ name: "local", kind: "openai", breaker: { state: "closed" } }],
    });
  });

  test("answers with the status, a code and words where there is no completion", async () => {
    const answer = await ask("llm.complete", { ...hello, provider: "elsewhere" });
    expect(refusalOf(answer)).toMatchObject({
      status: "404",
      header: expect.stringMatching(/^unknown_provider: There is no entry "elsewhere"/),
      error: { code: "unknown_provider", retryable: false },
    });
  });

  test("answers when the time of the request is over, though the provider says nothing", async () => {
    const request = { messages: [{ role: "user", content: "stall" }] };
    const answer = await ask("llm.complete", { request, deadline_ms: 50 });
    expect(refusalOf(answer)).toMatchObject({ status: "504", error: { code: "deadline", retryable: true } });
  });
});

describe("The service context", () => {
  test("remembers by session and key, the later text of two, and forgets", async () => {
    const place = { session: "s1", key: "k" };
    for (const text of ["first", "Größe: 3 | 4"])
      expect((await ask("context.put", { ...place, text })).json()).toEqual({ kept: true });
    await ask("context.put", { session: "s1", key: "other", text: "more" });
    const at = expect.any(Number);
    expect((await ask("context.get", place)).json()).toEqual({
      entries: [{ key: "k", at, text: "Größe: 3 | 4" }],
    });
    expect((await ask("context.get", { session: "s1" })).json()).toMatchObject({
      entries: [{ key: "k" }, { key: "other" }],
    });
    expect((await ask("context.status")).json()).toMatchObject({ sessions: 1, entries: 2 });
    expect((await ask("context.forget", { session: "s1" })).json()).toEqual({ known: true });
    expect((await ask("context.forget", { session: "s1" })).json()).toEqual({ known: false });
    expect(refusalOf(await ask("context.get", place))).toMatchObject({
      status: "404",
      error: { code: "not_found" },
    });
  });

  test("keeps on the disk what it was given, with secrets masked, for the nodes of this machine", async () => {
    await ask("context.put", { session: "kept", key: "k", text: "password = hunter2-hunter2-hunter2" });
    const manager = aiex.node.whereis("context.manager");
    const parent = manager && aiex.node.processInfo(manager)?.parent;
    if (parent === undefined) throw new Error("Nobody keeps the manager.");
    expect(await aiex.node.terminateChild(parent as never, "context.manager")).toMatchObject({ ok: true });
    expect(refusalOf(await ask("context.get", { session: "kept" }))).toMatchObject({
      status: "503",
      error: { retryable: true },
    });
    await aiex.node.restartChild(parent as never, "context.manager");
    const answer = await ask("context.get", { session: "kept" });
    const { entries } = answer.json<{ entries?: readonly { readonly text: string }[] }>();
    expect(entries?.map(({ text }) => text)).toEqual([expect.stringContaining("[masked]")]);
    expect(JSON.stringify(entries)).not.toContain("hunter2");
  });

  test.each([
    ["a session with characters that nobody sees", { session: "a\u001b[2J", key: "k", text: "" }],
    ["a session with too long a name", { session: "s".repeat(65), key: "k", text: "" }],
    ["a text that is longer than an entry", { session: "s", key: "k", text: "x".repeat(4_001) }],
    ["what is no text", { session: "s", key: "k", text: { deep: [1] } }],
  ])("refuses %s", async (_, payload) => {
    expect(refusalOf(await ask("context.put", payload))).toMatchObject({ status: "400" });
  });

  test("shows no client what operations have found and people have named, and has none change it", async () => {
    const session = { id: idOfNamed("review"), label: "review", directory: null };
    const entry = { id: "k", at: 1, kind: "operation", operation: "analyze", paths: [], run: null } as const;
    const entries = [{ ...entry, summary: "found", short: false }];
    await aiex.node.call(sessionManager, "add", { session, entries });
    expect(refusalOf(await ask("context.get", { session: "review", key: "k" })).status).toBe("404");
    await ask("context.put", { session: "review", key: "k", text: "forged" });
    await ask("context.forget", { session: "review" });
    expect(await aiex.node.call(sessionManager, "read", { id: session.id })).toMatchObject({
      value: { entries: [{ summary: "found" }] },
    });
  });
});

describe("The service pipeline", () => {
  test.each(["pipeline", "pipeline.analyze"])("analyzes a text in full, at %s", async (subject) => {
    const report = AnalysisReport.parse((await ask(subject, { name: "a.js", text: "eval(x)\n" })).json());
    expect(report.files).toMatchObject([{ path: "a.js", findings: [{ rule: "javascript/eval" }] }]);
  });

  test("reads no file of the node, whatever the name says", async () => {
    const report = AnalysisReport.parse(
      (await ask("pipeline", { name: "/etc/passwd", text: "x = 1\n" })).json(),
    );
    expect(JSON.stringify(report)).not.toContain("root:");
    expect(refusalOf(await ask("pipeline", { path: "/etc/passwd" })).status).toBe("400");
  });

  test("leaves nothing behind of a run, and says which ones there are", async () => {
    await ask("pipeline", { name: "b.py", text: "eval(x)\n" });
    expect((await ask("pipeline.status")).json()).toEqual({ state: "accepting", runs: [] });
  });
});

describe("The service breaker", () => {
  test.each(["breaker", "breaker.status"])("gives the state of each, at %s", async (subject) => {
    const breakers = [
      { entry: "local", state: "closed", held: false, failures: 0, permits: 0, retryInMs: 0 },
    ];
    expect((await ask(subject)).json()).toMatchObject({ breakers });
    expect((await ask(subject, { entry: "local" })).json()).toMatchObject({ breakers });
  });

  test("names the entries where another one was asked for", async () => {
    const answer = refusalOf(await ask("breaker", { entry: "no\r\nSUB > 1" }));
    expect(answer).toMatchObject({ status: "404", error: { code: "unknown_provider" } });
    expect(answer.error.message).toContain("The entries are: local.");
  });
});

describe("M-DIST-1 The services", () => {
  async function all<T>(verb: string): Promise<readonly T[]> {
    const found: T[] = [];
    for await (const message of await plain.requestMany(`$SRV.${verb}`, "", {
      strategy: "count" as never,
      maxMessages: 4,
      maxWait: answerMsMax,
    })) {
      found.push(message.json<T>());
    }
    return found;
  }

  test("are listed with their endpoints, as `nats micro` asks for them", async () => {
    const pings = await all<{ name: string; version: string; metadata: object }>("PING");
    expect(pings.map(({ name }) => name).toSorted()).toEqual([
      "aiex-breaker",
      "aiex-context",
      "aiex-llm",
      "aiex-pipeline",
    ]);
    expect(pings[0]).toMatchObject({ version: "1.2.3", metadata: { cluster: "alpha", node: "aiex" } });
    const info = (await all<ServiceInfo>("INFO")).find(({ name }) => name === "aiex-llm");
    expect(info?.endpoints.map(({ name, subject, queue_group }) => [name, subject, queue_group])).toEqual([
      ["complete", "aiex.alpha.svc.llm.complete", "q"],
      ["llm", "aiex.alpha.svc.llm", "q"],
      ["status", "aiex.alpha.svc.llm.status", "q"],
    ]);
  });

  test("count what they were asked and what came to nothing", async () => {
    const statusOf = async (): Promise<ServiceStats["endpoints"]> =>
      (await all<ServiceStats>("STATS")).find(({ name }) => name === "aiex-breaker")?.endpoints;
    const before = await statusOf();
    await ask("breaker.status");
    await ask("breaker.status", { entry: "none" });
    const after = await statusOf();
    const counted = after?.find(({ name }) => name === "status");
    const earlier = before?.find(({ name }) => name === "status");
    expect((counted?.num_requests ?? 0) - (earlier?.num_requests ?? 0)).toBe(2);
    const failures = (of: typeof counted): number =>
      (of?.data as { failures: number } | undefined)?.failures ?? 0;
    expect(failures(counted) - failures(earlier)).toBe(1);
  });

  const hostile: readonly (readonly [string, string | Uint8Array, string])[] = [
    ["nothing that is JSON", "{", "400"],
    ["bytes that are no text", Uint8Array.of(0xff, 0xfe, 0x00), "400"],
    ["no bytes where some are needed", "", "400"],
    ["another form", "[]", "400"],
    ["a field too many", JSON.stringify({ ...hello, evil: true }), "400"],
    ["a prototype as a key", '{"__proto__":{"request":{}}}', "400"],
    ["brackets without end", "[".repeat(400_000), "400"],
    ["values nested too deep", `${'{"a":'.repeat(50)}1${"}".repeat(50)}`, "400"],
    ["more bytes than are taken", `"${"x".repeat(serviceLimits.requestBytesMax)}"`, "413"],
  ];

  test.each(hostile)("refuse %s, and go on", async (_, bytes, status) => {
    const answer = await plain.request("aiex.alpha.svc.llm.complete", bytes, { timeout: answerMsMax });
    expect(refusalOf(answer).status).toBe(status);
    expect((await ask("llm.status")).headers?.get("Nats-Service-Error-Code") ?? "").toBe("");
  });

  test("take no more requests than they can work on, and say so; none is lost", async () => {
    const { requestsMax } = serviceLimits;
    let answer = (): void => {};
    held = new Promise((resolve) => {
      answer = resolve;
    });
    onTestFinished(() => answer());
    const order = { request: { messages: [{ role: "user", content: "hold" }] } };
    const asked = Array.from({ length: requestsMax + 10 }, () => ask("llm.complete", order));
    // They come in the order in which they were sent, and none is answered while the last ones come.
    const refused = (await Promise.all(asked.slice(requestsMax))).map(refusalOf);
    const busy = { status: "429", error: { code: "busy", retryable: true } };
    expect(refused).toMatchObject(Array(10).fill(busy));
    answer();
    const answers = (await Promise.all(asked.slice(0, requestsMax))).map((message) => message.json());
    const completed = { completion: { text: "Good day.", finish: "stop" } };
    expect(answers).toMatchObject(Array(requestsMax).fill(completed));
  });

  test("send no answer to another place than an inbox: it would be said in the node's name", async () => {
    const heard: string[] = [];
    const subscription = plain.subscribe("aiex.alpha.ctl.>", {
      callback: (_, { subject }) => heard.push(subject),
    });
    await plain.flush();
    const reply = "aiex.alpha.ctl.n1.stop.m1";
    for (const subject of ["$SRV.PING", "$SRV.INFO.aiex-llm", "$SRV.STATS", "aiex.alpha.svc.breaker"]) {
      plain.publish(subject, "", { reply });
    }
    // What was asked before it on the same line was dealt with when this is answered.
    await ask("breaker");
    await all("STATS");
    expect(heard).toEqual([]);
    subscription.unsubscribe();
  });

  test("answer with the part that is missing where a process behind them is gone, and then go on", async () => {
    const pid = aiex.node.whereis("context.manager");
    if (pid === undefined) throw new Error("Nobody is named context.manager.");
    aiex.node.exit(pid, "kill");
    const answer = await ask("context.status");
    const status = answer.headers?.get("Nats-Service-Error-Code") ?? "200";
    expect(["200", "", "503"]).toContain(status);
    await aiex.node.call(named("llm.coordinator"), "status");
    expect((await ask("context.status")).json()).toMatchObject({
      sessions: expect.any(Number),
      problem: null,
    });
  });

  test("come back when one is killed, and whoever it worked for is told at once", async () => {
    const pid = aiex.node.whereis("service.llm");
    if (pid === undefined) throw new Error("Nobody is named service.llm.");
    const before = models.requests.length;
    const request = { messages: [{ role: "user", content: "stall" }] };
    const waiting = ask("llm", { request, deadline_ms: 10_000 });
    await models.request(before);
    aiex.node.exit(pid, "kill");
    expect(refusalOf(await waiting)).toMatchObject({ status: "503", error: { code: "stopping" } });
    for (;;) {
      const now = aiex.node.whereis("service.llm");
      if (now !== undefined && now.id !== pid.id) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    // It has its name before it listens.
    const status = await listening(() => ask("llm.status"));
    expect(status.json()).toMatchObject({ entries: [{ name: "local" }] });
    expect(await all("PING")).toHaveLength(4);
  });

  test("are back after the broker was away", async () => {
    const connected = new Promise<void>((resolve) => {
      const stop = carrier.onState((state) => {
        if (state !== "connected") return;
        stop();
        resolve();
      });
    });
    await server.restart();
    await connected;
    await carrier.connection.flush();
    const again = await connect({ servers: server.url });
    onTestFinished(() => again.close());
    const answer = await again.request("aiex.alpha.svc.breaker", "", { timeout: answerMsMax });
    expect(answer.json()).toMatchObject({ breakers: [{ entry: "local" }] });
  });

  test("are reached with the rights of a role: a client asks, an observer reads states only", async () => {
    const cluster = await startCluster();
    const { nkey, inboxPrefix } = await cluster.credentials(nodeN);
    const own = await connectNats({
      servers: cluster.url,
      credentials: { kind: "nkey", seed: nkey.reveal() },
      inboxPrefix,
      name: "n1",
    });
    onTestFinished(() => own.close());
    const denials: unknown[] = [];
    own.onDenied((denial) => denials.push(denial));
    const given = { node: aiex.node, carrier: own, cluster: "alpha", version: "1.2.3" };
    const service = await aiex.node.spawn(natsService(llmService, given));
    await own.connection.flush();
    const [asking, looking] = [await cluster.connect(client), await cluster.connect(observer)];
    const refused = denialsOf(looking);
    const options = { timeout: answerMsMax };
    const completed = await asking.request("aiex.alpha.svc.llm.complete", JSON.stringify(hello), {
      timeout: answerMsMax,
    });
    expect(completed.json()).toMatchObject({ entry: "local" });
    const status = await looking.request("aiex.alpha.svc.llm.status", "", options);
    expect(status.json()).toMatchObject({ entries: [{ name: "local" }] });
    looking.publish("aiex.alpha.svc.llm.complete", JSON.stringify(hello));
    looking.publish("aiex.alpha.svc.context.get", "{}");
    await settled(looking);
    expect(refused).toEqual(["publish aiex.alpha.svc.llm.complete", "publish aiex.alpha.svc.context.get"]);
    expect((await asking.request("$SRV.PING.aiex-llm", "", options)).json()).toMatchObject({
      name: "aiex-llm",
    });
    expect(denials).toEqual([]);
    await aiex.node.stop(service, "shutdown");
  });
});
