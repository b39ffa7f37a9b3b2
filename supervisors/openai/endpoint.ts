// The process of the endpoint: each request is answered by a process of its own. What one of them does ends that one.
import type { HttpExchange } from "../../runtime/http-server/exchange.ts";
import type { HttpServer } from "../../runtime/http-server/http-server.ts";
import {
  type Application,
  child,
  type DownMessage,
  type NativeLogic,
  type Node,
  noReply,
  ok,
  type ServerProtocol,
  self,
  server,
  spawnMonitor,
  supervisor,
} from "../../runtime/index.ts";
import type { Secret } from "../../runtime/secret.ts";
import { admit, type Route } from "./access.ts";
import { answerChat, type Complete, refuse } from "./chat.ts";
import { endpointLimits } from "./limits.ts";
import { type EntryModels, modelList, modelNamed, noModel } from "./model-list.ts";
import { type Problem, problemJson, refusal } from "./problem.ts";

export interface EndpointOptions {
  readonly node: Pick<Node, "name" | "world" | "send" | "monitor">;
  readonly http: HttpServer;
  readonly token: Secret;
  /** For code of processes. */
  readonly complete: Complete;
  /** What can be asked for now. For code of processes; may take its time. */
  readonly models: () => Promise<readonly EntryModels[]>;
}

export const endpointName = "openai.endpoint";

type EndpointLogic = NativeLogic<ServerProtocol<object, object>, void>;

/** While it is being started again, requests are answered with 503; the port stays its own. */
function openaiEndpoint(options: EndpointOptions): EndpointLogic {
  return server(endpointName, {
    init: () => {
      const me = self();
      const { node, http } = options;
      const desk = new Desk(options, (number) => node.send(me, { type: "openai.request", number }));
      http.answerWith((exchange) => desk.take(exchange));
      // From outside, since a process that is killed runs no line any more.
      node.monitor(me, () => {
        http.answerWith(undefined);
        desk.close();
      });
      return ok(desk);
    },
    info: (desk: Desk, message) => {
      if (message.type === "openai.request") desk.begin(message.number as number);
      return noReply(desk);
    },
    formatState: (desk) => ({ requests: desk.size }),
  }) as EndpointLogic;
}

/** It is started again whatever befalls it; what keeps failing ends the program. */
export function endpointApplication(options: EndpointOptions): Application {
  const tree = supervisor("openai", {
    strategy: "one_for_one",
    ...restarts,
    children: [child(openaiEndpoint(options), { id: endpointName, name: endpointName, trapExit: true })],
  });
  return { name: "openai", tree };
}

/** An unlucky second may take it twice, and then once more. */
const restarts = { maxRestarts: 5, withinMs: 10_000 };

interface Work {
  readonly exchange: HttpExchange;
  readonly route: Exclude<Route, { readonly to: "health" }>;
}

/** The requests that are worked on. */
class Desk {
  readonly #options: EndpointOptions;
  readonly #announce: (number: number) => void;
  readonly #works = new Map<number, Work>();
  readonly #models: KeptModels;
  /** Of the ids of answers: chance once for each start, as it takes longer than all else that an id is made of. */
  readonly #idStem: string;
  #lastNumber = 0;
  #lastId = 0;

  constructor(options: EndpointOptions, announce: (number: number) => void) {
    this.#options = options;
    this.#announce = announce;
    this.#models = new KeptModels(options);
    const { random } = options.node.world;
    this.#idStem = `chatcmpl-${Buffer.from(random.bytes(endpointLimits.idBytes)).toString("hex")}`;
  }

  get size(): number {
    return this.#works.size;
  }

  /** Runs outside of any process, when the head of a request has come. */
  take(exchange: HttpExchange): void {
    const { method, path } = exchange;
    const { http, token, node } = this.#options;
    const head = {
      method,
      path,
      host: exchange.header("host"),
      authorization: exchange.header("authorization"),
    };
    const admitted = admit(head, { token, port: http.port });
    if (!admitted.ok) {
      refuse(exchange, admitted.problem, admitted.headers);
      return;
    }
    const { route } = admitted;
    if (route.to === "health") {
      exchange.answer(200, json, JSON.stringify({ status: "ok", node: node.name, requests: this.size }));
      return;
    }
    if (this.#works.size >= endpointLimits.requestsMax) {
      const words = `${this.#works.size} requests are worked on already, and no more are taken. Try again later.`;
      refuse(exchange, { ...refusal(503, "busy", words), retryAfterMs: busyMs });
      return;
    }
    this.#lastNumber += 1;
    this.#works.set(this.#lastNumber, { exchange, route });
    this.#announce(this.#lastNumber);
  }

  begin(number: number): void {
    const work = this.#works.get(number);
    if (work === undefined) return;
    spawnMonitor(() => this.#answer(work), {
      link: true,
      onDown: (down: DownMessage) => this.#ended(number, down),
    });
  }

  /** Whoever waits is told. */
  close(): void {
    for (const { exchange } of this.#works.values()) lost(exchange, stopping);
    this.#works.clear();
  }

  async #answer({ exchange, route }: Work): Promise<void> {
    const { complete, node } = this.#options;
    switch (route.to) {
      case "chat":
        return answerChat(exchange, { complete, world: node.world, newId: () => this.#newId() });
      case "models":
        exchange.answer(200, json, modelList(await this.#models.now()));
        return;
      case "model": {
        const found = modelNamed(await this.#models.now(), route.id);
        if (found === undefined) refuse(exchange, noModel(route.id));
        else exchange.answer(200, json, found);
      }
    }
  }

  #newId(): string {
    this.#lastId += 1;
    return `${this.#idStem}${this.#lastId.toString(36)}`;
  }

  #ended(number: number, { reason }: DownMessage): void {
    const work = this.#works.get(number);
    if (work === undefined) return;
    this.#works.delete(number);
    if (reason !== "normal") lost(work.exchange, crashed);
  }
}

/** Tools ask for the list at each of their starts, and it takes a request to every provider. */
class KeptModels {
  readonly #options: EndpointOptions;
  #kept: readonly EntryModels[] = [];
  #keptMs = Number.NEGATIVE_INFINITY;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  async now(): Promise<readonly EntryModels[]> {
    const { node, models } = this.#options;
    const now = node.world.clock.now();
    if (now - this.#keptMs < endpointLimits.modelsKeptMs) return this.#kept;
    this.#kept = await models();
    this.#keptMs = now;
    return this.#kept;
  }
}

/** An answer that nobody works on any more, whether it has begun or not. */
function lost(exchange: HttpExchange, problem: Problem): void {
  if (exchange.isOver) return;
  if (exchange.isBegun) {
    exchange.write(`data: ${problemJson(problem)}\n\n`);
    exchange.end();
  } else refuse(exchange, problem);
}

const json = { "content-type": "application/json" };
/** After it the first of those that are worked on has made room. */
const busyMs = 1_000;
const stopping = refusal(503, "stopping", "The endpoint is being stopped or started again. Ask again.");
const crashed = refusal(
  500,
  "crashed",
  "The request was accepted and could not be worked on: a fault of this program. Its log says more.",
);
