// All who are compared between nodes, started in one place: each a pair of programs that stay for all rounds.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Peer, type Round, shared } from "../measure.ts";
import { erlangName, moleculerName, natsName } from "../peer-names.ts";
import { type Broker, startBroker } from "./broker.ts";
import { ErlangNodes } from "./erlang-nodes.ts";
import { installPeer } from "./peers.ts";
import type { Place } from "./place.ts";
import { Program } from "./program.ts";
import type { Work } from "./works.ts";

type Figures = () => Promise<Readonly<Record<string, number>>>;
/** The rounds of one work, by the names of its figures. */
export type Rounds = (part: string) => Round;

interface Pair {
  readonly figures: (work: Work) => ReturnType<Figures>;
  end(): Promise<void>;
}

export class Field {
  readonly #place: Place;
  readonly #folder = mkdtempSync(join(tmpdir(), "aiex-bench-nodes-"));
  readonly #pairs = new Map<string, Promise<Pair>>();
  #broker: Promise<Broker> | undefined;
  #erlang: Promise<ErlangNodes> | undefined;

  constructor(place: Place) {
    this.#place = place;
  }

  /** @throws {AbsentPeer} where a round of `nats` is asked for, and there is no broker */
  ours(carrier: "nats" | "socket", work: Work): Rounds {
    return shared(async () => {
      const where = carrier === "nats" ? await this.#url() : join(this.#folder, "socket");
      return (await this.#pair("ours", [carrier, where])).figures(work);
    });
  }

  nats(does: string, work: Work): (part: string) => Peer {
    const rounds = shared(async () => (await this.#pair("raw", [await this.#url()])).figures(work));
    return (part) => ({ name: natsName, does, round: rounds(part) });
  }

  moleculer(does: string, work: Work): (part: string) => Peer {
    const rounds = shared(async () => {
      installPeer("moleculer");
      return (await this.#pair("moleculer", [await this.#url()])).figures(work);
    });
    return (part) => ({ name: moleculerName, does, round: rounds(part) });
  }

  erlang(does: string, work: string): (part: string) => Peer {
    const rounds = shared(async () => {
      this.#erlang ??= ErlangNodes.start(this.#place);
      return (await this.#erlang).figures(work);
    });
    return (part) => ({ name: erlangName, does, round: rounds(part) });
  }

  async end(): Promise<void> {
    // Who did not start has been told of, and has nothing to end.
    const started = await Promise.allSettled([...this.#pairs.values(), this.#erlang, this.#broker]);
    for (const one of started) if (one.status === "fulfilled") await one.value?.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #url(): Promise<string> {
    this.#broker ??= startBroker(this.#place);
    return (await this.#broker).url;
  }

  #pair(program: string, given: readonly string[]): Promise<Pair> {
    const name = [program, ...given].join(" ");
    const known = this.#pairs.get(name) ?? this.#started(program, given);
    this.#pairs.set(name, known);
    return known;
  }

  async #started(program: string, given: readonly string[]): Promise<Pair> {
    const server = new Program(this.#place, program, ["server", ...given]);
    await server.ready();
    const client = new Program(this.#place, program, ["client", ...given]);
    await client.ready();
    // So many calls that all code is compiled: one after the other, a round does not get there.
    await client.figures({ kind: "calls", callers: 100 });
    return {
      figures: (work) => client.figures(work),
      end: async () => {
        await client.end();
        await server.end();
      },
    };
  }
}
