// An endpoint over real HTTP on a node of its own, whose models are played by the test.
import OpenAI from "openai";
import type { Answered } from "../../../actors/llm/complete.ts";
import type { Completion } from "../../../actors/llm/completion.ts";
import { httpServer } from "../../../runtime/http-server/http-server.ts";
import { Applications, type Node, startNode } from "../../../runtime/index.ts";
import { Secret } from "../../../runtime/secret.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import type { Complete } from "../../../supervisors/openai/chat.ts";
import { endpointApplication } from "../../../supervisors/openai/endpoint.ts";
import type { EntryModels } from "../../../supervisors/openai/model-list.ts";

export const testToken = "aiex-a-token-of-the-test";

export interface EndpointStage {
  readonly node: Node;
  readonly port: number;
  readonly url: string;
  /** The real SDK, which repeats nothing by itself. */
  readonly client: OpenAI;
  /** As `fetch`, with the token. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

/** Something that is to happen. */
export class Moment {
  readonly come: Promise<void>;
  happen: () => void = () => {};

  constructor() {
    this.come = new Promise((resolve) => {
      this.happen = resolve;
    });
  }
}

export async function endpointStage(
  complete: Complete,
  models: () => Promise<readonly EntryModels[]> = async () => [],
): Promise<EndpointStage> {
  const world = realWorld();
  const node = startNode({ world, name: "serve" });
  const http = await httpServer({ world, host: "127.0.0.1", port: 0 });
  const options = { node, http, token: new Secret(testToken), complete, models };
  const applications = new Applications(node, [endpointApplication(options)]);
  await applications.startAll("openai");
  const url = `http://127.0.0.1:${http.port}`;
  return {
    node,
    port: http.port,
    url,
    client: new OpenAI({ apiKey: testToken, baseURL: `${url}/v1`, maxRetries: 0 }),
    ask: (path, init = {}) =>
      fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${testToken}`, ...init.headers } }),
    stop: async () => {
      await http.close(0);
      await applications.shutdown(2_000);
    },
  };
}

export function answered(completion: Partial<Completion> = {}, rest: Partial<Answered> = {}): Answered {
  const text = completion.text ?? "Four.";
  return {
    completion: {
      text,
      model: "model-1",
      finish: "stop",
      usage: { input_tokens: 12, output_tokens: 3 },
      ...completion,
    },
    entry: "main",
    parts: [{ entry: "main", model: "model-1", characters: text.length }],
    costUsd: 0.001,
    tries: { requests: 1, inVain: 0 },
    ...rest,
  };
}
