// What becomes of code whose process, or whose neighbour, was told to end.
import { describe, expect, test } from "vitest";
import {
  cast,
  exit,
  monitor,
  noReply,
  ok,
  receive,
  self,
  send,
  server,
  spawn,
  spawnMonitor,
  stopWith,
} from "../../../runtime/index.ts";
import { bench, reasonOf } from "../process/bench.ts";

describe("a process that was killed while it ran", () => {
  test("ends killed, and without terminate, although its handler then gives a stop (A10, E28)", async () => {
    const { inProcess } = bench();
    let terminated = 0;
    const logic = server("s", {
      init: () => ok(0),
      calls: {},
      casts: {
        go: (state: number) => {
          for (const type of ["a", "b"]) send(self(), { type });
          return stopWith("normal", state);
        },
      },
      info: (state) => noReply(state),
      terminate: () => {
        terminated += 1;
      },
    });
    const reason = await inProcess(async () => {
      const { pid, ref, ready } = spawnMonitor(logic, { mailbox: { max: 1, onFull: "kill" } });
      await ready;
      cast(pid, "go");
      return reasonOf(ref);
    });
    expect({ reason, terminated }).toEqual({ reason: "killed", terminated: 0 });
  });
});

describe("a process that awaits what another has promised", () => {
  test.each(["normal", "shutdown", "kill"])(
    "fails by an error of its own when that one had ended, %s",
    async (why) => {
      const { inProcess } = bench();
      const reason = await inProcess(async () => {
        let open: () => void = () => {};
        const gate = new Promise<void>((resolve) => {
          open = resolve;
        });
        let shared: Promise<void> = Promise.resolve();
        const first = await spawn(async () => {
          shared = gate.then(() => send(self(), { type: "done" }));
          await receive((message) => message.type === "end").catch(() => {});
          exit(why);
        });
        const { ref, ready } = spawnMonitor(async () => {
          await shared;
        });
        await ready;
        const end = monitor(first);
        if (why === "kill") exit(first, "kill");
        else send(first, { type: "end" });
        await reasonOf(end);
        open();
        return reasonOf(ref);
      });
      expect(reason).toMatchObject({ error: {} });
    },
  );
});
