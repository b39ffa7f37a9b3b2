// What a worker may do of its own accord: one deed at random, mostly to somebody on another node, each noted.
import {
  AiexError,
  call,
  cast,
  demonitor,
  disconnectNode,
  exit,
  groupMembers,
  joinGroup,
  leaveGroup,
  link,
  monitor,
  type Pid,
  self,
  send,
  spawnOn,
  unlink,
} from "../../runtime/index.ts";
import { ExitSelf } from "../../runtime/process/exit-reason.ts";
import { groups, type Stage, scope, workerKey } from "./stage.ts";

/** Bytes of the larger messages, which fill a window sooner, and of the largest, which no single envelope holds. */
const largeBytes = 40_000;
const hugeBytes = 1_500_000;

type Deed = (stage: Stage, own: string) => void;

/** One deed of the running process. */
export function act(stage: Stage): void {
  const own = stage.label(self());
  try {
    stage.draw.one(deeds)(stage, own);
  } catch (thrown) {
    if (thrown instanceof ExitSelf) throw thrown;
    // An answer like `noproc` is one of those to expect.
    if (!(thrown instanceof AiexError))
      stage.note({ type: "stuck", what: `a deed of ${own} failed: ${String(thrown)}` });
  }
}

function sendNotes(stage: Stage, own: string): void {
  const to = stage.somebody();
  if (to === undefined) return;
  for (let count = stage.draw.one([1, 1, 1, 5, 40]); count > 0; count -= 1) sendNote(stage, own, to.pid);
}

function sendNote(stage: Stage, own: string, to: Pid): void {
  const label = stage.label(to);
  const number = stage.nextMessage(own, label);
  const padding = "x".repeat(paddingBytes(stage));
  stage.note({ type: "sent", from: own, to: label, number });
  if (stage.draw.chance(0.5)) cast(to, "note", { from: own, number, padding });
  else send(to, { type: "note", from: own, number, padding });
}

function paddingBytes({ draw }: Stage): number {
  if (draw.chance(0.02)) return largeBytes;
  return draw.chance(0.001) ? hugeBytes : 0;
}

function ask(stage: Stage, own: string): void {
  const to = stage.somebody();
  if (to === undefined) return;
  const question = stage.nextNumber();
  const timeoutMs = stage.draw.one([5, 500, 5_000, 20_000]);
  stage.note({ type: "asked", call: question, by: own, of: to.label });
  const isGone = (): boolean => stage.players.get(own)?.program.world.isDead === true;
  void call(to.pid, "echo", { question }, { timeoutMs }).then(
    (answer) => {
      if (isGone()) return;
      const isRight = (answer as { readonly question: number }).question === question;
      stage.note({ type: "answered", call: question, outcome: "replied", isRight });
    },
    (error: unknown) => {
      if (isGone()) return;
      const outcome = error instanceof AiexError ? error.code : String(error);
      stage.note({ type: "answered", call: question, outcome, isRight: true });
    },
  );
}

function watch(stage: Stage, own: string): void {
  const to = stage.somebody();
  if (to === undefined || to.label === own) return;
  const ref = monitor(to.pid);
  const label = `${stage.players.get(own)?.program.label}:${ref.ref}`;
  stage.note({ type: "monitored", ref: label, by: own, of: to.label });
  const watches = stage.watches.get(own) ?? [];
  stage.watches.set(own, watches);
  watches.push({ ref: label, end: () => demonitor(ref, { flush: true }) });
}

function watchNoMore(stage: Stage, own: string): void {
  const watches = stage.watches.get(own) ?? [];
  const [one] = watches.splice(stage.draw.between(0, watches.length), 1);
  if (one !== undefined) stage.note({ type: "demonitored", ref: one.ref, wasActive: one.end() });
}

function linkTo(stage: Stage, own: string): void {
  const to = stage.somebody();
  if (to === undefined || to.label === own) return;
  // Before, since what is to come of it may come at once.
  stage.note({ type: "linked", by: own, of: to.label });
  link(to.pid);
}

function unlinkFrom(stage: Stage, own: string): void {
  const to = stage.somebody();
  if (to === undefined || to.label === own) return;
  unlink(to.pid);
  stage.note({ type: "unlinked", by: own, of: to.label });
}

function startElsewhere(stage: Stage): void {
  if (stage.living.size > livingMax) return;
  const node = stage.draw.one(stage.names);
  // Nobody waits for it; a start that fails has nobody that could be lost.
  void spawnOn(node, workerKey, {}).catch((error: unknown) => {
    if (!(error instanceof AiexError))
      stage.note({ type: "stuck", what: `a start failed: ${String(error)}` });
  });
}

/** So many workers in all: enough to meet, few enough to play quickly. */
const livingMax = 40;

function joinOrLeave(stage: Stage, own: string): void {
  const group = stage.draw.one(groups);
  if (stage.draw.chance(0.7)) {
    joinGroup(scope, group, self());
    stage.note({ type: "joined", pid: own, group });
  } else if (leaveGroup(scope, group, self())) stage.note({ type: "left", pid: own, group });
}

function sendToGroup(stage: Stage, own: string): void {
  for (const member of groupMembers(scope, stage.draw.one(groups)))
    if (stage.players.has(stage.label(member))) sendNote(stage, own, member);
}

function order(stage: Stage): void {
  const to = stage.somebody();
  if (to !== undefined && stage.living.size > stage.names.length)
    exit(to.pid, stage.draw.one(["kill", "kill", `told ${stage.nextNumber()}`]));
}

const deeds: readonly Deed[] = [
  sendNotes,
  sendNotes,
  sendNotes,
  sendNotes,
  ask,
  ask,
  watch,
  watch,
  watchNoMore,
  linkTo,
  linkTo,
  unlinkFrom,
  startElsewhere,
  joinOrLeave,
  joinOrLeave,
  sendToGroup,
  order,
  (stage) => {
    if (stage.draw.chance(0.1)) exit(`enough ${stage.nextNumber()}`);
  },
  (stage) => {
    if (stage.draw.chance(stage.odds.farewell)) disconnectNode(stage.draw.one(stage.names));
  },
];
