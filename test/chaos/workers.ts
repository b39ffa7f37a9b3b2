// The processes of a node in the chaos room. What they see they write down.
import {
  call,
  child,
  ExitMessage,
  groupScope,
  joinGroup,
  link,
  monitor,
  monitorNodes,
  NodeMessage,
  named,
  noReply,
  ok,
  type Pid,
  receive,
  replyWith,
  self,
  send,
  server,
  supervisor,
  trapExit,
} from "../../runtime/index.ts";
import type { Happening } from "./ledger.ts";

export type Note = (happening: Happening) => void;

interface NumberMessage {
  readonly type: "number";
  /** `name#incarnation` of the sender's node. */
  readonly from: string;
  readonly number: number;
}

interface Range {
  readonly first: number;
  last: number;
}

/** Counts, says who it is, and keeps callers waiting; a crash is what its supervisor is for. */
function counter(note: Note) {
  return server("counter", {
    init: () => {
      note({ type: "counting" });
      return ok(0);
    },
    calls: {
      bump: (total, by: number) => replyWith(total + by, total + by),
      hang: (total) => noReply(total),
      who: (total) => replyWith(self(), total),
      echo: (total, bytes: Uint8Array) => replyWith(bytes.length, total),
    },
    casts: {
      swallow: (total, _: Uint8Array) => noReply(total),
      crash: (): never => {
        throw new Error("asked to crash");
      },
    },
  });
}

/** Takes numbered messages, and hears of nodes that go in the same mailbox: what is missing has to be told between. */
function reader(note: Note) {
  const ranges = new Map<string, Range>();
  const write = (from: string): void => {
    const range = ranges.get(from);
    if (range !== undefined) note({ type: "got", from, ...range });
    ranges.delete(from);
  };
  const take = ({ from, number }: NumberMessage): void => {
    const range = ranges.get(from);
    if (range !== undefined && number === range.last + 1) {
      range.last = number;
      return;
    }
    write(from);
    ranges.set(from, { first: number, last: number });
  };
  return server("reader", {
    init: () => {
      monitorNodes(true);
      return ok(0);
    },
    calls: {
      settle: (state) => {
        for (const from of [...ranges.keys()]) write(from);
        return replyWith("settled", state);
      },
    },
    info: (state, message) => {
      if (message.type === "number") take(message as unknown as NumberMessage);
      if (message instanceof NodeMessage && message.type === "sys.nodedown") {
        write(`${message.node}#${message.incarnation}`);
        note({ type: "parted", peer: `${message.node}#${message.incarnation}` });
      }
      return noReply(state);
    },
  });
}

/** Sends numbered messages to the reader of one node; one process for each, since order is promised to pairs of processes. */
export function sender(note: Note, from: string) {
  return server("sender", {
    init: (to: string) => ok({ to, last: 0 }),
    calls: {
      burst: (state, count: number) => {
        const { to } = state;
        const last = state.last + count;
        note({ type: "sent", to, first: state.last + 1, last });
        for (let number = state.last + 1; number <= last; number += 1)
          send(named("reader").on(to), { type: "number", from, number });
        return replyWith(last, { to, last });
      },
    },
  });
}

/** Watches a process of another node until the room ends, so that a second DOWN would be seen. */
export function watcher(note: Note, key: number, node: string, name: string) {
  return async (): Promise<void> => {
    note({ type: "monitored", key, node });
    monitor(named(name).on(node));
    for (;;) {
      const message = await receive();
      if (message.type === "sys.down")
        note({ type: "down", key, reason: String((message as unknown as { reason: unknown }).reason) });
    }
  };
}

/** Links itself to the counter of another node, and traps exits. */
export function tie(note: Note, key: number, node: string) {
  return async (): Promise<void> => {
    trapExit(true);
    const pid = (await call(named("counter").on(node), "who")) as unknown as Pid;
    note({ type: "linked", key, node });
    link(pid);
    for (;;) {
      const message = await receive();
      if (message instanceof ExitMessage) note({ type: "exit", key, reason: String(message.reason) });
    }
  };
}

export function workersOf(note: Note) {
  const member = server("member", {
    init: () => {
      joinGroup("chaos", "members", self());
      return ok(0);
    },
  });
  const children = [
    child(groupScope("chaos"), { id: "groups" }),
    child(counter(note), { name: "counter" }),
    child(reader(note), { name: "reader" }),
    child(member, { id: "member" }),
  ];
  return supervisor("workers", { maxRestarts: 1_000, withinMs: 1_000, children });
}
