// Conformance: selective receive (OTP behaviour D07).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  noReply,
  ok,
  receive,
  receiveTimeout,
  self,
  send,
  server,
  spawnMonitor,
  tryReceive,
} from "../../../runtime/index.ts";
import { bench, numbered, ofType, reasonOf, waiting } from "./bench.ts";

describe("selective receive", () => {
  test("D07 takes the message that matches and leaves earlier ones in order", async () => {
    await bench().inProcess(async () => {
      for (const type of ["a", "b", "c", "b", "d"]) send(self(), { type });
      expect((await receive(ofType("c"))).type).toBe("c");
      expect((await receive(ofType("b"))).type).toBe("b");
      expect((await waiting()).map((message) => message.type)).toEqual(["a", "b", "d"]);
    });
  });

  test("D07 waits for a message that matches, and what comes meanwhile stays", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      spawnMonitor(() => {
        for (const type of ["early", "wanted", "late"]) send(tester, { type });
      });
      expect((await receive(ofType("wanted"))).type).toBe("wanted");
      expect((await waiting()).map((message) => message.type)).toEqual(["early", "late", "sys.down"]);
    });
  });

  test("D07 lets what a match throws come out of the receive, whether the message was there or comes later", async () => {
    await bench().inProcess(async () => {
      const failing = (): boolean => {
        throw new Error("a bad match");
      };
      const tester = self();
      spawnMonitor(() => send(tester, { type: "later" }));
      await expect(receive(failing)).rejects.toThrow("a bad match");
      await expect(receive(failing)).rejects.toThrow("a bad match");
      expect((await waiting()).map((message) => message.type)).toContain("later");
    });
  });

  test("D07 gives up after its timeout, in virtual milliseconds, and loses nothing", async () => {
    const { world, inProcess } = bench();
    await inProcess(async () => {
      send(self(), { type: "other" });
      const before = world.elapsedMs;
      expect(await tryReceive(ofType("wanted"), { timeoutMs: 250 })).toBe(receiveTimeout);
      expect(world.elapsedMs - before).toBe(250);
      await expect(receive(ofType("wanted"), { timeoutMs: 0 })).rejects.toMatchObject({ code: "timeout" });
      expect(world.elapsedMs - before).toBe(250);
      expect((await receive()).type).toBe("other");
    });
  });

  test("D07 of two at a time is refused", async () => {
    await bench().inProcess(async () => {
      const first = tryReceive(ofType("wanted"), { timeoutMs: 10 });
      await expect(receive()).rejects.toMatchObject({ code: "misuse" });
      expect(await first).toBe(receiveTimeout);
    });
  });

  test("D07 agrees with a plain list for any messages and any choices", async () => {
    const types = fc.constantFrom("a", "b", "c");
    await fc.assert(
      fc.asyncProperty(
        fc.array(types, { maxLength: 30 }),
        fc.array(types, { maxLength: 30 }),
        async (sent, wanted) => {
          await bench().inProcess(async () => {
            for (const [number, type] of sent.entries()) send(self(), numbered(number, type));
            const model = sent.map((type, number) => numbered(number, type));
            for (const type of wanted) {
              const index = model.findIndex((message) => message.type === type);
              const expected = index === -1 ? receiveTimeout : model.splice(index, 1)[0];
              expect(await tryReceive(ofType(type), { timeoutMs: 0 })).toEqual(expected);
            }
            expect(await waiting()).toEqual(model);
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  test("D07 belongs to function processes: a server that calls receive is told so", async () => {
    await bench().inProcess(async () => {
      const confused = server("confused", {
        init: () => ok(0),
        info: async (state) => {
          await receive();
          return noReply(state);
        },
      });
      const { pid, ref } = spawnMonitor(confused);
      send(pid, numbered(1));
      expect(await reasonOf(ref)).toMatchObject({ error: { code: "misuse" } });
    });
  });
});
