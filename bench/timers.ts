// Timers: starting and cancelling one beside setTimeout, and how late they are while processes are busy.
import { cancelTimer, cast, noReply, ok, receive, sendAfter, server, sleep, spawn } from "aiex/runtime";
import { createActor } from "xstate";
import { erlang } from "./erlang.ts";
import { type Player, passingTransition } from "./logic.ts";
import { measure, percentile, rate } from "./measure.ts";
import { inProcess, node, promised } from "./node.ts";
import { nodeName, rawName } from "./peer-names.ts";

const pairs = 200_000;
const dueMs = 10;
const roundTrips = 1_000_000;

const waiting = async (): Promise<void> => {
  await receive();
};

await measure({
  name: "timer start and cancel",
  unit: "pairs/s",
  better: "higher",
  ours: async () => {
    const pid = await node.spawn(waiting);
    const cancelled = await inProcess(() =>
      rate(pairs, () => {
        for (let count = 0; count < pairs; count += 1) cancelTimer(sendAfter(pid, { type: "tick" }, 1_000));
      }),
    );
    node.exit(pid, "kill");
    return cancelled;
  },
  peers: [
    erlang("erlang:send_after and cancel_timer", "bench_names timer"),
    {
      name: nodeName,
      does: "setTimeout and clearTimeout",
      round: () => {
        const tick = (): void => {};
        return rate(pairs, () => {
          for (let count = 0; count < pairs; count += 1) clearTimeout(setTimeout(tick, 1_000));
        });
      },
    },
  ],
  reach: { against: nodeName, atLeast: 1 },
});

const passer = server("passer", {
  init: (player: Player) => ok(player),
  casts: {
    ball: (player: Player, left: number) => {
      if (left === 0) player.done();
      else player.next({ type: "ball", left: left - 1 });
      return noReply(player);
    },
  },
});

for (const percent of [50, 99]) {
  await measure({
    name: `lateness of a ${dueMs} ms timer under a million round trips, p${percent}`,
    unit: "ms",
    better: "lower",
    rounds: 3,
    ours: () => lateness(percent),
    peers: [
      {
        name: rawName,
        does: "setTimeout while actors of fromTransition send",
        round: () => rawLateness(percent),
      },
    ],
    ...(percent === 99 ? { reach: { atMost: 50 } } : {}),
    note: "The raw pair sends within one synchronous call, so that no timer fires before its last ball.",
  });
}
await node.halt();

async function lateness(percent: number): Promise<number> {
  return inProcess(async () => {
    const { kept, keep } = promised();
    const left: Player = { next: () => {}, done: keep };
    const right: Player = { next: () => {}, done: keep };
    const [one, other] = [await spawn(passer, { input: left }), await spawn(passer, { input: right })];
    left.next = (ball) => cast(other, "ball", ball.left);
    right.next = (ball) => cast(one, "ball", ball.left);
    let isOver = false;
    const over = kept.then(() => {
      isOver = true;
    });
    left.next({ type: "ball", left: roundTrips * 2 });
    const late: number[] = [];
    do {
      const start = performance.now();
      await sleep(dueMs);
      late.push(performance.now() - start - dueMs);
    } while (!isOver);
    await over;
    node.exit(one, "kill");
    node.exit(other, "kill");
    return percentile(late, percent);
  });
}

async function rawLateness(percent: number): Promise<number> {
  const late: number[] = [];
  const { kept, keep } = promised();
  const start = performance.now();
  setTimeout(() => {
    late.push(performance.now() - start - dueMs);
    keep();
  }, dueMs);
  const done = (): void => {};
  const left: Player = { next: () => {}, done };
  const right: Player = { next: () => {}, done };
  const one = createActor(passingTransition, { input: left }).start();
  const other = createActor(passingTransition, { input: right }).start();
  left.next = (ball) => other.send(ball);
  right.next = (ball) => one.send(ball);
  left.next({ type: "ball", left: roundTrips * 2 });
  await kept;
  return percentile(late, percent);
}
