// One-way messages: a cast to a server, and XState logic that is sent events, beside raw XState actors that are sent the same.
import { cast, noReply, ok, send, server } from "aiex/runtime";
import { createActor } from "xstate";
import { bareCounter, countingMachine, countingTransition } from "./logic.ts";
import { measure, rate } from "./measure.ts";
import { node } from "./node.ts";
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
  peer: {
    name: "raw XState, own ActorLogic",
    round: () => {
      const actor = createActor(bareCounter).start();
      return rate(casts, () => {
        for (let sent = 0; sent < casts; sent += 1) actor.send({ type: "add", by: 1 });
        actor.stop();
      });
    },
  },
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
    peer: {
      name: "raw XState, same logic",
      round: () => {
        const actor = createActor(logic).start();
        return rate(count, () => {
          for (let sent = 0; sent < count; sent += 1) actor.send({ type: "add", by: 1 });
          actor.stop();
        });
      },
    },
  });
}
await node.halt();
