// The words in which scenarios are told: one short function for each thing of the language.
import type {
  Action,
  Actor,
  Application,
  Child,
  Data,
  Handler,
  HandlerReaction,
  Machine,
  MachineReaction,
  Manager,
  MonitorWords,
  Next,
  Plain,
  Reaction,
  Scenario,
  Scope,
  Server,
  Start,
  Step,
  Supervisor,
  Target,
} from "./language.ts";

export function scenario(
  name: string,
  actors: Readonly<Record<string, Actor>>,
  ...steps: readonly Step[]
): Scenario {
  return { name, actors: Object.entries(actors), applications: [], steps };
}

/** A scenario about applications; `p` starts and stops them. */
export function applying(
  name: string,
  applications: readonly Application[],
  ...steps: readonly Step[]
): Scenario {
  return { name, actors: [["p", plain()]], applications, steps };
}

export const at = (target: Target, ...actions: readonly Action[]): Step => ({ at: target, do: actions });
export const pass = (passMs: number): Step => ({ passMs });

// Actors.
export const plain = (options: Omit<Plain, "kind"> = {}): Plain => ({ kind: "plain", ...options });
export const trapping = (options: Omit<Plain, "kind" | "trap"> = {}): Plain =>
  plain({ trap: true, ...options });
/** A process that does this and returns. */
export const once = (...first: readonly Action[]): Plain => plain({ first, returns: true });
export const server = (options: Omit<Server, "kind"> = {}): Server => ({ kind: "server", ...options });
export const machine = (
  initial: string,
  states: Readonly<Record<string, Readonly<Record<string, MachineReaction>>>>,
  entries: Readonly<Record<string, MachineReaction>> = {},
): Machine => ({
  kind: "machine",
  initial,
  states: Object.fromEntries(
    Object.entries(states).map(([name, on]) => {
      const entry = entries[name];
      return [name, entry === undefined ? { on } : { on, entry }];
    }),
  ),
});
export const supervisor = (
  strategy: Supervisor["strategy"],
  children: readonly Child[],
  options: Omit<Supervisor, "kind" | "strategy" | "children"> = {},
): Supervisor => ({ kind: "supervisor", strategy, children, log: "tree", ...options });

/** A server below a supervisor: it traps exits, so that its end is seen, and writes into the log of the tree. */
export const worker = (
  id: string,
  options: Omit<Child, "id" | "actor"> & Omit<Server, "kind"> = {},
): Child => {
  const { restart, shutdown, significant, ...actor } = options;
  return {
    id,
    actor: server({ trap: true, log: "tree", ...actor }),
    ...(restart === undefined ? {} : { restart }),
    ...(shutdown === undefined ? {} : { shutdown }),
    ...(significant === undefined ? {} : { significant }),
  };
};
export const under = (id: string, actor: Actor, options: Omit<Child, "id" | "actor"> = {}): Child => ({
  id,
  actor,
  ...options,
});

// Starts and reactions.
export const starts = (...outcomes: readonly Start["gives"][]): readonly Start[] =>
  outcomes.map((gives) => ({ gives }));
export const refuses = (reason: Data): Start["gives"] => ({ refuse: reason });
export const startDoing = (...actions: readonly Action[]): Start => ({ do: actions, gives: "ok" });
export const does = (...actions: readonly Action[]): Reaction => ({ do: actions });
export const replies = (value: Data, next: Next = {}): Reaction => ({ gives: { reply: value }, next });
export const stops = (reason: Data): Reaction => ({ gives: { stop: reason } });
export const holds = (as: string): Reaction => ({ gives: { hold: as } });
export const goesOn = (next: Next): Reaction => ({ next });

// Actions.
export const log = (text: string): Action => ({ do: "log", text });
export const sleep = (ms: number): Action => ({ do: "sleep", ms });
export const trap = (flag: boolean): Action => ({ do: "trap", flag });
type StartWords = {
  readonly monitor?: string;
  readonly name?: string;
  readonly timeoutMs?: number;
  readonly untold?: true;
};
export const start = (as: string, actor: Actor, options: StartWords = {}): Action => ({
  do: "start",
  as,
  actor,
  linked: false,
  ...options,
});
export const startLinked = (as: string, actor: Actor, options: StartWords = {}): Action => ({
  do: "start",
  as,
  actor,
  linked: true,
  ...options,
});
export const send = (to: Target, message: string): Action => ({ do: "send", to, message });
export const cast = (to: Target, message: string): Action => ({ do: "cast", to, message });
export const call = (to: Target, message: string, timeoutMs?: number): Action =>
  timeoutMs === undefined ? { do: "call", to, message } : { do: "call", to, message, timeoutMs };
export const request = (to: Target, message: string, as: string): Action => ({
  do: "request",
  to,
  message,
  as,
});
export const receiveReply = (as: string, timeoutMs: number): Action => ({
  do: "await",
  as,
  timeoutMs,
  keeps: false,
});
export const waitForReply = (as: string, timeoutMs: number): Action => ({
  do: "await",
  as,
  timeoutMs,
  keeps: true,
});
export const reply = (to: string, value: Data): Action => ({ do: "reply", to, value });
export const link = (to: Target): Action => ({ do: "link", to });
export const unlink = (to: Target): Action => ({ do: "unlink", to });
export const monitor = (of: Target, as: string, options?: MonitorWords): Action =>
  options === undefined ? { do: "monitor", of, as } : { do: "monitor", of, as, options };
export const demonitor = (as: string, flush = false): Action => ({ do: "demonitor", as, flush });
export const exit = (of: Target, reason: Data): Action => ({ do: "exit", of, reason });
export const end = (reason: Data): Action => ({ do: "end", reason });
export const crash = (reason: Data): Action => ({ do: "crash", reason });
export const throwing = (reason: Data): Action => ({ do: "throw", reason });
export const register = (name: string, of: Target): Action => ({ do: "register", name, of });
export const unregister = (name: string): Action => ({ do: "unregister", name });
export const whereis = (name: string): Action => ({ do: "whereis", name });
export const alive = (of: Target): Action => ({ do: "alive", of });
export const receive = (message: string, timeoutMs = 0): Action => ({ do: "receive", message, timeoutMs });
export const alias = (as: string, isForReply = false): Action => ({ do: "alias", as, reply: isForReply });
export const unalias = (as: string): Action => ({ do: "unalias", as });
export const sendAfter = (ms: number, to: Target, message: string, as = "t"): Action => ({
  do: "send_after",
  to,
  message,
  ms,
  as,
});
export const startTimer = (ms: number, to: Target, message: string, as = "t"): Action => ({
  do: "start_timer",
  to,
  message,
  ms,
  as,
});
export const cancelTimer = (as = "t"): Action => ({ do: "cancel_timer", as });
export const stop = (of: Target, reason: Data = "normal", timeoutMs = 5_000): Action => ({
  do: "stop",
  of,
  reason,
  timeoutMs,
});
export const startChild = (of: Target, child: Child): Action => ({ do: "start_child", of, child });
export const startSimple = (of: Target, name: string): Action => ({ do: "start_simple_child", of, name });
export const terminateChild = (of: Target, id: string): Action => ({ do: "terminate_child", of, id });
export const terminatePid = (of: Target, pid: Target): Action => ({ do: "terminate_pid", of, pid });
export const restartChild = (of: Target, id: string): Action => ({ do: "restart_child", of, id });
export const deleteChild = (of: Target, id: string): Action => ({ do: "delete_child", of, id });
export const childspec = (of: Target, id: string): Action => ({ do: "get_childspec", of, id });
export const whichChildren = (of: Target): Action => ({ do: "which_children", of, sorted: false });
export const whichChildrenSorted = (of: Target): Action => ({ do: "which_children", of, sorted: true });
export const countChildren = (of: Target): Action => ({ do: "count_children", of });

// Event managers.
export const manager: Manager = { kind: "manager" };
export const handler = (id: string, options: Omit<Handler, "id"> = {}): Handler => ({ id, ...options });
export const removes: HandlerReaction = { gives: "remove" };
export const notify = (to: Target, message: string): Action => ({ do: "notify", to, message });
export const syncNotify = (to: Target, message: string): Action => ({ do: "sync_notify", to, message });
export const addHandler = (to: Target, handler: Handler): Action => ({
  do: "add_handler",
  to,
  handler,
  supervised: false,
});
export const addSupervised = (to: Target, handler: Handler): Action => ({
  do: "add_handler",
  to,
  handler,
  supervised: true,
});
export const deleteHandler = (to: Target, id: string, given: Data = "bye"): Action => ({
  do: "delete_handler",
  to,
  id,
  given,
});
export const swapHandler = (to: Target, id: string, handler: Handler, given: Data = "bye"): Action => ({
  do: "swap_handler",
  to,
  id,
  given,
  handler,
});
export const callHandler = (to: Target, id: string, message: string): Action => ({
  do: "call_handler",
  to,
  id,
  message,
});
export const whichHandlers = (to: Target): Action => ({ do: "which_handlers", to });

// Applications.
export const application = (
  name: string,
  dependsOn: readonly string[],
  children: readonly Child[],
  options: Omit<Supervisor, "kind" | "strategy" | "children"> = {},
): Application => ({ name, dependsOn, tree: supervisor("one_for_one", children, options) });
export const startApplication = (name: string, type: "temporary" | "transient" = "temporary"): Action => ({
  do: "start_application",
  name,
  type,
});
export const startAll = (name: string): Action => ({ do: "start_all", name });
export const stopApplication = (name: string): Action => ({ do: "stop_application", name });
export const unload = (name: string): Action => ({ do: "unload", name });
export const runningApplications: Action = { do: "running_applications" };

// Groups.
export const scope: Scope = { kind: "scope" };
export const join = (scope: string, group: string, ...who: readonly Target[]): Action => ({
  do: "join",
  scope,
  group,
  who,
});
export const leave = (scope: string, group: string, ...who: readonly Target[]): Action => ({
  do: "leave",
  scope,
  group,
  who,
});
export const members = (scope: string, group: string): Action => ({ do: "members", scope, group });
export const groupsOf = (scope: string): Action => ({ do: "groups", scope });
export const monitorGroup = (scope: string, group: string, as: string): Action => ({
  do: "monitor_group",
  scope,
  group,
  as,
});
export const demonitorGroup = (scope: string, as: string): Action => ({ do: "demonitor_group", scope, as });
