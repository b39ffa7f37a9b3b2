// A process that sends many messages and lets others have their turns in between, as busy processes do.
import { cast, noReply, ok, self, server } from "aiex/runtime";
import { node } from "./node.ts";

/** Messages sent in one go: as many as a process handles in one turn. */
const batchMessages = 256;

interface Plan {
  readonly left: number;
  readonly emit: () => void;
  readonly last: () => void;
}

const sender = server("sender", {
  init: (plan: Plan) => ok(plan),
  casts: {
    go: ({ left, emit, last }: Plan) => {
      const count = Math.min(left, batchMessages);
      for (let sent = 0; sent < count; sent += 1) emit();
      if (left > count) cast(self(), "go");
      else last();
      return noReply({ left: left - count, emit, last });
    },
  },
});

/** Lets a process call `emit` `count` times and `last` once after that, in its own name. */
export async function flood(count: number, emit: () => void, last: () => void): Promise<void> {
  const pid = await node.spawn(sender, { input: { left: count, emit, last } });
  node.cast(pid, "go");
}
