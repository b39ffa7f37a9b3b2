// Sequential calls: one request, its reply, the next. The peer waits for an answer the way XState offers it.
import { call, ok, replyWith, server } from "aiex/runtime";
import { createActor, waitFor } from "xstate";
import { countingTransition } from "./logic.ts";
import { measure, rate } from "./measure.ts";
import { inProcess, node } from "./node.ts";

const counter = server("counter", {
  init: () => ok(0),
  calls: { add: (count: number, by: number) => replyWith(count + by, count + by) },
});

const calls = 100_000;

await measure({
  name: "sequential calls to a server",
  unit: "calls/s",
  better: "higher",
  ours: async () => {
    const pid = await node.spawn(counter);
    const answered = await inProcess(() =>
      rate(calls, async () => {
        for (let sent = 0; sent < calls; sent += 1) await call(pid, "add", 1);
      }),
    );
    node.exit(pid, "kill");
    return answered;
  },
  peer: {
    name: "raw XState, send and waitFor with a timeout",
    round: () => {
      const actor = createActor(countingTransition).start();
      const count = calls / 10;
      return rate(count, async () => {
        for (let sent = 1; sent <= count; sent += 1) {
          const answer = waitFor(actor, (snapshot) => snapshot.context.count === sent, { timeout: 5_000 });
          actor.send({ type: "add", by: 1 });
          await answer;
        }
      });
    },
  },
  note: "Every call has a deadline of 5 s, on both sides.",
});
await node.halt();
