// A server that writes down what becomes of it: what the tests of faults judge order by.
import { noReply, ok, replyWith, server, sleep } from "../../runtime/index.ts";

export interface RecorderManner {
  /** What a start takes. */
  readonly startMs?: number;
  /** What its terminate takes. */
  readonly stopMs?: number;
}

/** The input is the name it writes: `+a` started, `-a shutdown` told to end, and why. */
export function recorder({ startMs = 0, stopMs = 0 }: RecorderManner = {}) {
  const deeds: string[] = [];
  const logic = server("recorder", {
    init: async (name: string) => {
      if (startMs > 0) await sleep(startMs);
      deeds.push(`+${name}`);
      return ok(name);
    },
    calls: { name: (name) => replyWith(name, name) },
    casts: { poke: (name) => noReply(name) },
    info: (name) => noReply(name),
    terminate: async (name, reason) => {
      if (stopMs > 0) await sleep(stopMs);
      deeds.push(`-${name} ${typeof reason === "string" ? reason : "crashed"}`);
    },
  });
  return { logic, deeds };
}
