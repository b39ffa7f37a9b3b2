// Two programs with the client of NATS and nothing else: `raw.js server|client <url>`.
import { connect, JSONCodec } from "nats";
import { bare } from "./sizes.ts";
import { batches, contest, ready } from "./works.ts";

const [role = "", servers = ""] = process.argv.slice(2);
const connection = await connect({ servers });
const codec = JSONCodec<number>();
const nothing = new Uint8Array();

if (role === "server") {
  let count = 0;
  connection.subscribe("add", {
    callback: (_, message) => message.respond(codec.encode(codec.decode(message.data) + 1)),
  });
  connection.subscribe("take", {
    callback: () => {
      count += 1;
    },
  });
  connection.subscribe("count", { callback: (_, message) => message.respond(codec.encode(count)) });
  await connection.flush();
  ready();
} else {
  contest({
    caller: (loop) =>
      loop(async () =>
        codec.decode((await connection.request("add", codec.encode(1), { timeout: 5_000 })).data),
      ),
    flood: (size, forMs) =>
      batches(
        size,
        forMs,
        () => connection.publish("take", bare[size]),
        async () => codec.decode((await connection.request("count", nothing, { timeout: 30_000 })).data),
      ),
  });
}
