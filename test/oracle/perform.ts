// What an actor is told to do, done with the runtime's verbs by the process that it is. Some of it is worth a line in its log.
import {
  type Address,
  AiexError,
  addHandler,
  addSupervisedHandler,
  alias,
  call,
  callHandler,
  cancelTimer,
  cast,
  childSpecOf,
  countChildren,
  deleteChild,
  deleteHandler,
  demonitor,
  demonitorGroup,
  type EventManager,
  exit,
  groupMembers,
  isAlive,
  joinGroup,
  leaveGroup,
  link,
  monitor,
  monitorGroup,
  named,
  notify,
  receiveTimeout,
  register,
  reply,
  restartChild,
  self,
  send,
  sendAfter,
  sendRequest,
  sleep,
  spawn,
  spawnMonitor,
  startChild,
  startTimer,
  stop,
  swapHandler,
  syncNotify,
  terminateChild,
  trapExit,
  tryReceive,
  unalias,
  unlink,
  unregister,
  whereis,
  whichChildren,
  whichGroups,
  whichHandlers,
} from "../../runtime/index.ts";
import { childSpec, isNameless, logicOf } from "./actors.ts";
import { described, listed, outcome, restartedChild, startedChild } from "./answers.ts";
import { added, handlerOf, left } from "./handler.ts";
import type { Action, Target } from "./language.ts";
import type { Role, Stage } from "./stage.ts";

type Name = Action["do"];
type Of<K extends Name, A = Action> = A extends { readonly do: infer D } ? (K extends D ? A : never) : never;
type Line = string | undefined;

export async function perform(stage: Stage, role: Role, actions: readonly Action[]): Promise<void> {
  for (const action of actions) {
    const line = await (performers[action.do] as Performer)(stage, action);
    // What a process has not told the runtime before its end it does not tell here either: any verb fails now.
    self();
    if (line !== undefined) role.tell(line);
  }
}

/** The same for what takes no time: a machine waits for nothing. */
export function performNow(stage: Stage, role: Role, actions: readonly Action[]): void {
  for (const action of actions) {
    const line = (performers[action.do] as Performer)(stage, action);
    if (line instanceof Promise) throw new Error(`A machine cannot "${action.do}": that takes time.`);
    if (line !== undefined) role.tell(line);
  }
}

type Performer<A = Action> = (stage: Stage, action: A) => Line | Promise<Line>;

const performers: { readonly [K in Name]: Performer<Of<K>> } = {
  log: (_, { text }) => text,
  sleep: (_, { ms }) => quietly(sleep(ms)),
  trap: (_, { flag }) => `trap: ${trapExit(flag)}`,
  start: async (stage, action) => {
    const line = await attempt(stage, `start ${action.as}`, () => startActor(stage, action));
    return action.untold === true ? undefined : line;
  },
  end: (_, { reason }) => exit(reason as never),
  crash: (_, { reason }) => {
    throw new Error(String(reason));
  },
  throw: (_, { reason }) => {
    throw reason;
  },
  alive: (stage, { of }) => `alive ${of}: ${isAlive(stage.pid(of))}`,

  send: (stage, { to, message }) =>
    onlyFailure(`send ${to}`, () => send(address(stage, to), { type: message })),
  cast: (stage, { to, message }) => nothing(cast(address(stage, to), message)),
  call: (stage, { to, message, timeoutMs }) =>
    attempt(stage, `call ${to} ${message}`, async () =>
      stage.text(
        await call(address(stage, to), message, undefined, timeoutMs === undefined ? {} : { timeoutMs }),
      ),
    ),
  request: (stage, { to, message, as }) =>
    nothing(stage.requests.set(as, sendRequest(address(stage, to), message))),
  await: (stage, { as, timeoutMs, keeps }) =>
    attempt(stage, `await ${as}`, async () => {
      const request = stage.request(as);
      return stage.text(await (keeps ? request.wait(timeoutMs) : request.receive(timeoutMs)));
    }),
  reply: (stage, { to, value }) => nothing(reply(stage.ref(to), value)),
  receive: async (_, { message, timeoutMs }) => {
    const got = await tryReceive(({ type }) => type === message, { timeoutMs });
    return `received ${got === receiveTimeout ? "nothing" : got.type}`;
  },
  alias: (stage, { as, reply: isForReply }) => nothing(stage.refs.set(as, alias({ reply: isForReply }))),
  unalias: (stage, { as }) => `unalias ${as}: ${unalias(stage.ref(as))}`,
  send_after: (stage, { to, message, ms, as }) =>
    nothing(stage.refs.set(as, sendAfter(address(stage, to), { type: message }, ms))),
  start_timer: (stage, { to, message, ms, as }) =>
    nothing(stage.refs.set(as, startTimer(address(stage, to), message, ms))),
  cancel_timer: (stage, { as }) => `cancel ${as}: ${cancelTimer(stage.ref(as)) !== false}`,

  link: (stage, { to }) => onlyFailure(`link ${to}`, () => link(stage.pid(to))),
  unlink: (stage, { to }) => nothing(unlink(stage.pid(to))),
  monitor: (stage, { of, as, options = {} }) =>
    nothing(stage.refs.set(as, monitor(address(stage, of), options))),
  demonitor: (stage, { as, flush }) => `demonitor ${as}: ${demonitor(stage.ref(as), { flush })}`,
  exit: (stage, { of, reason }) => nothing(exit(stage.pid(of), reason as never)),
  register: (stage, { name, of }) => okOrError(`register ${name} ${of}`, () => register(name, stage.pid(of))),
  unregister: (_, { name }) => okOrError(`unregister ${name}`, () => unregister(name)),
  whereis: (stage, { name }) => `whereis ${name}: ${stage.text(whereis(name))}`,
  stop: (stage, { of, reason, timeoutMs }) =>
    attempt(stage, `stop ${of}`, async () => {
      await stop(address(stage, of), reason as never, { timeoutMs });
      return "ok";
    }),

  start_child: (stage, { of, child }) =>
    attempt(stage, `start_child ${of} ${child.id}`, async () =>
      startedChild(stage, await startChild(stage.pid(of) as never, childSpec(stage, child))),
    ),
  start_simple_child: (stage, { of, name }) =>
    attempt(stage, `start_child ${of} ${name}`, async () =>
      startedChild(stage, await startChild(stage.pid(of) as never, [name])),
    ),
  terminate_child: (stage, { of, id }) =>
    attempt(stage, `terminate_child ${of} ${id}`, async () =>
      outcome(await terminateChild(stage.pid(of) as never, id)),
    ),
  terminate_pid: (stage, { of, pid }) =>
    attempt(stage, `terminate_child ${of} ${pid}`, async () =>
      outcome(await terminateChild(stage.pid(of) as never, stage.pid(pid))),
    ),
  restart_child: (stage, { of, id }) =>
    attempt(stage, `restart_child ${of} ${id}`, async () =>
      restartedChild(stage, await restartChild(stage.pid(of) as never, id)),
    ),
  delete_child: (stage, { of, id }) =>
    attempt(stage, `delete_child ${of} ${id}`, async () =>
      outcome(await deleteChild(stage.pid(of) as never, id)),
    ),
  get_childspec: (stage, { of, id }) =>
    attempt(stage, `get_childspec ${of} ${id}`, async () =>
      described(await childSpecOf(stage.pid(of) as never, id)),
    ),
  which_children: (stage, { of, sorted }) =>
    attempt(stage, `which_children ${of}`, async () =>
      listed(stage, await whichChildren(stage.pid(of) as never), sorted),
    ),
  count_children: (stage, { of }) =>
    attempt(stage, `count_children ${of}`, async () => {
      const { specs, active, supervisors, workers } = await countChildren(stage.pid(of) as never);
      return `specs ${specs}, active ${active}, supervisors ${supervisors}, workers ${workers}`;
    }),

  notify: (stage, { to, message }) => nothing(notify(address(stage, to) as EventManager, message)),
  sync_notify: (stage, { to, message }) =>
    attempt(stage, `sync_notify ${to} ${message}`, async () => {
      await syncNotify(address(stage, to) as EventManager, message);
      return "ok";
    }),
  add_handler: (stage, { to, handler, supervised }) =>
    attempt(stage, `add_handler ${to} ${handler.id}`, async () => {
      const add = supervised ? addSupervisedHandler : addHandler;
      return added(
        stage,
        await add(address(stage, to) as EventManager, handlerOf(stage, handler), { input: undefined }),
      );
    }),
  delete_handler: (stage, { to, id, given }) =>
    attempt(stage, `delete_handler ${to} ${id}`, async () =>
      left(stage, await deleteHandler(address(stage, to) as EventManager, id, given), "module_not_found"),
    ),
  swap_handler: (stage, { to, id, given, handler }) =>
    attempt(stage, `swap_handler ${to} ${id} ${handler.id}`, async () =>
      added(
        stage,
        await swapHandler(
          address(stage, to) as EventManager,
          { handler: id, given },
          handlerOf(stage, handler),
          { input: undefined },
        ),
      ),
    ),
  call_handler: (stage, { to, id, message }) =>
    attempt(stage, `call_handler ${to} ${id} ${message}`, async () =>
      left(stage, await callHandler(address(stage, to) as EventManager, id, message as never), "bad_module"),
    ),
  which_handlers: (stage, { to }) =>
    attempt(stage, `which_handlers ${to}`, async () =>
      (await whichHandlers(address(stage, to) as EventManager)).join(" "),
    ),

  join: (stage, { scope, group, who }) =>
    okOrError(`join ${scope} ${group}`, () =>
      joinGroup(scope, group, ...who.map((target) => stage.pid(target))),
    ),
  leave: (stage, { scope, group, who }) => {
    const wasIn = leaveGroup(scope, group, ...who.map((target) => stage.pid(target)));
    return `leave ${scope} ${group}: ${wasIn ? "ok" : "not_joined"}`;
  },
  members: (stage, { scope, group }) =>
    `members ${scope} ${group}: ${stage.names(groupMembers(scope, group))}`,
  groups: (_, { scope }) => `groups ${scope}: ${whichGroups(scope).join(" ")}`,
  monitor_group: (stage, { scope, group, as }) => {
    const { ref, members } = monitorGroup(scope, group);
    stage.refs.set(as, ref);
    return `monitor_group ${scope} ${group}: ${stage.names(members)}`;
  },
  demonitor_group: (stage, { scope, as }) => `demonitor_group ${as}: ${demonitorGroup(scope, stage.ref(as))}`,

  start_application: (stage, { name, type }) =>
    attempt(stage, `start_application ${name}`, () => okAfter(stage.applications.start(name, type))),
  start_all: (stage, { name }) =>
    attempt(
      stage,
      `start_all ${name}`,
      async () => `ok ${stage.text(await stage.applications.startAll(name))}`,
    ),
  stop_application: (stage, { name }) =>
    attempt(stage, `stop_application ${name}`, () => okAfter(stage.applications.stop(name))),
  unload: (stage, { name }) =>
    attempt(stage, `unload ${name}`, async () => okAfter(stage.applications.unload(name))),
  running_applications: (stage) => `running: ${[...stage.applications.running].sort().join(" ")}`,
};

async function startActor(stage: Stage, { as, actor, linked, monitor: watch, name, timeoutMs }: Of<"start">) {
  const options = {
    input: as,
    link: linked,
    trapExit: "trap" in actor && actor.trap === true,
    ...(name === undefined ? {} : { name }),
    ...(timeoutMs === undefined ? {} : { startTimeoutMs: timeoutMs }),
  };
  const logic = logicOf(stage, actor, as);
  if (isNameless(actor)) stage.enter(await spawn(logic, options as never), as, undefined);
  else if (watch === undefined) await spawn(logic, options as never);
  else {
    const { ref, ready } = spawnMonitor(logic, options as never);
    stage.refs.set(watch, ref);
    await ready;
  }
  return "ok";
}

function address(stage: Stage, to: Target): Address {
  if (to.startsWith("@")) return named(to.slice(1));
  return to.startsWith("#") ? stage.ref(to.slice(1)) : stage.pid(to);
}

/** What came of it, or how it failed. What is no failure of the runtime's words is no matter of this log. */
async function attempt(stage: Stage, what: string, run: () => Promise<string>): Promise<string> {
  try {
    return `${what}: ${await run()}`;
  } catch (error) {
    return `${what}: ${stage.errorText(error)}`;
  }
}

function onlyFailure(what: string, run: () => unknown): Line {
  const line = okOrError(what, run);
  return line.endsWith(": ok") ? undefined : line;
}

function okOrError(what: string, run: () => unknown): string {
  try {
    run();
    return `${what}: ok`;
  } catch (error) {
    if (error instanceof AiexError) return `${what}: error`;
    throw error;
  }
}

async function okAfter(done: Promise<void> | void): Promise<string> {
  await done;
  return "ok";
}

function nothing(_: unknown): undefined {
  return undefined;
}

async function quietly(promise: Promise<unknown>): Promise<undefined> {
  await promise;
  return undefined;
}
