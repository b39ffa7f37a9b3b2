// Two nodes of Moleculer over NATS: `moleculer.js server|client <url>`.
import { createRequire } from "node:module";
import { peersFolder } from "./peers.ts";
import { payloads } from "./sizes.ts";
import { batches, contest, ready } from "./works.ts";

/** What of it is used here. Its own types come with it, and it is not there everywhere. */
interface Broker {
  createService(service: {
    readonly name: string;
    readonly actions: Readonly<
      Record<string, (context: { readonly params: { readonly by: number } }) => number>
    >;
    readonly events: Readonly<Record<string, () => void>>;
  }): unknown;
  start(): Promise<void>;
  waitForServices(name: string): Promise<void>;
  call(action: string, params?: object, options?: { readonly timeout: number }): Promise<number>;
  emit(event: string, payload: object): Promise<void>;
}

interface Moleculer {
  readonly ServiceBroker: new (options: {
    readonly nodeID: string;
    readonly transporter: string;
    readonly logger: boolean;
    readonly requestTimeout: number;
  }) => Broker;
}

const { ServiceBroker } = createRequire(peersFolder)("moleculer") as Moleculer;
const [role = "", transporter = ""] = process.argv.slice(2);
const broker = new ServiceBroker({ nodeID: role, transporter, logger: false, requestTimeout: 30_000 });

if (role === "server") {
  let count = 0;
  broker.createService({
    name: "counter",
    actions: {
      add: ({ params }) => params.by + 1,
      count: () => count,
    },
    events: {
      take: () => {
        count += 1;
      },
    },
  });
  await broker.start();
  ready();
} else {
  await broker.start();
  await broker.waitForServices("counter");
  contest({
    caller: (loop) => loop(() => broker.call("counter.add", { by: 1 }, { timeout: 5_000 })),
    flood: (size, forMs) =>
      batches(
        size,
        forMs,
        () => void broker.emit("take", payloads[size]),
        () => broker.call("counter.count"),
      ),
  });
}
