// The workers of the room: a server, a machine and a function, each of which may fail at every point of its life.
import { createMachine, fromCallback, fromPromise } from "xstate";
import {
  type AnyLogic,
  ExitMessage,
  exit,
  ignore,
  noReply,
  ok,
  type Received,
  type Ref,
  receive,
  refuse,
  refuseQuietly,
  reply,
  replyWith,
  self,
  sendAfter,
  server,
  sleep,
  stopWith,
} from "../../runtime/index.ts";
import { act } from "./deeds.ts";
import type { WorkerPlan } from "./plan.ts";
import { type Birth, noteHandled, watched } from "./probes.ts";
import type { Stage } from "./stage.ts";

interface Question {
  readonly question: number;
}

/** The logic of one worker, watched. */
export function workerLogic(stage: Stage, plan: WorkerPlan, birth: Birth): ReturnType<typeof watched> {
  return watched(stage, logicOf(stage, plan), birth);
}

function logicOf(stage: Stage, plan: WorkerPlan): AnyLogic {
  switch (plan.kind) {
    case "server":
      return serverLogic(stage, plan);
    case "machine":
      return machineLogic(stage, plan);
    case "function":
      return functionLogic(stage, plan);
  }
}

function serverLogic(stage: Stage, plan: WorkerPlan): AnyLogic {
  const { draw, world } = stage;
  const next = (state: object) => {
    if (draw.chance(0.05)) return noReply(state, { continue: "more" });
    return draw.chance(0.1) ? noReply(state, { timeoutMs: draw.between(0, 50) }) : noReply(state);
  };
  return server("worker", {
    init: () =>
      world.maybe("slow init")
        ? sleep(draw.between(1, 400)).then(() => begin(stage, plan))
        : begin(stage, plan),
    calls: {
      echo: (state: object, { question }: Question, from) => {
        stage.fail("throw in call");
        if (world.maybe("reject later")) return sleep(5).then(() => Promise.reject(stage.accident()));
        if (world.maybe("return garbage")) return 42 as never;
        if (world.maybe("stop by itself")) return stopWith("normal", state, { reply: { question } });
        return answer(stage, state, { question }, from);
      },
    },
    casts: {
      note: (state: object) => {
        stage.fail("throw in cast");
        if (world.maybe("stop by itself")) return stopWith(draw.one(["normal", "shutdown", "own"]), state);
        if (world.maybe("return garbage")) return "garbage" as never;
        return world.maybe("reject later") ? Promise.reject(stage.accident()) : next(state);
      },
      act: (state: object) => {
        const isAwaited = draw.chance(0.3);
        const acting = act(stage, isAwaited);
        return isAwaited ? acting.then(() => noReply(state)) : next(state);
      },
    },
    info: (state: object, message) => {
      stage.fail(
        message.type === "tick" || message.type === "sys.timeout" ? "throw in timer" : "throw in info",
      );
      return noReply(state);
    },
    continue: (state: object) => {
      stage.fail("throw in continue");
      return noReply(state);
    },
    terminate: () => end(stage, plan),
  });
}

function begin(stage: Stage, plan: WorkerPlan) {
  const { draw, world } = stage;
  stage.failStart(plan);
  if (world.maybe("refuse in init")) return draw.chance(0.5) ? refuse("refused") : refuseQuietly("refused");
  if (world.maybe("ignore in init")) return ignore();
  return ok({}, draw.chance(0.1) ? { continue: "first" } : {});
}

/** At once, after a while, or by somebody else. */
function answer(stage: Stage, state: object, value: Question, from: Ref) {
  const { draw } = stage;
  if (draw.chance(0.7)) return replyWith(value, state);
  if (draw.chance(0.5)) return sleep(draw.between(1, 50)).then(() => replyWith(value, state));
  const { process } = stage.players.get(self().id) ?? {};
  stage.world.timers.set(
    draw.between(1, 50),
    () => process?.hasEnded === false && stage.node.reply(from, value),
  );
  return noReply(state);
}

async function end(stage: Stage, plan: WorkerPlan): Promise<void> {
  const { draw, world } = stage;
  stage.fail("throw in terminate");
  const mayHang = plan.shutdownMs !== Number.POSITIVE_INFINITY;
  if (mayHang && (plan.isDefiant || world.maybe("hang in terminate"))) {
    stage.note({ type: "defies", pid: self().id });
    await new Promise(() => {});
  }
  if (world.maybe("slow terminate")) await sleep(draw.one([1, 100, 1_000, 6_000]));
  if (world.maybe("other reason in terminate")) exit(`other ${stage.nextNumber()}`);
}

function functionLogic(stage: Stage, plan: WorkerPlan): AnyLogic {
  return async () => {
    const player = stage.players.get(self().id);
    stage.failStart(plan);
    for (;;) {
      const message = await receive();
      if (player !== undefined) noteHandled(stage, player, message);
      const isOrder = isExit(message) && message.from.id === player?.parent;
      if (isOrder && !plan.isDefiant) exit(message.reason);
      if (isOrder) stage.note({ type: "defies", pid: self().id });
      stage.fail("throw in info");
      if (message.type === "echo" && message.replyTo !== undefined)
        reply(message.replyTo, { question: message.question });
      const isAwaited = stage.draw.chance(0.3);
      const acting = message.type === "act" ? act(stage, isAwaited) : undefined;
      if (isAwaited) await acting;
      if (message.type === "note" && stage.world.maybe("stop by itself")) return;
    }
  };
}

function isExit(message: Received | ExitMessage): message is ExitMessage {
  return message instanceof ExitMessage;
}

/** States with delays, actors inside that end by themselves and one that does not, and actions that may throw. */
function machineLogic(stage: Stage, plan: WorkerPlan): AnyLogic {
  const inner = createMachine({
    initial: "first",
    states: {
      first: { after: { 30: "second" } },
      second: { after: { 300: "last" } },
      last: { type: "final" },
    },
  });
  const wait = fromPromise(async () => {
    await sleep(stage.draw.between(1, 60));
    stage.fail("reject later");
  });
  const beat = fromCallback(({ sendBack, receive: hear }) => {
    hear(() => sendBack({ type: "tick" }));
    sendAfter(self(), { type: "tick" }, 40);
    return () => {};
  });
  const acts = () => void act(stage, false);
  return createMachine({
    initial: "idle",
    entry: () => stage.failStart(plan),
    exit: () => stage.fail("throw in terminate"),
    invoke: [{ src: inner }, { src: beat }],
    on: {
      note: [
        { target: ".ended", guard: () => stage.world.maybe("stop by itself") },
        { actions: () => stage.fail("throw in cast") },
      ],
      act: { actions: acts },
      echo: { actions: ({ event }) => echo(stage, event) },
      tick: { actions: () => stage.fail("throw in timer") },
      "sys.*": { actions: () => stage.fail("throw in info") },
    },
    states: {
      idle: { after: { 25: "busy" } },
      busy: { invoke: { src: wait, onDone: "resting" } },
      resting: { on: { act: { target: "idle", actions: acts } } },
      ended: { type: "final" },
    },
  });
}

function echo(stage: Stage, event: object): void {
  stage.fail("throw in call");
  const { replyTo, question } = event as { readonly replyTo?: Ref; readonly question?: number };
  if (replyTo !== undefined) reply(replyTo, { question });
}
