// Makes a stream where it is missing, whoever else does so at the same time. What is there already stays as it is.
import { type BrokerAnswer, brokerErrors, readAnswer } from "./broker-answer.ts";
import { streamLimits } from "./limits.ts";
import type { Line } from "./line.ts";
import type { StreamSettings } from "./stream-settings.ts";

export class StreamMaker {
  readonly #line: Line;
  readonly #settings: StreamSettings;
  readonly #replicas: number | undefined;
  #making: Promise<string | undefined> | undefined;

  constructor(line: Line, settings: StreamSettings, replicas: number | undefined) {
    this.#line = line;
    this.#settings = settings;
    this.#replicas = replicas;
  }

  /** Never rejects. Gives why there is none now; undefined where there is one, or was a moment ago. */
  make(): Promise<string | undefined> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #make(): Promise<string | undefined> {
    const { name, subjects, config } = this.#settings;
    const found = await this.#ask("INFO", {});
    if (typeof found === "string") return found;
    if (found.kind === "ok") return undefined;
    if (found.error.number !== brokerErrors.noStream) return shown(found.error.words);
    const wanted = this.#replicas ?? (this.#line.isSet ? streamLimits.replicas : 1);
    // Positions go on where those of an earlier stream of this name cannot have been: whoever remembers one is refused.
    const first_seq = Math.floor(this.#line.world.clock.wallTime());
    const whole = { ...config, name, subjects, first_seq, num_replicas: wanted };
    let made = await this.#ask("CREATE", whole);
    if (isError(made, brokerErrors.replicasWithoutSet) && this.#replicas === undefined)
      made = await this.#ask("CREATE", { ...whole, num_replicas: 1 });
    if (typeof made === "string") return made;
    if (made.kind === "ok" || isError(made, brokerErrors.streamExists)) return undefined;
    return `the stream ${name} with ${wanted} replicas cannot be made: ${shown(made.error.words)}`;
  }

  async #ask(verb: string, body: object): Promise<BrokerAnswer | string> {
    const payload = Buffer.from(JSON.stringify(body));
    const subject = `$JS.API.STREAM.${verb}.${this.#settings.name}`;
    const answer = await this.#line.request(subject, payload, streamLimits.makeTimeoutMs);
    switch (answer.kind) {
      case "answer":
        return readAnswer(answer.payload) ?? "what the broker answered makes no sense";
      case "no_responders":
        return "the broker keeps no streams: JetStream is off there, or not up yet";
      case "timeout":
        return `the broker did not answer within ${streamLimits.makeTimeoutMs} ms, or denies us its streams`;
      case "disconnected":
        return "the line to the broker is lost";
    }
  }
}

function isError(answer: BrokerAnswer | string, number: number): boolean {
  return typeof answer !== "string" && answer.kind === "error" && answer.error.number === number;
}

function shown(words: string): string {
  return `the broker says "${words}"`;
}
