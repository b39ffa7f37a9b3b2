// Processes that pass a ball: a pair, a ring of a thousand, a chain of a hundred thousand; as servers, and as the same
// fromTransition on both sides.
import { type AnyLogic, cast, noReply, ok, type Pid, send, server, spawn } from "aiex/runtime";
import { dispatch, type Ref, spawn as spawnActor, stop } from "nact";
import { createActor } from "xstate";
import { erlang } from "./erlang.ts";
import { type Ball, type Player, passingTransition } from "./logic.ts";
import { measure, type Peer, type Reach, rate } from "./measure.ts";
import { nactSystem } from "./nact.ts";
import { inProcess, node, promised } from "./node.ts";
import { erlangName, nactName, rawName } from "./peer-names.ts";

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

interface Game {
  readonly name: string;
  readonly unit: string;
  readonly players: number;
  readonly passes: number;
  /** Passes that make one of the unit. */
  readonly passesEach: number;
  /** The same by others than raw XState. */
  readonly peers: readonly Peer[];
  /** For the servers. */
  readonly reach: Reach;
  readonly rounds?: number;
}

const games: readonly Game[] = [
  {
    name: "ping-pong, one pair",
    unit: "round trips/s",
    players: 2,
    passes: 400_000,
    passesEach: 2,
    peers: [
      erlang("plain processes", "bench_passing pair"),
      { ...erlang("servers that cast", "bench_passing pair_servers"), name: `${erlangName}, gen_server` },
      { name: nactName, does: "dispatch", round: playNact },
    ],
    reach: { against: erlangName, atLeast: 4 },
  },
  {
    name: "ring of 1,000",
    unit: "hops/s",
    players: 1_000,
    passes: 400_000,
    passesEach: 1,
    peers: [erlang("plain processes", "bench_passing ring")],
    reach: { against: erlangName, atLeast: 3 },
  },
  {
    name: "chain of 100,000",
    unit: "hops/s",
    players: 100_000,
    passes: 100_000,
    passesEach: 1,
    peers: [erlang("plain processes", "bench_passing chain")],
    reach: { atLeast: 1_000_000 },
    rounds: 2,
  },
];

for (const game of games) {
  const rounds = game.rounds === undefined ? {} : { rounds: game.rounds };
  const raw = { name: rawName, does: "the same fromTransition", round: () => playRaw(game) };
  await measure({
    name: `${game.name}, servers`,
    unit: game.unit,
    better: "higher",
    ours: () =>
      play(game, passer, (to) => {
        const pid = to as Pid;
        return (ball) => cast(pid, "ball", ball.left);
      }),
    peers: [...game.peers, raw],
    reach: game.reach,
    ...rounds,
  });
  await measure({
    name: `${game.name}, fromTransition`,
    unit: game.unit,
    better: "higher",
    ours: () => play(game, passingTransition, (to) => (ball) => send(to, ball)),
    peers: [raw],
    ...rounds,
  });
}
await node.halt();

/** Only the passing is timed; the players are there before. */
function play(game: Game, logic: AnyLogic, passTo: (to: Pid) => Player["next"]): Promise<number> {
  return inProcess(async () => {
    const { kept, keep } = promised();
    const team = Array.from({ length: game.players }, (): Player => ({ next: () => {}, done: keep }));
    const pids = await Promise.all(team.map((input) => spawn(logic, { input })));
    const passers = pids.map((pid) => passTo(pid));
    for (const [index, player] of team.entries()) player.next = after(passers, index);
    const passed = await rate(game.passes / game.passesEach, () => {
      passers[0]?.({ type: "ball", left: game.passes });
      return kept;
    });
    for (const pid of pids) node.exit(pid, "kill");
    return passed;
  });
}

function playRaw(game: Game): number | Promise<number> {
  let isDone = false;
  const done = (): void => {
    isDone = true;
  };
  const team = Array.from({ length: game.players }, (): Player => ({ next: () => {}, done }));
  const actors = team.map((input) => createActor(passingTransition, { input }));
  let failure: unknown;
  const passers: Player["next"][] = [];
  for (const actor of actors) {
    // What a raw actor fails at it throws out of reach, unless somebody observes it.
    actor.subscribe({
      error: (error) => {
        failure ??= error;
      },
    });
    actor.start();
    passers.push((ball) => actor.send(ball));
  }
  for (const [index, player] of team.entries()) player.next = after(passers, index);
  const passed = rate(game.passes / game.passesEach, () => passers[0]?.({ type: "ball", left: game.passes }));
  if (!isDone) throw failure ?? new Error("The ball did not arrive.");
  return passed;
}

function playNact(): Promise<number> {
  const { kept, keep } = promised();
  const passes = 100_000;
  const pass = (
    next: Ref<Ball> | undefined,
    event: Ball | { readonly next: Ref<Ball> },
  ): Ref<Ball> | undefined => {
    if ("next" in event) return event.next;
    if (event.left === 0) keep();
    else if (next !== undefined) dispatch(next, { type: "ball", left: event.left - 1 });
    return next;
  };
  const [one, other] = [spawnActor(nactSystem, pass), spawnActor(nactSystem, pass)];
  dispatch(one, { next: other });
  dispatch(other, { next: one });
  return rate(passes / 2, async () => {
    dispatch(one, { type: "ball", left: passes });
    await kept;
    for (const actor of [one, other]) stop(actor);
  });
}

function after<T>(members: readonly T[], index: number): T {
  return members[(index + 1) % members.length] as T;
}
