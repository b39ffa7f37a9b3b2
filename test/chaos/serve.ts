// The input of a node's program in the chaos room: how it begins, and then what it is told to do, a line each.
import { createInterface } from "node:readline";
import type { Order, Settings } from "./ledger.ts";
import { type Member, note, wordsOf } from "./member.ts";

/** Comes back when the conductor is gone. */
export async function serve(begin: (settings: Settings) => Promise<Member>): Promise<void> {
  let member: Promise<Member> | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    if (member === undefined) {
      member = begin(JSON.parse(line) as Settings);
      const begun = member;
      process.once("SIGTERM", () => void begun.then((it) => it.leave()));
      continue;
    }
    const order = JSON.parse(line) as Order & { readonly number: number };
    member
      .then((it) => it.obey(order))
      .then(
        (value) => note({ type: "done", order: order.number, value: value ?? null }),
        (error: unknown) => note({ type: "failed", order: order.number, ...wordsOf(error) }),
      );
  }
  // The conductor is gone, or this node has left: nothing is to stay behind.
  if (process.exitCode === undefined) process.exit(1);
}
