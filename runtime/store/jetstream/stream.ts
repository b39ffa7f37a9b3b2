// One stream of a broker: messages by subject, stored only behind the one that was expected, and read from whoever leads.
import { headers } from "nats";
import type { World } from "../../world.ts";
import { StoreUnavailable } from "../failures.ts";
import {
  type BrokerAnswer,
  type BrokerError,
  brokerErrors,
  isForTheMoment,
  isRecord,
  readAnswer,
} from "./broker-answer.ts";
import { streamLimits } from "./limits.ts";
import type { Line } from "./line.ts";
import { readStored, type StoredMessage } from "./stored-message.ts";
import { StreamMaker } from "./stream-maker.ts";
import type { StreamSettings } from "./stream-settings.ts";

/** What became of a message. */
export type Stored =
  | { readonly kind: "stored"; readonly position: number }
  /** The subject's last message is another one. Nothing was stored. */
  | { readonly kind: "wrong_position" }
  /** The broker does not take it, and will not take it again: full, or too large. Nothing was acknowledged. */
  | { readonly kind: "refused"; readonly why: string }
  /** It may be there, may come yet, or never. */
  | { readonly kind: "unknown"; readonly why: string };

export interface ToStore {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** Position of the last message of the subject; 0 for none. */
  readonly expected: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a question came out that changes nothing, or the same however often it is asked. */
type Asked = BrokerAnswer | { readonly kind: "nobody"; readonly why: string };

export class Stream {
  readonly name: string;
  readonly line: Line;
  readonly #world: World;
  readonly #maker: StreamMaker;

  constructor(line: Line, settings: StreamSettings, replicas: number | undefined) {
    this.name = settings.name;
    this.line = line;
    this.#world = line.world;
    this.#maker = new StreamMaker(line, settings, replicas);
  }

  get place(): string {
    return this.line.place;
  }

  /** Never rejects. What was refused for the moment is tried again; what may have been stored is not. */
  async store({ subject, payload, expected, headers: given = {} }: ToStore): Promise<Stored> {
    const head = headers();
    head.set("Nats-Expected-Stream", this.name);
    head.set("Nats-Expected-Last-Subject-Sequence", String(expected));
    for (const [name, value] of Object.entries(given)) head.set(name, value);
    const bytes = payload.length + streamLimits.messageHeadBytesMax;
    const { payloadBytesMax } = this.line;
    if (bytes > payloadBytesMax) {
      return {
        kind: "refused",
        why: `it has ${bytes} bytes with its head, and the broker takes ${payloadBytesMax}`,
      };
    }
    // The caller's bytes are theirs again when this returns its promise.
    const own = new Uint8Array(payload);
    let isDoubtful = false;
    return this.#again<Stored>(
      async (leftMs) => {
        const answer = await this.line.request(subject, own, leftMs, head);
        switch (answer.kind) {
          case "answer": {
            const judged = this.#judge(readAnswer(answer.payload));
            if (!isAgain(judged)) {
              // What stands behind the expected one may be what an earlier try left there.
              const isOwn = isDoubtful && judged.kind === "wrong_position";
              return isOwn ? { kind: "unknown", why: "an earlier try may have been stored" } : judged;
            }
            isDoubtful ||= judged.isDoubtful;
            return judged;
          }
          case "no_responders":
            return this.#madeAgain("no broker of this cluster keeps it now");
          default:
            return { kind: "unknown", why: lostWords[answer.kind] };
        }
      },
      (why) => ({ kind: "unknown", why }),
    );
  }

  /** The last message of a subject, or of a pattern of subjects. @throws {StoreUnavailable} */
  last(subject: string): Promise<StoredMessage | undefined> {
    return this.#message({ last_by_subj: subject });
  }

  /** The first message of a subject at this position or behind it. @throws {StoreUnavailable} */
  next(subject: string, position: number): Promise<StoredMessage | undefined> {
    return this.#message({ seq: position, next_by_subj: subject });
  }

  /** @throws {StoreUnavailable} */
  at(position: number): Promise<StoredMessage | undefined> {
    return this.#message({ seq: position });
  }

  /** Nothing is wrong where it is not there. @throws {StoreUnavailable} */
  async takeOut(position: number): Promise<void> {
    const asked = await this.ask("STREAM.MSG.DELETE", "", { seq: position, no_erase: true });
    // Of what is gone, an earlier try perhaps, each version says something else.
    if (asked.kind === "ok" || (asked.kind === "error" && (await this.at(position)) === undefined)) return;
    throw this.unavailable(asked);
  }

  /** Takes out what the subject has before a position. @throws {StoreUnavailable} */
  async takeOutBefore(subject: string, position: number): Promise<void> {
    const asked = await this.ask("STREAM.PURGE", "", { filter: subject, seq: position });
    if (asked.kind !== "ok") throw this.unavailable(asked);
  }

  /** Takes out all messages of a subject, or of a pattern of subjects. @throws {StoreUnavailable} */
  async takeOutAll(subject: string): Promise<void> {
    const asked = await this.ask("STREAM.PURGE", "", { filter: subject });
    if (asked.kind !== "ok") throw this.unavailable(asked);
  }

  /** How it is set up, by whoever made it. @throws {StoreUnavailable} */
  async config(): Promise<Readonly<Record<string, unknown>>> {
    const asked = await this.ask("STREAM.INFO", "", {});
    if (asked.kind === "ok" && isRecord(asked.body.config)) return asked.body.config;
    throw this.unavailable(asked);
  }

  /** Asks the stream's API what may be asked twice, until there is an answer that lasts. Makes the stream where it is missing. */
  ask(verb: string, rest: string, body: object): Promise<Asked> {
    const subject = `$JS.API.${verb}.${this.name}${rest}`;
    const payload = Buffer.from(JSON.stringify(body));
    return this.#again<Asked>(
      async (leftMs) => {
        const missing = await this.#maker.ready();
        if (missing?.isDisconnected === true) return { kind: "nobody", why: missing.why };
        if (missing !== undefined) return again(missing.why);
        const answer = await this.line.request(
          subject,
          payload,
          Math.min(leftMs, streamLimits.answerTimeoutMs),
        );
        if (answer.kind === "no_responders")
          return this.#madeAgain("nobody answers for the streams of the broker");
        if (answer.kind === "timeout") return again(lostWords.timeout);
        if (answer.kind === "disconnected") return { kind: "nobody", why: lostWords.disconnected };
        const read = readAnswer(answer.payload);
        if (read === undefined) return { kind: "nobody", why: noAnswerWords };
        if (read.kind === "ok") return read;
        if (read.error.number === brokerErrors.noStream) return this.#madeAgain(read.error.words);
        return isForTheMoment(read.error) ? again(read.error.words) : read;
      },
      (why) => ({ kind: "nobody", why }),
    );
  }

  unavailable(asked: Asked): StoreUnavailable {
    const why =
      asked.kind === "error" ? wordsOf(asked.error) : asked.kind === "nobody" ? asked.why : noAnswerWords;
    return new StoreUnavailable(this.place, why);
  }

  async #message(body: object): Promise<StoredMessage | undefined> {
    const asked = await this.ask("STREAM.MSG.GET", "", body);
    if (asked.kind === "error" && asked.error.number === brokerErrors.noMessage) return undefined;
    const message = asked.kind === "ok" ? readStored(asked.body) : undefined;
    if (message === undefined) throw this.unavailable(asked);
    return message;
  }

  #judge(answer: BrokerAnswer | undefined): Stored | Again {
    if (answer?.kind === "ok") {
      const { stream, seq, duplicate } = answer.body;
      const isOurs = stream === this.name && typeof seq === "number" && duplicate !== true;
      if (isOurs) return { kind: "stored", position: seq };
    }
    if (answer?.kind !== "error") return { kind: "unknown", why: noAnswerWords };
    const { error } = answer;
    if (error.number === brokerErrors.wrongPosition) return { kind: "wrong_position" };
    if (error.number === brokerErrors.positionInMotion) return again(wordsOf(error));
    if (error.number === brokerErrors.notStored && !fullWords.test(error.words)) {
      // One broker of a set could not, and the others may have.
      return { kind: "unknown", why: wordsOf(error) };
    }
    if (error.number !== brokerErrors.notStored && isForTheMoment(error)) {
      return { ...again(wordsOf(error)), isDoubtful: true };
    }
    return { kind: "refused", why: wordsOf(error) };
  }

  /** Where nobody answers there may be no leader, or no stream. */
  async #madeAgain(why: string): Promise<Again> {
    const failure = await this.#maker.make();
    return again(failure?.why ?? why);
  }

  /** Tries until `run` gives something else than `Again`, or the time is over. */
  async #again<T extends object>(
    run: (leftMs: number) => Promise<T | Again>,
    over: (why: string) => T,
  ): Promise<T> {
    const { requestTimeoutMs, retryWaitMsMin, retryWaitMsMax } = streamLimits;
    const deadline = this.#world.clock.now() + requestTimeoutMs;
    let waitMs: number = retryWaitMsMin;
    for (;;) {
      const result = await run(Math.max(1, deadline - this.#world.clock.now()));
      if (!isAgain(result)) return result;
      const pauseMs = waitMs * (0.5 + this.#world.random.next() / 2);
      if (this.#world.clock.now() + pauseMs >= deadline) return over(result.why);
      await new Promise<void>((resolve) => this.#world.timers.set(pauseMs, resolve));
      waitMs = Math.min(retryWaitMsMax, waitMs * 2);
    }
  }
}

/** It was not done, and is tried again. */
interface Again {
  readonly again: true;
  readonly why: string;
  /** A set of brokers may have agreed on it all the same. */
  readonly isDoubtful: boolean;
}

function again(why: string): Again {
  return { again: true, why, isDoubtful: false };
}

function isAgain(result: object): result is Again {
  return "again" in result;
}

function wordsOf({ words, number }: BrokerError): string {
  return `the broker says "${words}" (${number})`;
}

/** How a broker says that there is no room. */
const fullWords = /maximum|exceed|no space|quota|limit/i;
const noAnswerWords = "what the broker answered makes no sense";
const lostWords = {
  timeout: `the broker did not answer within ${streamLimits.requestTimeoutMs} ms, or denies us this`,
  disconnected: "the line to the broker is lost",
} as const;
