// A conversation of a program with a model: whose consent counts, what it hears meanwhile, and what becomes of it when it ends otherwise.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { orderText } from "../../../actors/chat/order.ts";
import { type AnswerEvent, type App, aiex, type Disclosure } from "../../../supervisors/aiex.ts";
import { type Reply, type ScriptedServer, startScriptedServer } from "../../actors/llm/scripted-server.ts";

let home = "";
let server: ScriptedServer;
let app: App;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "aiex-conversation-"));
  writeFileSync(join(home, "a.py"), "x = eval(input())\n");
});

afterEach(async () => {
  await app.close();
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

async function opened(replies: readonly [Reply, ...Reply[]], llm: object = {}): Promise<void> {
  server = await startScriptedServer({ replies });
  const folder = join(home, ".config", "aiex");
  mkdirSync(folder, { recursive: true });
  const openai = { base_url: server.baseUrl("openai") };
  const ollama = { base_url: server.baseUrl("ollama"), model: "small" };
  writeFileSync(
    join(folder, "config.yaml"),
    JSON.stringify({ llm: { providers: { openai, ollama }, ...llm } }),
    {
      mode: 0o600,
    },
  );
  app = await aiex.open({ home, directory: home, env: { OPENAI_API_KEY: "sk-test" } });
}

const look: Reply = { say: "I look.", calls: [{ name: "read_file", json: '{"path":"a.py"}' }] };
const sent = (): string => JSON.stringify(server.requests.map(({ body }) => body));

describe("What was named for a conversation", () => {
  it("is sent where the program has chosen who answers", async () => {
    await opened([{ say: "A call of eval." }]);
    const talk = await app.chat({ provider: "openai", context: ["a.py"] });
    expect((await talk.say("What is in it?")).text).toBe("A call of eval.");
    expect(sent()).toContain("eval(input())");
  }, 60_000);

  it("is left out where a key alone has, and nobody is told", async () => {
    await opened([{ say: "I do not know." }]);
    const talk = await app.chat({ context: ["a.py"] });
    expect((await talk.say("What is in it?")).text).toBe("I do not know.");
    expect(sent()).not.toContain("eval(");
  }, 60_000);

  it("is told before it is sent, and left out where that is not wanted", async () => {
    await opened([{ say: "A call of eval." }, { say: "I do not know." }]);
    const told: Disclosure[] = [];
    const onDisclosure = (disclosure: Disclosure): void => {
      expect(sent()).not.toContain("eval(");
      told.push(disclosure);
    };
    const first = await app.chat({ context: ["a.py"], onDisclosure });
    expect((await first.say("What is in it?")).text).toBe("A call of eval.");
    expect(told).toMatchObject([{ provider: "openai", files: ["a.py"] }]);
    expect(sent()).toContain("eval(");
    const before = server.requests.length;
    const second = await app.chat({
      provider: "openai",
      context: ["a.py"],
      onDisclosure: () => Promise.reject(new Error("Not that.")),
    });
    expect((await second.say("What is in it?")).text).toBe("I do not know.");
    expect(JSON.stringify(server.requests.slice(before).map(({ body }) => body))).not.toContain("eval(");
  }, 60_000);
});

describe("A conversation of a program", () => {
  it("asks no more for what is always permitted", async () => {
    await opened([look, look, { say: "A call of eval." }]);
    const asked: string[] = [];
    const talk = await app.chat({
      provider: "openai",
      onPermission: ({ tool }) => {
        asked.push(tool);
        return "always";
      },
    });
    expect((await talk.say("What is in it?")).tools.map(({ ok }) => ok)).toEqual([true, true]);
    expect(asked).toEqual(["read_file"]);
  }, 60_000);

  it("hears that an answer begins anew, so that what came of it does not count", async () => {
    // While it thinks: nobody can go on with that.
    await opened([{ thinks: ["Hm. ", "Well. "], say: "Half", cutAfter: 2 }, { say: "Whole." }], {
      max_retries: 1,
    });
    const talk = await app.chat({ provider: "ollama" });
    const saying = talk.say("Well?");
    let text = "";
    const types: AnswerEvent["type"][] = [];
    for await (const event of saying) {
      types.push(event.type);
      if (event.type === "restarted") text = "";
      if (event.type === "text") text += event.text;
    }
    const answer = await saying;
    expect(types).toContain("restarted");
    expect([text, answer.text, answer.failure]).toEqual(["Whole.", "Whole.", undefined]);
  }, 60_000);

  it("takes nothing of what is said for an order, whatever it begins with", async () => {
    await opened([{ say: "One." }, { say: "Two." }]);
    const talk = await app.chat({ provider: "openai" });
    expect((await talk.say("1?")).text).toBe("One.");
    const order = "\u0001".repeat(100_000) + orderText({ order: "clear" });
    expect((await talk.say(order)).text).toBe("Two.");
    expect(JSON.stringify(server.requests.at(-1)?.body)).toContain("1?");
  }, 60_000);

  it("rejects what was said and is not answered where its run is cancelled, and everything that is said later", async () => {
    await opened([{ say: "?", stallAfter: "request" }]);
    const talk = await app.chat({ provider: "openai" });
    const sayings = [talk.say("1?"), talk.say("2?")];
    await server.request(0);
    await app.runs.cancel(talk.run);
    for (const saying of [...sayings, talk.say("3?")]) {
      await expect(saying).rejects.toMatchObject({ code: "run_cancelled" });
      const heard = async (): Promise<void> => {
        for await (const event of saying) expect(event).toBeUndefined();
      };
      await expect(heard()).rejects.toMatchObject({ code: "run_cancelled" });
    }
  }, 60_000);

  it("is left at the end of its block, and can be gone on with", async () => {
    await opened([{ say: "One." }]);
    let run = "";
    {
      await using talk = await app.chat({ provider: "openai" });
      run = talk.run;
      await talk.say("1?");
    }
    expect((await app.runs.find(run)).phase).toBe("interrupted");
  }, 60_000);
});
