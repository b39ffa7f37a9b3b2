// A process that sends many messages to another, a batch at a time: the next when the last was handled, so that what is
// measured is the way of a message and not the memory of a long queue.
import { cast, noReply, ok, self, server } from "aiex/runtime";
import { node } from "./node.ts";

/** As many as a process handles in one turn. */
const batchMessages = 256;

interface Plan {
  readonly left: number;
  /** Sends one message. */
  readonly emit: () => void;
  /** Sends the message whose handling calls `told`. */
  readonly ask: (told: () => void) => void;
  readonly done: () => void;
}

const sender = server("sender", {
  init: (plan: Plan) => ok(plan),
  casts: {
    go: (plan: Plan) => {
      const count = Math.min(plan.left, batchMessages);
      for (let sent = 0; sent < count; sent += 1) plan.emit();
      const sender = self();
      plan.ask(plan.left > count ? () => cast(sender, "go") : plan.done);
      return noReply({ ...plan, left: plan.left - count });
    },
  },
});

/** Lets a process call `emit` `count` times in its own name; settles when everything it sent was handled. */
export async function flood(count: number, emit: () => void, ask: (told: () => void) => void): Promise<void> {
  await new Promise<void>((done) => {
    node.spawn(sender, { input: { left: count, emit, ask, done } }).then((pid) => node.cast(pid, "go"));
  });
}
