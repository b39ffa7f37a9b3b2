// One-way messages: a cast to a server, and XState logic that is sent events, beside those who are sent the same elsewhere;
// and a mailbox of a million messages.
import { cast, noReply, ok, send, server, spawn } from "aiex/runtime";
import { dispatch, spawn as spawnActor, stop } from "nact";
import { createActor } from "xstate";
import { erlang, erlangParts } from "./erlang.ts";
import { bareCounter, type CountEvent, countingMachine, countingTransition } from "./logic.ts";
import { measure, type Peer, rate, shared, timed } from "./measure.ts";
import { nactSystem } from "./nact.ts";
import { inProcess, node, promised } from "./node.ts";
import { erlangName, nactName, rawName } from "./peer-names.ts";
import { flood } from "./traffic.ts";

const counter = server("counter", {
  init: () => ok({ count: 0 }),
  casts: {
    add: (state: { count: number }, by: number) => {
      state.count += by;
      return noReply(state);
    },
    tell: (state: { count: number }, told: () => void) => {
      told();
      return noReply(state);
    },
  },
});

const casts = 500_000;
const batch = 256;
const long = 1_000_000;

const nact: Peer = {
  name: nactName,
  does: "dispatch",
  round: () => {
    const actor = spawnActor(
      nactSystem,
      (count: number, event: CountEvent): number => {
        if (event.type === "add") return count + event.by;
        event.told();
        return count;
      },
      undefined,
      { initialState: 0 },
    );
    const count = casts / 5;
    return rate(count, async () => {
      for (let left = count; left > 0; left -= batch) {
        for (let sent = 0; sent < Math.min(left, batch); sent += 1) dispatch(actor, { type: "add", by: 1 });
        await new Promise<void>((told) => dispatch(actor, { type: "tell", told }));
      }
      stop(actor);
    });
  },
};

await measure({
  name: "cast to a server",
  unit: "messages/s",
  better: "higher",
  ours: async () => {
    const pid = await node.spawn(counter);
    const handled = await rate(casts, () =>
      flood(
        casts,
        () => cast(pid, "add", 1),
        (told) => cast(pid, "tell", told),
      ),
    );
    node.exit(pid, "kill");
    return handled;
  },
  peers: [
    erlang("gen_server:cast", "bench_messages cast"),
    {
      name: rawName,
      does: "own ActorLogic",
      round: () => {
        const actor = createActor(bareCounter).start();
        return rate(casts, () => {
          for (let sent = 0; sent < casts; sent += 1) actor.send({ type: "add", by: 1 });
          actor.stop();
        });
      },
    },
    nact,
  ],
  reach: { against: erlangName, atLeast: 2 },
  note: "A raw actor's send runs the transition inside of the sender; a cast goes through a mailbox and a turn of its own.",
});

for (const [name, logic, count] of [
  ["messages to fromTransition", countingTransition, 300_000],
  ["messages to a machine with assign", countingMachine, 50_000],
] as const) {
  await measure({
    name,
    unit: "messages/s",
    better: "higher",
    ours: async () => {
      const pid = await node.spawn(logic);
      const handled = await rate(count, () =>
        flood(
          count,
          () => send(pid, { type: "add", by: 1 }),
          (told) => send(pid, { type: "tell", told }),
        ),
      );
      node.exit(pid, "kill");
      return handled;
    },
    peers: [
      {
        name: rawName,
        does: "the same logic",
        round: () => {
          const actor = createActor(logic).start();
          return rate(count, () => {
            for (let sent = 0; sent < count; sent += 1) actor.send({ type: "add", by: 1 });
            actor.stop();
          });
        },
      },
    ],
    reach: { against: rawName, atLeast: 1 },
  });
}

/** A sender that does not give way, and the server that has to catch up. */
const mailbox = shared(() =>
  inProcess(async () => {
    const pid = await spawn(counter);
    const { kept, keep } = promised();
    const start = performance.now();
    for (let sent = 0; sent < long; sent += 1) cast(pid, "add", 1);
    const filled = performance.now();
    cast(pid, "tell", keep);
    const drainingMs = await timed(() => kept);
    node.exit(pid, "kill");
    return { fill: (long / (filled - start)) * 1_000, drain: (long / drainingMs) * 1_000 };
  }),
);
const erlangMailbox = erlangParts("bench_messages mailbox");

for (const [name, part] of [
  ["filling a mailbox with a million messages", "fill"],
  ["handling a mailbox of a million messages", "drain"],
] as const) {
  await measure({
    name,
    unit: "messages/s",
    better: "higher",
    rounds: 3,
    ours: mailbox(part),
    peers: [erlangMailbox("gen_server:cast to a suspended process", part)],
  });
}
await node.halt();
