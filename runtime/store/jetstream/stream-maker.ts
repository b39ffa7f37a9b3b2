// Makes a stream where it is missing, whoever else does so at the same time. What is there already stays as it is.
//
// A broker shows a stream from the moment that somebody begins to make it, and falls over where its messages are asked for
// before its store is there: nats-server 2.9.10 was seen to, and 2.12 reads the same way. So nobody asks before the stream
// was seen with a time of creation, which the broker sets together with the store.
import { type BrokerAnswer, brokerErrors, readAnswer } from "./broker-answer.ts";
import { streamLimits } from "./limits.ts";
import type { Line } from "./line.ts";
import type { StreamSettings } from "./stream-settings.ts";

export class StreamMaker {
  readonly #line: Line;
  readonly #settings: StreamSettings;
  readonly #replicas: number | undefined;
  #making: Promise<NotMade | undefined> | undefined;
  #isWhole = false;

  constructor(line: Line, settings: StreamSettings, replicas: number | undefined) {
    this.#line = line;
    this.#settings = settings;
    this.#replicas = replicas;
  }

  /** As `make`, and at once where this has seen it whole before. */
  ready(): Promise<NotMade | undefined> {
    return this.#isWhole ? Promise.resolve(undefined) : this.make();
  }

  /** Never rejects. Gives why there is none now that may be asked; undefined where there is one, or was a moment ago. */
  make(): Promise<NotMade | undefined> {
    this.#isWhole = false;
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #make(): Promise<NotMade | undefined> {
    const { name, subjects, config } = this.#settings;
    const found = await this.#ask("INFO", {}, streamLimits.answerTimeoutMs);
    if ("why" in found) return found;
    if (found.kind === "ok") return this.#seen(found);
    if (found.error.number !== brokerErrors.noStream) return notMade(shown(found.error.words));
    const wanted = this.#replicas ?? (this.#line.isSet ? streamLimits.replicas : 1);
    // Positions go on where those of an earlier stream of this name cannot have been: whoever remembers one is refused.
    const first_seq = Math.floor(this.#line.world.clock.wallTime());
    const whole = { ...config, name, subjects, first_seq, num_replicas: wanted };
    let made = await this.#ask("CREATE", whole, streamLimits.makeTimeoutMs);
    if (isError(made, brokerErrors.replicasWithoutSet) && this.#replicas === undefined)
      made = await this.#ask("CREATE", { ...whole, num_replicas: 1 }, streamLimits.makeTimeoutMs);
    if ("why" in made) return made;
    if (made.kind === "ok") return this.#seen(made);
    if (isError(made, brokerErrors.streamExists)) return notMade(inTheMakingWords);
    return notMade(`the stream ${name} with ${wanted} replicas cannot be made: ${shown(made.error.words)}`);
  }

  #seen({ body }: BrokerAnswer & { readonly kind: "ok" }): NotMade | undefined {
    this.#isWhole = typeof body.created === "string" && !body.created.startsWith(noTime);
    return this.#isWhole ? undefined : notMade(inTheMakingWords);
  }

  async #ask(verb: string, body: object, timeoutMs: number): Promise<BrokerAnswer | NotMade> {
    const payload = Buffer.from(JSON.stringify(body));
    const subject = `$JS.API.STREAM.${verb}.${this.#settings.name}`;
    const answer = await this.#line.request(subject, payload, timeoutMs);
    switch (answer.kind) {
      case "answer":
        return readAnswer(answer.payload) ?? notMade("what the broker answered makes no sense");
      case "no_responders":
        return notMade("the broker keeps no streams: JetStream is off there, or not up yet");
      case "timeout":
        return notMade(
          `the broker did not answer within ${timeoutMs} ms, or denies us the stream ${this.#settings.name}: a configuration of brokers that an earlier version has written names it not, and aiex cluster init writes a new one`,
        );
      case "disconnected":
        return { why: "the line to the broker is lost", isDisconnected: true };
    }
  }
}

export interface NotMade {
  readonly why: string;
  /** Nobody was asked: there is no line to the broker. */
  readonly isDisconnected: boolean;
}

/** How a broker writes a time that was never set: a stream that somebody is making has it. */
const noTime = "0001-01-01";
const inTheMakingWords = "the stream is just being made";

function notMade(why: string): NotMade {
  return { why, isDisconnected: false };
}

function isError(answer: BrokerAnswer | NotMade, number: number): boolean {
  return "kind" in answer && answer.kind === "error" && answer.error.number === number;
}

function shown(words: string): string {
  return `the broker says "${words}"`;
}
