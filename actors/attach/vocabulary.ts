// Every name that a shell offers beside JavaScript's own: what looks, what acts, and the help about them.
import {
  type Address,
  call,
  cast,
  type ExitReason,
  exit,
  named,
  receive,
  receiveTimeout,
  self,
  send,
  spawn,
  sys,
  tryReceive,
} from "../../runtime/index.ts";
import { type DrainedNode, drain } from "./drain.ts";
import { type LookingOptions, lookingHelpers } from "./looking.ts";
import type { Realm } from "./realm.ts";
import { readable } from "./table.ts";
import { addressOf, pidOf } from "./targets.ts";

export interface HelperOptions extends LookingOptions {
  /** Undefined where the node cannot drain. */
  readonly drain: DrainedNode | undefined;
}

interface HelperRow {
  readonly usage: string;
  readonly does: string;
}

const lookingRows: readonly HelperRow[] = [
  { usage: "ps(by?, limit?)", does: "processes by queueLength, messagesHandled, memoryBytes or turnMs" },
  { usage: "tree()", does: "every supervision tree" },
  { usage: "info(whom)", does: "all that is known about a process" },
  { usage: "state(whom)", does: "a copy of its state" },
  { usage: "trace(whom, events?)", does: "what it takes, sends and becomes, as it happens" },
  { usage: "nodes()", does: "this node and those that it is connected to" },
  { usage: "names()", does: "every registered name" },
  { usage: "groups()", does: "every process group" },
  { usage: "help()", does: "this list" },
];

const actingRows: readonly HelperRow[] = [
  { usage: "call(whom, request, payload?)", does: "asks it and gives the answer" },
  { usage: "cast(whom, message, payload?)", does: "tells it, and waits for nothing" },
  { usage: "send(whom, { type, … })", does: "sends it a message" },
  { usage: "receive(), flush()", does: "the messages that came to this shell" },
  { usage: "suspend(whom), resume(whom)", does: "has its messages wait, and go on" },
  { usage: "replaceState(whom, change)", does: "puts change(state) in the place of its state" },
  { usage: "kill(whom, reason?)", does: "ends it; its supervisor may start it again" },
  { usage: "drain(deadlineMs?)", does: "has the node hand over what it owns, then end" },
  { usage: "node, self(), spawn(), named()", does: "the node itself, and the verbs of a process" },
];

/** The helpers that look, and `help` about them. */
export function looks(options: LookingOptions) {
  return { ...lookingHelpers(options), help: () => helpOn(lookingRows) };
}

/** All of them. `realm` has what the shell's code makes arrive as data. */
export function helpers(options: HelperOptions, realm: Realm): Readonly<Record<string, unknown>> {
  const { node } = options;
  const whom = (given: unknown): Address => addressOf(given, node);
  return {
    ...looks(options),
    node,
    self,
    named,
    receive,
    spawn: realm.taking(spawn as never),
    call: realm.taking((target: unknown, request: string, payload?: unknown, callOptions?: object) =>
      call(whom(target), request, payload, callOptions as never),
    ),
    cast: realm.taking((target: unknown, message: string, payload?: unknown) =>
      cast(whom(target), message, payload as never),
    ),
    send: realm.taking((target: unknown, message: object) => send(whom(target), message as never)),
    flush: () => flush(options.show),
    suspend: (target: unknown) => sys.suspend(whom(target)),
    resume: (target: unknown) => sys.resume(whom(target)),
    replaceState: (target: unknown, change: (state: unknown) => unknown) =>
      sys.replaceState(whom(target), (state) => realm.toData(change(state))),
    kill: realm.taking((target: unknown, reason: ExitReason = "kill") => exit(pidOf(target, node), reason)),
    drain: (deadlineMs?: unknown) => drain(options, deadlineMs),
    help: () => helpOn([...lookingRows, ...actingRows]),
  };
}

/** Shows what waits in the mailbox of the shell, and takes it out (Elixir: `flush`). */
async function flush(show: (line: string) => void): Promise<void> {
  for (;;) {
    const message = await tryReceive(undefined, { timeoutMs: 0 });
    if (message === receiveTimeout) return;
    show(`${JSON.stringify(message)}\n`);
  }
}

function helpOn(rows: readonly HelperRow[]): object {
  const width = Math.max(...rows.map(({ usage }) => usage.length));
  const lines = rows.map(({ usage, does }) => `${usage.padEnd(width)}  ${does}`);
  const whom = "A process is named by its registered name, its pid as it is printed, or its number.";
  return readable({ helpers: rows.map(({ usage }) => usage) }, [...lines, "", whom].join("\n"));
}
