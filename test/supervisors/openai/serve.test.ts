// The endpoint as it is started: a node of its own with all that a node has, a token in its file, and models behind a real server.
import { mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type ServeRequest,
  type Serving,
  serveNodeName,
  serveOpenai,
} from "../../../supervisors/openai/serve.ts";
import { startScriptedServer } from "../../actors/llm/scripted-server.ts";
import { Machines } from "../cluster/stage.ts";

/** On a machine of its own, whose one provider answers by the script. */
async function served(over: Partial<ServeRequest> = {}, machines = new Machines()): Promise<Serving> {
  const models = await startScriptedServer({ replies: [{ say: "Four." }], models: ["model-1"] });
  onTestFinished(() => models.stop());
  const configuration = await machines.configuration("one", {
    AIEX_NODE_NAME: serveNodeName(),
    AIEX_CLUSTER_ENABLED: "false",
    AIEX_OLLAMA_HOST: models.origin,
    NO_PROXY: "*",
  });
  const serving = await serveOpenai({
    ...{ world: machines.world, configuration, host: "127.0.0.1", port: 0, platform: process.platform },
    ...{ tokenFile: undefined, managesBroker: false, program: "0.1.0", onFailure: () => undefined },
    ...over,
  });
  onTestFinished(() => serving.stop());
  return serving;
}

const ask = (url: string, path: string, token = ""): Promise<Response> =>
  fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

describe("serveOpenai()", { timeout: 60_000 }, () => {
  it("has a node answer with the models of its providers, for whoever has the token in the file", async () => {
    const { url, tokenFile, newToken, node } = await served();
    expect(node.name).toBe(serveNodeName());
    const token = readFileSync(tokenFile, "utf8").trim();
    expect(newToken?.reveal()).toBe(token);
    const list = (await (await ask(url, "/models", token)).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(expect.arrayContaining(["auto", "ollama/model-1"]));
    expect((await ask(url, "/models", "aiex-another-token-entirely")).status).toBe(401);
    const said = await fetch(`${url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "ollama/model-1", messages: [{ role: "user", content: "2 + 2?" }] }),
    });
    expect(await said.json()).toMatchObject({ choices: [{ message: { content: "Four." } }] });
  });

  it("shows no token that an earlier start has made, and is gone when it is stopped", async () => {
    const machines = new Machines();
    const first = await served({}, machines);
    await first.stop();
    expect(await isOpen(Number(new URL(first.url).port))).toBe(false);
    const second = await served({}, machines);
    expect([second.tokenFile, second.newToken]).toEqual([first.tokenFile, undefined]);
  });

  it("leaves the port to others where its node cannot start", async () => {
    const first = await served();
    const machines = new Machines();
    const port = Number(new URL(first.url).port);
    await expect(served({ port }, machines)).rejects.toMatchObject({ code: "port_taken" });
    await first.stop();
    // No socket of a node has so long a path.
    const deep = join(machines.home, "x".repeat(120));
    mkdirSync(deep, { recursive: true });
    const configuration = await machines.configuration("x".repeat(120));
    await expect(served({ port, configuration }, machines)).rejects.toMatchObject({ name: "SocketRefused" });
    expect(await isOpen(port)).toBe(false);
  });
});
