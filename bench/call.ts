// Sequential calls: one request, its reply, the next. The peer waits for an answer the way XState offers it.
import { call, ok, replyWith, server } from "aiex/runtime";
import { dispatch, query, type Ref, spawn as spawnActor, stop } from "nact";
import { createActor, waitFor } from "xstate";
import { erlang } from "./erlang.ts";
import { countingTransition } from "./logic.ts";
import { measure, rate } from "./measure.ts";
import { nactSystem } from "./nact.ts";
import { inProcess, node } from "./node.ts";
import { erlangName, nactName, rawName } from "./peer-names.ts";

const counter = server("counter", {
  init: () => ok(0),
  calls: { add: (count: number, by: number) => replyWith(count + by, count + by) },
});

const calls = 100_000;

function answering(count: number, { by, from }: { readonly by: number; readonly from: Ref<number> }): number {
  dispatch(from, count + by);
  return count + by;
}

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
  peers: [
    erlang("gen_server:call", "bench_messages call"),
    {
      name: rawName,
      does: "send and waitFor with a timeout",
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
    {
      name: nactName,
      does: "query",
      round: () => {
        const actor = spawnActor(nactSystem, answering, undefined, { initialState: 0 });
        const count = calls / 2;
        return rate(count, async () => {
          for (let sent = 0; sent < count; sent += 1) {
            await query(actor, (from: Ref<number>) => ({ by: 1, from }), 5_000);
          }
          stop(actor);
        });
      },
    },
  ],
  reach: { against: erlangName, atLeast: 2 },
  note: "Every call has a deadline of 5 s, on all sides.",
});
await node.halt();
