// The language of the oracle: a scenario is data, told once, that this runtime and Erlang both play.
// Strings are Erlang's atoms; an object with one key is a pair: `{ shutdown: "x" }` is `{shutdown, x}`.

export type Data = string | number | boolean | readonly Data[] | { readonly [key: string]: Data };

/**
 * Who is meant: the name of an actor, which is the latest of that name; `a.2` is the second that was started as `a`;
 * `@a` is whoever is registered as `a`; `#a` is the alias that was made as `a`.
 */
export type Target = string;

/** What an actor does, one action after the other, in its own process. What comes of it is written into its log. */
export type Action =
  | { readonly do: "log"; readonly text: string }
  | { readonly do: "sleep"; readonly ms: number }
  | { readonly do: "trap"; readonly flag: boolean }
  /** Starts a process and waits for its init. `name` registers it; `monitor` names the monitor set with the start. */
  | {
      readonly do: "start";
      readonly as: string;
      readonly actor: Actor;
      readonly linked: boolean;
      readonly monitor?: string;
      readonly name?: string;
      readonly timeoutMs?: number;
      /** No line about how it came out: for a starter that falls with it, or just before. */
      readonly untold?: true;
    }
  | { readonly do: "send" | "cast"; readonly to: Target; readonly message: string }
  | { readonly do: "call"; readonly to: Target; readonly message: string; readonly timeoutMs?: number }
  | { readonly do: "request"; readonly to: Target; readonly message: string; readonly as: string }
  /** `keeps` waits for the reply, which can be waited for again when it does not come; without it a late reply is dropped. */
  | { readonly do: "await"; readonly as: string; readonly timeoutMs: number; readonly keeps: boolean }
  | { readonly do: "reply"; readonly to: string; readonly value: Data }
  | { readonly do: "link" | "unlink"; readonly to: Target }
  | { readonly do: "monitor"; readonly of: Target; readonly as: string; readonly options?: MonitorWords }
  | { readonly do: "demonitor"; readonly as: string; readonly flush: boolean }
  | { readonly do: "exit"; readonly of: Target; readonly reason: Data }
  | { readonly do: "end" | "crash" | "throw"; readonly reason: Data }
  | { readonly do: "register"; readonly name: string; readonly of: Target }
  | { readonly do: "unregister" | "whereis"; readonly name: string }
  | { readonly do: "alive"; readonly of: Target }
  | { readonly do: "receive"; readonly message: string; readonly timeoutMs: number }
  | { readonly do: "alias"; readonly as: string; readonly reply: boolean }
  | { readonly do: "unalias"; readonly as: string }
  | {
      readonly do: "send_after" | "start_timer";
      readonly to: Target;
      readonly message: string;
      readonly ms: number;
      readonly as: string;
    }
  | { readonly do: "cancel_timer"; readonly as: string }
  | { readonly do: "stop"; readonly of: Target; readonly reason: Data; readonly timeoutMs: number }
  | { readonly do: "start_child"; readonly of: Target; readonly child: Child }
  | { readonly do: "start_simple_child"; readonly of: Target; readonly name: string }
  | {
      readonly do: "terminate_child" | "restart_child" | "delete_child" | "get_childspec";
      readonly of: Target;
      readonly id: string;
    }
  | { readonly do: "terminate_pid"; readonly of: Target; readonly pid: Target }
  /** `sorted` where OTP gives no order. */
  | { readonly do: "which_children"; readonly of: Target; readonly sorted: boolean }
  | { readonly do: "count_children"; readonly of: Target }
  | { readonly do: "notify" | "sync_notify"; readonly to: Target; readonly message: string }
  /** A supervised one belongs to who adds it. */
  | {
      readonly do: "add_handler";
      readonly to: Target;
      readonly handler: Handler;
      readonly supervised: boolean;
    }
  | { readonly do: "delete_handler"; readonly to: Target; readonly id: string; readonly given: Data }
  | {
      readonly do: "swap_handler";
      readonly to: Target;
      readonly id: string;
      readonly given: Data;
      readonly handler: Handler;
    }
  | { readonly do: "call_handler"; readonly to: Target; readonly id: string; readonly message: string }
  | { readonly do: "which_handlers"; readonly to: Target }
  | {
      readonly do: "start_application";
      readonly name: string;
      readonly type: "temporary" | "transient" | "permanent";
    }
  | { readonly do: "start_all" | "stop_application" | "unload"; readonly name: string }
  | {
      readonly do: "join" | "leave";
      readonly scope: string;
      readonly group: string;
      readonly who: readonly Target[];
    }
  /** What order they are told in is left open: they are sorted. */
  | { readonly do: "members"; readonly scope: string; readonly group: string }
  | { readonly do: "groups"; readonly scope: string }
  | { readonly do: "monitor_group"; readonly scope: string; readonly group: string; readonly as: string }
  | { readonly do: "demonitor_group"; readonly scope: string; readonly as: string }
  /** Those of the scenario, sorted. */
  | { readonly do: "running_applications" };

export interface MonitorWords {
  readonly tag?: string;
  readonly alias?: "explicit" | "demonitor" | "reply_demonitor";
}

export type Actor = Plain | Server | Machine | Manager | Scope | Supervisor | Faulty;

interface Told {
  /** Whose log its lines go to; by default its own. Lines in the log of another begin with the actor's name. */
  readonly log?: string;
}

/** A bare process (OTP: `spawn`; here a function) that logs what it gets and does what it is told. */
export interface Plain extends Told {
  readonly kind: "plain";
  readonly trap?: boolean;
  /** What it does before it looks into its mailbox. */
  readonly first?: readonly Action[];
  /** It returns behind `first`, and does not wait for messages. */
  readonly returns?: boolean;
}

export interface Server extends Told {
  readonly kind: "server";
  readonly trap?: boolean;
  /** How each start of this name comes out; the last holds for all that follow. Without it each succeeds. */
  readonly starts?: readonly Start[];
  readonly calls?: Readonly<Record<string, Reaction>>;
  readonly casts?: Readonly<Record<string, Reaction>>;
  readonly infos?: Readonly<Record<string, Reaction>>;
  readonly continues?: Readonly<Record<string, Reaction>>;
  readonly timeout?: Reaction;
  /** What it does in `terminate`. */
  readonly terminate?: readonly Action[];
}

export interface Start {
  readonly do?: readonly Action[];
  readonly gives:
    | "ok"
    | "ignore"
    | { readonly ok: Next }
    | { readonly refuse: Data }
    | { readonly garbage: Data };
}

export interface Reaction {
  readonly do?: readonly Action[];
  /** `hold` keeps the caller's tag under a name for `reply`. Without any the server goes on, and answers nothing. */
  readonly gives?:
    | "noreply"
    | { readonly reply: Data }
    | { readonly hold: string }
    | Stop
    | { readonly garbage: Data };
  readonly next?: Next;
}

interface Stop {
  readonly stop: Data;
  readonly reply?: Data;
}

export interface Next {
  readonly timeoutMs?: number;
  readonly continue?: string;
  readonly hibernate?: true;
}

/** A state machine (OTP: `gen_statem` with state enter calls). It logs each state that it enters and each event that it takes. */
export interface Machine extends Told {
  readonly kind: "machine";
  readonly trap?: boolean;
  readonly initial: string;
  readonly states: Readonly<Record<string, MachineState>>;
}

export interface MachineState {
  /** What follows when the state is entered. */
  readonly entry?: MachineReaction;
  /** By event: messages, casts, calls, raised events and timeouts have the same names. Others pass unseen. */
  readonly on: Readonly<Record<string, MachineReaction>>;
}

export interface MachineReaction {
  /** What takes no time: `log`, `send`, `cast`, `exit`, `end`, `crash`. */
  readonly do?: readonly Action[];
  readonly to?: string;
  /** Enters the same state once more. */
  readonly repeats?: true;
  readonly postpones?: true;
  /** Events that come before every other. */
  readonly raises?: readonly string[];
  readonly starts?: readonly Timeout[];
  /** Timeouts to stop. */
  readonly cancels?: readonly TimeoutName[];
  /** The answer to this call. */
  readonly reply?: Data;
  /** Keeps the caller's tag under a name. */
  readonly hold?: string;
  /** Answers to callers whose tags were kept, in this order. */
  readonly replies?: readonly (readonly [to: string, value: string])[];
  /** Ends the machine with this step. */
  readonly stops?: "normal";
}

/** `event`, `state`, or a name of one's own. */
export type TimeoutName = string;

export interface Timeout {
  readonly key: TimeoutName;
  readonly ms: number;
  readonly event: string;
}

/** An event manager (OTP: `gen_event`). */
export interface Manager {
  readonly kind: "manager";
}

/** A scope of process groups (OTP: `pg`), named as the actor is. */
export interface Scope {
  readonly kind: "scope";
}

/** A handler of an event manager. In `terminate` it gives `left`. */
export interface Handler extends Told {
  readonly id: string;
  readonly begins?: Start;
  readonly events?: Readonly<Record<string, HandlerReaction>>;
  readonly calls?: Readonly<Record<string, HandlerReaction>>;
  /** What it does in `terminate`. */
  readonly leaves?: readonly Action[];
}

export interface HandlerReaction {
  readonly do?: readonly Action[];
  readonly gives?:
    | "remove"
    | { readonly reply: Data }
    | { readonly swap: Handler }
    | { readonly garbage: Data };
}

export interface Supervisor extends Told {
  readonly kind: "supervisor";
  readonly ignores?: boolean;
  readonly strategy: "one_for_one" | "one_for_all" | "rest_for_one" | "simple_one_for_one";
  readonly intensity?: number;
  /** Seconds. */
  readonly period?: number;
  readonly autoShutdown?: "any_significant" | "all_significant";
  readonly children: readonly Child[];
}

/** A start function that does not do what it must. */
export interface Faulty {
  readonly kind: "faulty";
  readonly start: "crash" | "throw" | "end" | "garbage";
}

export interface Child {
  readonly id: string;
  readonly actor: Actor;
  readonly restart?: "permanent" | "transient" | "temporary";
  readonly shutdown?: number | "brutal_kill" | "infinity";
  readonly significant?: boolean;
}

/** Its tree's supervisor has its name. The log of the tree tells of its hooks too. */
export interface Application {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly tree: Supervisor;
}

/** One actor is told to do something, or time passes. After each step everything comes to rest. */
export type Step = { readonly at: Target; readonly do: readonly Action[] } | { readonly passMs: number };

export interface Scenario {
  /** Begins with the ids of the rules that it shows. */
  readonly name: string;
  /** Started in this order by nobody, that is, not linked. */
  readonly actors: readonly (readonly [name: string, actor: Actor])[];
  /** Known from the beginning, and started by actors. */
  readonly applications: readonly Application[];
  readonly steps: readonly Step[];
}

/** What was seen, by observer. */
export type Log = Readonly<Record<string, readonly string[]>>;
