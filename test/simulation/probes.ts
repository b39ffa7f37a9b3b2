// The eyes of the room: they note what the runtime does to every process. The only file here that knows its insides.
import type {
  AnyLogic,
  NativeLogic,
  Pid,
  Protocol,
  RuntimeEvent,
  RuntimeEvents,
} from "../../runtime/index.ts";
import { DownMessage, ExitMessage, isOrderly, isPid } from "../../runtime/index.ts";
import { hostLogic } from "../../runtime/logic/logic.ts";
import { type Behaviour, InitIgnored, InitRefused } from "../../runtime/process/behaviour.ts";
import { processOfCode } from "../../runtime/process/current.ts";
import { isUserItem, Request } from "../../runtime/process/mailbox.ts";
import type { Process } from "../../runtime/process/process.ts";
import type { Timer } from "../../runtime/process/timers.ts";
import { RestartBudget } from "../../runtime/supervision/restart-budget.ts";
import type { Item } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import { type Player, reasonText, type Stage } from "./stage.ts";

export interface Birth {
  readonly place: string;
  readonly plan: Plan;
  readonly isSupervised: boolean;
  /** Its supervisor may have one process at a time in this place. */
  readonly isOnly: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: logic of every kind passes through here.
type Watched = NativeLogic<any, any>;

/** The same logic, each process of which is watched from before its first line to its end. */
export function watched(stage: Stage, logic: AnyLogic, birth: Birth): Watched {
  return {
    logicName: birth.place,
    host: (process) => {
      const { place, plan, isSupervised, isOnly } = birth;
      const parent = process.parent?.pid.id;
      const player: Player = { pid: process.pid, process, parent, place, plan, isSupervised };
      const behaviour = hostLogic(process, logic);
      stage.players.set(process.pid.id, player);
      stage.living.add(player);
      if (parent !== undefined) stage.link(process.pid.id, parent);
      stage.note({
        type: "born",
        pid: process.pid.id,
        place,
        parent,
        isSupervised,
        isOnly,
        isBounded: process.bound !== undefined,
        isTable: plan.kind === "unique" || plan.kind === "duplicate" || plan.kind === "scope",
        isOrdered: plan.kind === "supervisor",
      });
      watchLife(stage, player, behaviour);
      watchMailbox(stage, player);
      return behaviour;
    },
  };
}

function watchLife(stage: Stage, player: Player, behaviour: Behaviour): void {
  const { process } = player;
  const pid = process.pid.id;
  const init = behaviour.init.bind(behaviour);
  behaviour.init = (input) => {
    stage.step(player);
    const outcome = init(input);
    const note = (isReady: boolean): void => {
      stage.step(player);
      // One whose end is certain by now is not acknowledged any more.
      if (process.isAlive) stage.note({ type: isReady ? "ready" : "refused", pid });
    };
    const isReady = (settled: unknown): boolean =>
      !(settled instanceof InitRefused || settled instanceof InitIgnored);
    if (outcome instanceof Promise) {
      outcome.then(
        (settled) => note(isReady(settled)),
        () => note(false),
      );
    } else note(isReady(outcome));
    return outcome;
  };
  const terminate = behaviour.terminate.bind(behaviour);
  behaviour.terminate = (reason) => {
    stage.note({ type: "stopping", pid, reason: reasonText(reason) });
    stage.step(player);
    const note = (): void => {
      if (process.isAlive) stage.note({ type: "stopped", pid });
    };
    const ended = terminate(reason);
    if (ended instanceof Promise) ended.then(note, note);
    else note();
    return ended;
  };
  const receive = behaviour.receive.bind(behaviour);
  behaviour.receive = (item) => {
    noteHandled(stage, player, item);
    return receive(item);
  };
  const release = behaviour.release.bind(behaviour);
  behaviour.release = () => {
    release();
    stage.living.delete(player);
    stage.note({ type: "ended", pid });
    for (const peer of stage.peersOf(pid)) {
      const { process: other } = stage.players.get(peer) ?? {};
      if (other?.hasEnded === false)
        stage.note({ type: "peer_ended", pid: peer, of: pid, isTrapping: other.trapsExits });
    }
  };
}

/** Notes that a process deals with what it was given. */
export function noteHandled(stage: Stage, player: Player, item: object): void {
  const seen = itemOf(stage, item);
  if (seen !== undefined) stage.note({ type: "handled", by: player.pid.id, ...seen });
  stage.step(player);
}

function watchMailbox(stage: Stage, player: Player): void {
  const { process } = player;
  const to = process.pid.id;
  const deliver = process.deliver.bind(process);
  process.deliver = (item, priority) => {
    const seen = process.hasEnded ? undefined : itemOf(stage, item);
    if (seen !== undefined) stage.note({ type: "delivered", to, ...seen });
    if (seen?.item === "down") lookFor(stage, to, seen.of);
    if (seen?.item === "exit") lookFor(stage, to, seen.from);
    deliver(item, priority);
    if (process.bound === undefined) return;
    let waiting = 0;
    process.mailbox.take((other) => {
      if (isUserItem(other)) waiting += 1;
      return false;
    });
    if (waiting > process.bound.max)
      stage.note({ type: "crowded", pid: to, waiting, max: process.bound.max });
  };
}

/** Notes wherever a process that has ended can still be found. */
function lookFor(stage: Stage, by: number, dead: number): void {
  const process = stage.players.get(dead)?.process;
  if (process?.hasEnded !== true) return;
  for (const where of placesOf(stage, process)) stage.note({ type: "found", by, dead, where });
}

function placesOf({ kernel }: Stage, process: Process): string[] {
  const { pid } = process;
  const found: string[] = [];
  if (kernel.processes.has(pid.id)) found.push("among the processes");
  for (const [name, holder] of kernel.names) if (holder === process) found.push(`name ${name}`);
  for (const [name, table] of kernel.registries) {
    for (const key of table.keysOf(process)) found.push(`key ${key} of ${name}`);
  }
  for (const [name, scope] of kernel.scopes) {
    for (const group of scope.groups())
      if (scope.members(group).some((member) => member.id === pid.id))
        found.push(`group ${group} of ${name}`);
  }
  for (const { owner } of kernel.aliases.values()) if (owner === process) found.push("an alias");
  return found;
}

function itemOf(stage: Stage, item: object): Item | undefined {
  if (item instanceof DownMessage) {
    const { ref } = item.ref;
    return { item: "down", ref, of: stage.watched.get(ref) ?? 0, reason: reasonText(item.reason) };
  }
  if (item instanceof ExitMessage)
    return { item: "exit", from: item.from.id, reason: reasonText(item.reason) };
  const fields = (item instanceof Request ? item.payload : item) as Readonly<Record<string, unknown>>;
  if ((item as { readonly type: string }).type !== "note") return undefined;
  return { item: "message", from: Number(fields.from), number: Number(fields.number) };
}

/** Notes what supervisors tell and spend, and lets the scheduler choose otherwise. Gives back how to let go. */
export function watchNode(stage: Stage): { readonly armed: () => number; readonly release: () => void } {
  const { node, kernel, draw, odds } = stage;
  node.subscribe((event) => noteEvent(stage, event));
  const timers: Timer[] = [];
  const start = kernel.timers.start.bind(kernel.timers);
  kernel.timers.start = (delayMs, run) => {
    const timer = start(delayMs, run);
    timers.push(timer);
    return timer;
  };
  const { scheduler } = kernel;
  const spend = scheduler.spend.bind(scheduler);
  scheduler.spend = () => spend() || draw.chance(odds.yields);
  const ready = scheduler.ready.bind(scheduler);
  // Nothing is promised about who runs first: whoever could run may have to wait while others do.
  scheduler.ready = (runnable) => {
    if (draw.chance(odds.passOver)) stage.world.turns.afterIo(() => ready(runnable));
    else ready(runnable);
  };
  return { armed: () => timers.filter((timer) => timer.isArmed).length, release: watchBudgets(stage) };
}

function watchBudgets(stage: Stage): () => void {
  const { spend } = RestartBudget.prototype;
  RestartBudget.prototype.spend = function (nowMs) {
    const isAllowed = spend.call(this, nowMs);
    const by = processOfCode()?.pid.id ?? 0;
    const { maxRestarts, withinMs } = this;
    stage.note({ type: "spent", by, isAllowed, maxRestarts, withinMs });
    return isAllowed;
  };
  return () => {
    RestartBudget.prototype.spend = spend;
  };
}

function noteEvent(stage: Stage, event: RuntimeEvent): void {
  const { name, data } = event;
  if (!name.startsWith("supervisor_")) return;
  const by = processOfCode()?.pid.id ?? 0;
  const fields = data as Readonly<Record<string, unknown>>;
  const { pid } = fields;
  stage.note({
    type: "told",
    by,
    event: name.slice("supervisor_".length),
    child: String(fields.child),
    pid: isPid(pid) ? (pid as Pid<Protocol>).id : undefined,
    reason: "reason" in fields ? reasonText(fields.reason as string) : undefined,
    needsRestart: event.name === "supervisor_child_exited" && needsRestart(event.data),
    restarts: fields.restarts as number | undefined,
    maxRestarts: fields.maxRestarts as number | undefined,
  });
  const supervisor = stage.players.get(by);
  if (supervisor !== undefined) stage.step(supervisor);
}

function needsRestart({ spec, reason }: RuntimeEvents["supervisor_child_exited"]): boolean {
  return spec.restart === "permanent" || (spec.restart === "transient" && !isOrderly(reason));
}
