// What a process may do of its own accord: one deed at random, each noted so that its consequences can be judged.
import {
  AiexError,
  alias,
  call,
  cancelTimer,
  cast,
  demonitor,
  demonitorGroup,
  exit,
  groupMembers,
  joinGroup,
  leaveGroup,
  link,
  lockKey,
  lookup,
  monitor,
  monitorGroup,
  named,
  type Pid,
  type Ref,
  register,
  registerKey,
  self,
  send,
  sendAfter,
  sendRequest,
  sleep,
  spawn,
  spawnMonitor,
  startTimer,
  task,
  trapExit,
  unalias,
  unlink,
  unregister,
  unregisterKey,
  via,
} from "../../runtime/index.ts";
import { ExitSelf } from "../../runtime/process/exit-reason.ts";
import type { MonitorOptions } from "../../runtime/process/monitors.ts";
import { drawWorker, groups, names, registryKeys, registryTopics, scopeName } from "./plan.ts";
import { noteHandled } from "./probes.ts";
import type { Stage } from "./stage.ts";
import { workerLogic } from "./workers.ts";

/**
 * A few things that the running process does, one after the other. `isAwaited` where it takes no message until it is done.
 */
export async function act(stage: Stage, isAwaited: boolean): Promise<void> {
  for (let count = stage.draw.between(1, 4); count > 0; count -= 1) {
    try {
      await stage.draw.one(deeds)(stage, isAwaited);
    } catch (thrown) {
      // Whoever ended while it waited has nothing more to say, and an answer like `noproc` is one of those to expect.
      if (thrown instanceof ExitSelf) return;
      if (!(thrown instanceof AiexError))
        stage.note({ type: "stuck", what: `a deed failed: ${String(thrown)}` });
    }
  }
}

type Deed = (stage: Stage, isAwaited: boolean) => void | Promise<void>;

/** Puts a question to a process and notes what came of it. */
export async function ask(
  stage: Stage,
  by: number,
  of: number,
  request: (call: number) => Promise<unknown>,
): Promise<void> {
  const call = stage.nextNumber();
  stage.note({ type: "asked", call, by, of });
  await request(call).then(
    (value) => {
      const isRight =
        typeof value !== "object" || value === null || !("question" in value) || value.question === call;
      stage.note({ type: "answered", call, outcome: "replied", isRight });
    },
    (error: unknown) => {
      const outcome = error instanceof AiexError ? error.code : "given up";
      stage.note({ type: "answered", call, outcome, isRight: true });
    },
  );
}

function sendNote(stage: Stage, to: Pid): void {
  const note = stage.nextMessage(self().id, to.id);
  if (stage.draw.chance(0.5)) cast(to, "note", note);
  else send(to, { type: "note", ...note });
}

function somebody(stage: Stage): Pid {
  // Now and then one of the dead.
  const dead = stage.draw.chance(0.1) ? stage.draw.maybeOne([...stage.players.values()]) : undefined;
  const workers = stage.draw.chance(0.6) ? [...stage.living].filter(({ plan }) => "traps" in plan) : [];
  return (dead ?? stage.draw.maybeOne(workers) ?? stage.anybody())?.pid ?? self();
}

async function callSomebody(stage: Stage, isAwaited: boolean): Promise<void> {
  const to = somebody(stage);
  // Two that wait for each other without end would do so rightly.
  const timeoutMs = stage.draw.one([1, 20, 500, 5_000, isAwaited ? 100 : Number.POSITIVE_INFINITY]);
  await ask(stage, self().id, to.id, (question) => call(to, "echo", { question }, { timeoutMs }));
}

/** More at once than a bounded mailbox takes. Nobody waits, so a question may wait without end. */
function flood(stage: Stage): void {
  const bounded = [...stage.living].filter(({ process }) => process.bound !== undefined);
  const to = (stage.draw.chance(0.7) ? stage.draw.maybeOne(bounded)?.pid : undefined) ?? somebody(stage);
  const timeoutMs = stage.draw.one([500, Number.POSITIVE_INFINITY]);
  for (let count = stage.draw.between(2, 12); count > 0; count -= 1) {
    if (stage.draw.chance(0.6)) sendNote(stage, to);
    else void ask(stage, self().id, to.id, (question) => call(to, "echo", { question }, { timeoutMs }));
  }
}

async function requestOfSomebody(stage: Stage): Promise<void> {
  const to = somebody(stage);
  const pending = sendRequest(to, "echo", { question: 0 });
  const then = stage.draw.one(["wait", "receive", "abandon", "forget"]);
  if (then === "abandon") pending.abandon();
  if (then === "abandon" || then === "forget") return;
  const timeoutMs = stage.draw.one([1, 200, 3_000]);
  await ask(stage, self().id, to.id, () => pending[then](timeoutMs).then(() => undefined));
}

function watchSomebody(stage: Stage): void {
  const target = somebody(stage);
  const { draw } = stage;
  const own = self().id;
  const options: MonitorOptions = {
    priority: draw.chance(0.2),
    ...(draw.chance(0.3) ? { alias: draw.one(["explicit", "demonitor", "reply_demonitor"]) } : {}),
    ...(draw.chance(0.3) ? { tag: "gone" } : {}),
  };
  const player = stage.players.get(own);
  const listens = draw.chance(0.2);
  const ref: Ref = listens
    ? monitor(target, (down) => player !== undefined && noteHandled(stage, player, down), options)
    : monitor(target, options);
  // Of one that has ended the DOWN is there before the reference: its monitor is noted in time for what is to come.
  // A listener is called at once, though a function has not got round to reading what came before.
  const overtakes = options.priority === true || (listens && player?.plan.kind === "function");
  noteMonitor(stage, ref, target, { ...options, priority: overtakes });
  if ("alias" in options) stage.aliases.push(ref);
  if (draw.chance(0.2)) endWatch(stage, ref);
}

function linkSomebody(stage: Stage): void {
  const own = stage.players.get(self().id);
  const peer = stage.players.get(somebody(stage).id);
  if (own === undefined || peer === undefined) return;
  link(peer.pid);
  // A registry keeps its links by its own rule: the last key that is given up ends them.
  const isTable = peer.plan.kind === "unique" || peer.plan.kind === "duplicate";
  if (peer === own || isTable || peer.process.hasEnded) return;
  stage.link(own.pid.id, peer.pid.id);
  // A child that leaves its supervisor breaks what that was promised.
  const isFamily = own.parent === peer.pid.id || peer.parent === own.pid.id;
  if (isFamily || !stage.draw.chance(0.3)) return;
  unlink(peer.pid);
  stage.unlink(own.pid.id, peer.pid.id);
}

function noteMonitor(stage: Stage, { ref }: Ref, target: Pid, options: MonitorOptions = {}): void {
  const { alias: mode, priority = false } = options;
  stage.watched.set(ref, target.id);
  const mayEndItself = mode === "reply_demonitor";
  stage.note({ type: "monitored", ref, pid: self().id, of: target.id, mayEndItself, isPriority: priority });
}

function endWatch(stage: Stage, ref: Ref): void {
  const wasActive = demonitor(ref, { flush: stage.draw.chance(0.5) });
  stage.note({ type: "demonitored", ref: ref.ref, wasActive });
}

async function startSomebody(stage: Stage): Promise<void> {
  const plan = drawWorker(stage.draw, `free${stage.nextNumber()}`, false);
  const logic = workerLogic(stage, plan, { place: plan.id, plan, isSupervised: false, isOnly: false });
  const { mailbox, traps, startTimeoutMs } = plan;
  const options = {
    link: stage.draw.chance(0.5),
    trapExit: traps,
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
  };
  if (stage.draw.chance(0.5)) {
    await spawn(logic, options);
    return;
  }
  const { pid, ref, ready } = spawnMonitor(logic, options);
  noteMonitor(stage, ref, pid);
  await ready;
}

async function delegate(stage: Stage): Promise<void> {
  const { draw } = stage;
  const work = async (): Promise<number> => {
    await sleep(draw.between(0, 300));
    if (draw.chance(0.3)) throw stage.accident();
    return 1;
  };
  const started = draw.chance(0.5) ? task.async(work) : task.asyncNolink(work);
  const then = draw.one(["await", "yield", "shutdown", "leave"]);
  // What a task that is awaited fails with ends its owner, as in Elixir.
  if (then === "await") await task.await(started, draw.between(1, 400));
  if (then === "yield") await task.yield(started, draw.between(1, 400));
  if (then === "shutdown") await task.shutdown(started, draw.one([10, 400, "brutal_kill"]));
}

function setTimer(stage: Stage): void {
  const { draw } = stage;
  const to = draw.one([self(), somebody(stage), named(draw.one(names))]);
  const delayMs = draw.between(0, 1_000);
  const ref = draw.chance(0.5) ? sendAfter(to, { type: "tick" }, delayMs) : startTimer(to, "tick", delayMs);
  if (draw.chance(0.3)) cancelTimer(ref);
}

function takeAlias(stage: Stage): void {
  const ref = alias({ reply: stage.draw.chance(0.5), priority: stage.draw.chance(0.3) });
  stage.aliases.push(ref);
  if (stage.draw.chance(0.2)) unalias(ref);
}

const deeds: readonly Deed[] = [
  (stage) => sendNote(stage, somebody(stage)),
  flood,
  callSomebody,
  callSomebody,
  requestOfSomebody,
  watchSomebody,
  watchSomebody,
  watchSomebody,
  linkSomebody,
  linkSomebody,
  (stage) => {
    const to = somebody(stage);
    // As in OTP a supervisor takes an exit signal of its child for the child's end: no child sends one.
    if (stage.players.get(self().id)?.parent === to.id) return;
    exit(to, stage.draw.one(["normal", "shutdown", "kill", `told ${stage.nextNumber()}`]));
  },
  (stage) => void trapExit(stage.draw.chance(0.7)),
  (stage) => register(stage.draw.one(names), somebody(stage)),
  (stage) => unregister(stage.draw.one(names)),
  (stage) => registerKey(stage.draw.one([registryKeys, registryTopics]), stage.draw.one(names)),
  (stage) => unregisterKey(stage.draw.one([registryKeys, registryTopics]), stage.draw.one(names)),
  (stage) => void lookup(registryTopics, stage.draw.one(names)),
  (stage) => send(via(registryKeys, stage.draw.one(names)), { type: "tick" }),
  (stage) => joinGroup(scopeName, stage.draw.one(groups), somebody(stage), self()),
  (stage) => void leaveGroup(scopeName, stage.draw.one(groups), self()),
  (stage) => {
    const { ref } = monitorGroup(scopeName, stage.draw.one(groups));
    if (stage.draw.chance(0.5)) demonitorGroup(scopeName, ref);
  },
  (stage) => {
    for (const member of groupMembers(scopeName, stage.draw.one(groups))) sendNote(stage, member);
  },
  setTimer,
  setTimer,
  takeAlias,
  (stage) => {
    const ref = stage.draw.maybeOne(stage.aliases);
    if (ref !== undefined) send(ref, { type: "tick" }, { priority: stage.draw.chance(0.5) });
  },
  startSomebody,
  delegate,
  async (stage) => {
    const [workMs, own] = [stage.draw.one([0, 100, 3_000]), self().id];
    await ask(stage, own, own, () => lockKey(registryKeys, "lock", () => sleep(workMs)));
  },
];
