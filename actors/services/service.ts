// A service for plain NATS clients as a process: it takes requests off the broker, has each worked on by a process of its own,
// and answers with JSON. What one request does ends that request.
import type { NatsConnection, Service, ServiceMsg } from "nats";
import { isInbox, serviceQueue } from "../../runtime/broker/roles.ts";
import type { NatsCarrier } from "../../runtime/carriers/nats.ts";
import {
  cancelTimer,
  type DownMessage,
  exit,
  type NativeLogic,
  type Node,
  noReply,
  ok,
  type Pid,
  type Ref,
  type ServerProtocol,
  self,
  server,
  spawnMonitor,
  startTimer,
  stopWith,
} from "../../runtime/index.ts";
import { sanitizeLine } from "../../runtime/observe/sanitize.ts";
import { TimeoutMessage } from "../../runtime/process/system-message.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import { type Endpoint, failed, type Outcome, type Problem, type ServiceDefinition } from "./endpoint.ts";
import { serviceLimits } from "./limits.ts";
import { readPayload } from "./reading.ts";

export interface ServiceOptions {
  readonly node: Pick<Node, "name" | "send" | "monitor">;
  readonly carrier: NatsCarrier;
  readonly cluster: string;
  /** As in `1.2.3`: what the services say of themselves. */
  readonly version: string;
}

/** A request that is worked on, or about to be. */
interface Work {
  readonly endpoint: Endpoint;
  readonly message: ServiceMsg;
  readonly payload: unknown;
  pid: Pid | undefined;
  timer: Ref | undefined;
}

interface Running {
  readonly service: Service;
  readonly desk: Desk;
}

const stopping = failed(
  503,
  "stopping",
  "The service is being stopped. Try again: another node may answer.",
  true,
);

/** Defines the process of one service. It ends in good order when the carrier is closed for good. */
export function natsService(
  definition: ServiceDefinition,
  options: ServiceOptions,
): NativeLogic<ServerProtocol<object, object>, void> {
  return server(`service.${definition.name}`, {
    init: async () => {
      const me = self();
      const { node } = options;
      const desk = new Desk(options, (number) => node.send(me, { type: "service.request", number }));
      const service = await open(definition, options, desk);
      // From outside, since a process that is killed runs no line any more.
      node.monitor(me, () => {
        desk.close();
        service.stop().catch(() => {});
      });
      service.stopped.then(
        (error) => node.send(me, { type: "service.stopped", why: error?.message ?? "it was closed" }),
        () => {},
      );
      return ok<Running>({ service, desk });
    },
    info: (state: Running, message) => {
      if (message.type === "service.request") state.desk.begin(message.number as number);
      else if (message instanceof TimeoutMessage) state.desk.late(message.payload);
      // Anybody may send this; whether it is so, the service tells.
      else if (message.type === "service.stopped" && state.service.isStopped) {
        // Whether the carrier is gone or the broker refuses: to start it again at once would change nothing.
        return stopWith({ shutdown: { service_stopped: sanitizeLine(String(message.why)) } }, state);
      }
      return noReply(state);
    },
    formatState: ({ desk }) => ({ service: definition.name, requests: desk.size }),
  }) as NativeLogic<ServerProtocol<object, object>, void>;
}

/** The requests that a service works on. */
class Desk {
  readonly #options: ServiceOptions;
  readonly #announce: (number: number) => void;
  readonly #works = new Map<number, Work>();
  readonly #failures = new Map<string, number>();
  #lastNumber = 0;
  #isClosed = false;

  constructor(options: ServiceOptions, announce: (number: number) => void) {
    this.#options = options;
    this.#announce = announce;
  }

  get size(): number {
    return this.#works.size;
  }

  failuresOf(endpoint: string): number {
    return this.#failures.get(endpoint) ?? 0;
  }

  /** Runs outside of any process, as the bytes come in: it looks at them, and has the process do the rest. */
  take(endpoint: Endpoint, message: ServiceMsg): void {
    const payload = readPayload(message.data);
    if (!payload.ok) {
      this.#answer(endpoint, message, payload);
      return;
    }
    if (this.#works.size >= serviceLimits.requestsMax) {
      const words = `${this.#works.size} requests are worked on already, and no more are taken. Try again later.`;
      this.#answer(endpoint, message, failed(429, "busy", words, true));
      return;
    }
    if (this.#isClosed) {
      this.#answer(endpoint, message, stopping);
      return;
    }
    this.#lastNumber += 1;
    const work: Work = { endpoint, message, payload: payload.value, pid: undefined, timer: undefined };
    this.#works.set(this.#lastNumber, work);
    this.#announce(this.#lastNumber);
  }

  begin(number: number): void {
    const work = this.#works.get(number);
    if (work === undefined) return;
    const { endpoint, payload } = work;
    const { pid } = spawnMonitor(() => endpoint.answer(payload), {
      link: true,
      monitor: { output: true },
      onDown: (down) => this.#ended(number, down),
    });
    work.pid = pid;
    work.timer = startTimer(self(), number, endpoint.timeoutMs);
  }

  late(number: unknown): void {
    const work = this.#works.get(number as number);
    if (work === undefined) return;
    this.#works.delete(number as number);
    const words = `There was no answer within ${work.endpoint.timeoutMs} ms. Try again later, or ask for less.`;
    this.#answer(work.endpoint, work.message, failed(504, "timeout", words, true));
    if (work.pid !== undefined) exit(work.pid, "kill");
  }

  /** Whoever waits is told; what works for them ends with the process that it is linked to. */
  close(): void {
    this.#isClosed = true;
    for (const { endpoint, message } of this.#works.values()) this.#answer(endpoint, message, stopping);
    this.#works.clear();
  }

  #ended(number: number, { reason, output }: DownMessage): void {
    const work = this.#works.get(number);
    if (work === undefined) return;
    this.#works.delete(number);
    if (work.timer !== undefined) cancelTimer(work.timer);
    const words =
      "The request was accepted and could not be worked on: a fault of this program. Its log says more.";
    const outcome = reason === "normal" ? (output as Outcome) : failed(500, "crashed", words);
    this.#answer(work.endpoint, work.message, outcome);
  }

  #answer({ name }: Endpoint, message: ServiceMsg, outcome: Outcome): void {
    const { carrier } = this.#options;
    const body = outcome.ok ? encoded(outcome.value) : undefined;
    const isTooLarge = body !== undefined && body.length > carrier.payloadBytesMax;
    const words = `The answer has ${body?.length} bytes, more than the broker carries at once (${carrier.payloadBytesMax}). Ask for less.`;
    const told = isTooLarge ? failed(413, "answer_too_large", words) : outcome;
    if (!told.ok) this.#failures.set(name, this.failuresOf(name) + 1);
    // What is sent while the line is away would come late, or never, and nobody waits for it then.
    if (carrier.state !== "connected") return;
    if (told.ok) message.respond(body ?? encoded(null));
    else refuse(message, told.problem);
  }
}

async function open(
  definition: ServiceDefinition,
  { carrier, cluster, node, version }: ServiceOptions,
  desk: Desk,
): Promise<Service> {
  const { name, description, endpoints, main } = definition;
  const subject = subjects(cluster).svc(name);
  const service = await onlyInboxes(carrier.connection).services.add({
    name: `aiex-${name}`,
    version,
    description,
    metadata: { cluster, node: node.name },
    queue: serviceQueue,
    statsHandler: async (of) => {
      const endpoint = of.subject === subject ? main : of.subject.slice(subject.length + 1);
      return { failures: desk.failuresOf(endpoint), running: desk.size };
    },
  });
  for (const endpoint of endpoints) {
    const handler = (error: Error | null, message: ServiceMsg): void => {
      if (error === null) desk.take(endpoint, message);
    };
    const metadata = { description: endpoint.description };
    service.addEndpoint(endpoint.name, { subject: `${subject}.${endpoint.name}`, handler, metadata });
    if (endpoint.name === main) service.addEndpoint(name, { subject, handler, metadata });
  }
  return service;
}

/**
 * The connection as a service sees it: who wants an answer elsewhere than in an inbox is not heard. The broker would let us
 * send the answer there, and whoever reads it would take it for ours.
 */
function onlyInboxes(connection: NatsConnection): NatsConnection {
  const guarded = Object.create(connection) as NatsConnection & { _services: undefined };
  // The connection keeps the maker of its services, and this one is to have its own.
  guarded._services = undefined;
  guarded.subscribe = (subject, options = {}) => {
    const { callback } = options;
    if (callback === undefined) return connection.subscribe(subject, options);
    return connection.subscribe(subject, {
      ...options,
      callback: (error, message) => {
        if (error !== null || isInbox(message.reply ?? "")) callback(error, message);
      },
    });
  };
  return guarded;
}

function refuse(message: ServiceMsg, { status, code, message: words, retryable }: Problem): void {
  const line = sanitizeLine(words).replaceAll(/[^\x20-\x7e]/g, "?");
  const { headerCharactersMax } = serviceLimits;
  const header = line.length > headerCharactersMax ? `${line.slice(0, headerCharactersMax)}...` : line;
  message.respondError(status, `${code}: ${header}`, encoded({ error: { code, message: words, retryable } }));
}

function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value) ?? "null");
}
