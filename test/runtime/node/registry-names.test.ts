// Conformance: keys of a registry as names (OTP behaviours I14 and A18).
import { describe, expect, test } from "vitest";
import {
  call,
  cast,
  countEntries,
  exit,
  lookup,
  monitor,
  NoProcess,
  ok,
  processInfo,
  receive,
  registry,
  reply,
  replyWith,
  self,
  send,
  server,
  spawn,
  stop,
  trapExit,
  via,
} from "../../../runtime/index.ts";
import { bench, idle, numbered, ofType, reasonOf } from "../process/bench.ts";

const unique = registry("names", { keys: "unique" });

describe("a key as a name", () => {
  const adding = server("adding", {
    init: (start: number) => ok(start),
    calls: { get: (total) => replyWith(total, total) },
  });

  test("I14 fails a call with noproc where nobody holds it, whether or not there is such a registry", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      for (const name of ["names", "no such registry"]) {
        await expect(call(via(name, "a"), "get")).rejects.toBeInstanceOf(NoProcess);
        await expect(stop(via(name, "a"))).rejects.toMatchObject({ code: "noproc" });
      }
    });
  });

  test("I14 takes a cast and a send to nobody without a word", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      for (const name of ["names", "no such registry"]) {
        expect(cast(via(name, "a"), "add", 1)).toBeUndefined();
        expect(send(via(name, "a"), numbered(1))).toBeUndefined();
      }
    });
  });

  test("I14 is the address of whoever holds it when the message is sent", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      const first = await spawn(adding, { input: 1, name: via("names", "total") });
      expect(await call(via("names", "total"), "get")).toBe(1);
      await stop(first);
      await spawn(adding, { input: 2, name: via("names", "total") });
      expect(await call(via("names", "total"), "get")).toBe(2);
    });
  });

  test("is held from before the first line runs", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      const tester = self();
      const pid = await spawn(
        () => {
          send(tester, { type: "held", holder: lookup("names", "early") } as { type: string });
        },
        { name: via("names", "early") },
      );
      expect((await receive(ofType("held"))).holder).toEqual([{ pid, value: undefined }]);
    });
  });

  test("that is held refuses a second process, whose init does not run", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      await spawn(unique);
      const pid = await spawn(idle, { name: via("names", "a") });
      const before = node.processes();
      let runs = 0;
      const second = () => {
        runs += 1;
      };
      await expect(spawn(second, { name: via("names", "a") })).rejects.toMatchObject({
        code: "already_started",
        pid,
      });
      expect(runs).toBe(0);
      expect(node.processes()).toEqual(before);
    });
  });

  test("of a registry that is not there starts nothing", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      const before = node.processes();
      await expect(spawn(idle, { name: via("nowhere", "a"), link: true })).rejects.toMatchObject({
        code: "misuse",
      });
      expect(node.processes()).toEqual(before);
      expect(processInfo(self())?.links).toEqual([]);
    });
  });

  test("is free again when the process did not start", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      const failing = server("failing", {
        init: (): never => {
          throw new Error("not today");
        },
      });
      await expect(spawn(failing, { name: via("names", "a") })).rejects.toMatchObject({
        code: "start_failed",
      });
      expect(lookup("names", "a")).toEqual([]);
    });
  });

  test("A18 is free before anybody hears of the end of its holder", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      for (const reason of ["kill", "shutdown", "broken"]) {
        for (let round = 0; round < 50; round += 1) {
          const pid = await spawn(idle, { name: via("names", "a") });
          const ref = monitor(pid);
          exit(pid, reason);
          await reasonOf(ref);
          expect(lookup("names", "a")).toEqual([]);
          expect(countEntries("names")).toBe(0);
        }
      }
    });
  });

  test("A18 is free before a linked process and a caller hear of it, too", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      trapExit(true);
      const dying = async () => {
        const request = await receive(ofType("ask"));
        if (request.replyTo === undefined) reply(self() as never, undefined);
        exit("enough");
      };
      const pid = await spawn(dying, { name: via("names", "a"), link: true });
      const asked = await call(pid, "ask").catch((error: unknown) => ({ error, held: lookup("names", "a") }));
      expect(asked).toMatchObject({ error: { code: "callee_exited", reason: "enough" }, held: [] });
      expect(await receive(ofType("sys.exit"))).toMatchObject({ reason: "enough" });
      expect(lookup("names", "a")).toEqual([]);
    });
  });
});
