// Conformance: messages are data at the boundary (OTP behaviour D09).
import { describe, expect, test } from "vitest";
import {
  call,
  cast,
  exit,
  noReply,
  ok,
  type Pid,
  type Received,
  receive,
  replyWith,
  self,
  send,
  server,
  spawn,
  spawnMonitor,
  startTimer,
  trapExit,
  tryCall,
} from "../../../runtime/index.ts";
import { bench, reasonOf, waiting } from "./bench.ts";

describe("the boundary", () => {
  test("D09 keeps what the sender does to an object afterwards from the receiver", async () => {
    await bench().inProcess(async () => {
      const inner = { list: [1, 2] };
      const message = { type: "data", inner };
      send(self(), message);
      expect(() => inner.list.push(3)).toThrow(TypeError);
      expect(() => {
        inner.list = [];
      }).toThrow(TypeError);
      expect(() => {
        message.type = "changed";
      }).toThrow(TypeError);
      expect(await receive()).toEqual({ type: "data", inner: { list: [1, 2] } });
    });
  });

  test("D09 holds for casts, calls, replies, inputs, timers and exit reasons alike", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      const kept: Record<string, number>[] = [];
      const note = (): Record<string, number> => {
        const made = { count: 1 };
        kept.push(made);
        return made;
      };
      const echo = server("echo", {
        init: (_input: object) => ok(0),
        calls: { give: (state: number, _payload: { note: object }) => replyWith(note(), state) },
        casts: { take: (state: number, _payload: { note: object }) => noReply(state) },
      });
      const pid = await spawn(echo, { input: note() });
      cast(pid, "take", { note: note() });
      await call(pid, "give", { note: note() });
      startTimer(self(), note(), 1);
      exit(self(), { note: note() });
      await expect(endedBy(() => exit({ note: note() }))).resolves.toEqual({ note: { count: 1 } });
      expect(kept).toHaveLength(7);
      for (const one of kept) {
        expect(() => {
          one.count = 2;
        }).toThrow(TypeError);
      }
    });
  });

  test("D09 refuses what is no data at the sender, who names the place, and nothing is delivered", async () => {
    await bench().inProcess(async () => {
      const bad = [new Map(), new Date(0), () => 1, Symbol("s"), new (class Counter {})(), new Error("x")];
      for (const value of bad) {
        expect(() => send(self(), { type: "data", deep: { list: [value] } } as Received)).toThrow(
          /deep\.list\.0/,
        );
        expect(() => cast(self(), "data", value)).toThrow(expect.objectContaining({ code: "misuse" }));
        await expect(spawn((_input: unknown) => undefined, { input: value })).rejects.toMatchObject({
          code: "misuse",
        });
      }
      expect(await waiting()).toEqual([]);
    });
  });

  test("D09 refuses a payload that is no data at the caller, and the server lives", async () => {
    await bench().inProcess(async () => {
      const echo = server("echo", {
        init: () => ok(0),
        calls: { give: (state: number, payload: unknown) => replyWith(payload, state) },
      });
      const pid = await spawn(echo);
      expect(await tryCall(pid as Pid, "give", new Map())).toMatchObject({
        ok: false,
        error: { code: "misuse" },
      });
      expect(await call(pid as Pid, "give", [1])).toEqual([1]);
    });
  });
});

async function endedBy(run: () => unknown): Promise<unknown> {
  return reasonOf(spawnMonitor(run).ref);
}
