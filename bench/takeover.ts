// For how long nobody answers for what a node owned: when it is killed, and when it is told to end and hands everything over.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectNats } from "aiex/carriers/nats";
import { beginOwnership, clusterNamed, realWorld, startNode } from "aiex/runtime";
import { natsStore } from "aiex/stores/nats";
import { measureDelays } from "./measure.ts";
import { brokerVersion, startBroker } from "./nodes/broker.ts";
import { childNames, cluster } from "./nodes/owned.ts";
import { Program } from "./nodes/program.ts";

const names = ["alpha", "beta", "gamma"];
/** Each owner is ended as often in a round. */
const endsPerOwner = 2;
/** Between two calls of one child: what a figure is exact to. */
const callEveryMs = 5;
/** Until a call is made again: who was called may be the one that has ended. */
const answerMs = 200;

type End = (owner: Program) => Promise<void>;

/** Three owners, and this program, which calls them by the names in the cluster of what they own. */
class Owners {
  readonly #url: string;
  readonly #node;
  readonly #programs = new Map<string, Program>();

  private constructor(url: string) {
    this.#url = url;
    this.#node = startNode({
      world: realWorld(),
      name: "caller",
      boundary: "trust",
      distribution: { cluster },
    });
  }

  static async start(url: string): Promise<Owners> {
    const owners = new Owners(url);
    const { world, distribution } = owners.#node;
    const carrier = await connectNats({ servers: url, name: "caller" });
    await distribution?.join(carrier);
    await beginOwnership(owners.#node, natsStore({ connection: carrier.connection, cluster, world }));
    for (const name of names) await owners.#begin(name);
    return owners;
  }

  /** Ends owners, each when all children are spread evenly; milliseconds from then to the first answer elsewhere, of each child. */
  async taken(end: End): Promise<readonly number[]> {
    const taken: number[] = [];
    for (let round = 0; round < endsPerOwner; round += 1)
      for (const name of names) {
        await this.#spread();
        const program = this.#programs.get(name);
        if (program === undefined) throw new Error(`There is no owner "${name}".`);
        const had = (await this.#places()).flatMap(([child, place]) => (place === name ? [child] : []));
        const since = performance.now();
        const answers = had.map(async (child) => {
          await this.#answer(child, (place) => place !== name);
          return performance.now() - since;
        });
        await end(program);
        taken.push(...(await Promise.all(answers)));
        await this.#begin(name);
      }
    return taken;
  }

  async end(): Promise<void> {
    for (const program of this.#programs.values()) await program.kill();
    await this.#node.halt();
  }

  async #begin(name: string): Promise<void> {
    const program = new Program("any", "owner", [name, this.#url]);
    this.#programs.set(name, program);
    await program.ready();
  }

  async #spread(): Promise<void> {
    for (;;) {
      const places = (await this.#places()).map(([, place]) => place);
      const share = childNames.length / names.length;
      if (names.every((name) => places.filter((place) => place === name).length === share)) return;
      await this.#node.sleep(callEveryMs * 10);
    }
  }

  #places(): Promise<readonly (readonly [string, string])[]> {
    return Promise.all(
      childNames.map(async (child) => [child, await this.#answer(child, () => true)] as const),
    );
  }

  /** Calls until an answer is right; gives the node that it is from. */
  async #answer(child: string, isRight: (place: string) => boolean): Promise<string> {
    for (;;) {
      const call = this.#node.call(clusterNamed(child), "add", 1, { timeoutMs: answerMs });
      const place = await call.then(String, () => undefined);
      if (place !== undefined && isRight(place)) return place;
      await this.#node.sleep(callEveryMs);
    }
  }
}

async function compare(owners: Owners): Promise<void> {
  for (const [name, end, reaches] of [
    ["kill -9 of an owner to the first answer of its successor", (owner) => owner.kill(), [4_500, 6_000]],
    ["handover on drain, from the request to the first answer", (owner) => owner.end(), [1_000, undefined]],
  ] as const satisfies readonly (readonly [string, End, readonly [number, number | undefined]])[]) {
    await measureDelays({
      ...{ name, reaches, taken: () => owners.taken(end) },
      note: `Three owners over a broker on one machine, at the times that nodes have by default; a round is ${endsPerOwner * names.length} ends with three children each. Each child saves itself before it answers.`,
    });
  }
}

if (brokerVersion() === undefined) {
  console.error(
    "There is no nats-server (on the PATH, or named by AIEX_NATS_SERVER): takeovers are left out.",
  );
} else {
  const folder = mkdtempSync(join(tmpdir(), "aiex-bench-takeover-"));
  const broker = await startBroker("any", ["-js", "-sd", folder]);
  const owners = await Owners.start(broker.url);
  try {
    await compare(owners);
  } finally {
    await owners.end();
    await broker.end();
    rmSync(folder, { recursive: true, force: true });
  }
  // The line to the broker that has ended is dialled on.
  process.exit();
}
