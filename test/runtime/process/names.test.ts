// Conformance: local names (OTP behaviours D10 and D11).
import { describe, expect, test } from "vitest";
import {
  exit,
  named,
  type Pid,
  processInfo,
  receive,
  register,
  self,
  send,
  spawn,
  spawnMonitor,
  unregister,
  whereis,
} from "../../../runtime/index.ts";
import { bench, idle, numbered, ofType, reasonOf, waiting } from "./bench.ts";

const misuse = expect.objectContaining({ code: "misuse" });

describe("a local name", () => {
  test("D10 belongs to one live process, and shows in its information", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      const pid = await spawn(idle);
      register("worker", pid);
      expect(whereis("worker")).toEqual(pid);
      expect(processInfo(pid)?.name).toBe("worker");
      expect(node.registered()).toEqual(["worker"]);
    });
  });

  test("D10 that is taken cannot be taken again: the error tells the holder", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle, { name: "worker" });
      expect(() => register("worker", self())).toThrow(
        expect.objectContaining({ code: "already_started", pid }),
      );
      expect(() => register("worker", pid)).toThrow();
      await expect(spawn(idle, { name: "worker" })).rejects.toMatchObject({ code: "already_started", pid });
      expect(whereis("worker")).toEqual(pid);
    });
  });

  test("D10 cannot be a second one of the same process", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle, { name: "worker" });
      expect(() => register("other", pid)).toThrow(misuse);
      expect(whereis("other")).toBeUndefined();
    });
  });

  test("D10 cannot be given to a process that is gone or of another node", async () => {
    await bench().inProcess(async () => {
      const gone = await spawn(() => undefined);
      const far: Pid = { ...self(), node: "elsewhere" };
      for (const pid of [gone, far]) expect(() => register("worker", pid)).toThrow(misuse);
      expect(whereis("worker")).toBeUndefined();
    });
  });

  test("D10 is a string that is not empty and not undefined, and nothing that every object inherits", async () => {
    await bench().inProcess(async () => {
      for (const name of ["", "undefined", undefined, null, 7, {}]) {
        expect(() => register(name as string, self())).toThrow(misuse);
      }
      for (const name of ["toString", "__proto__", "constructor"]) {
        expect(whereis(name)).toBeUndefined();
        expect(() => send(named(name), numbered(1))).toThrow();
        register(name, self());
        send(named(name), numbered(2));
        expect(await receive()).toEqual(numbered(2));
        unregister(name);
      }
    });
  });

  test("D10 given at spawn is held before the first line runs", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      const pid = await spawn(
        () => {
          send(tester, { type: "held", by: whereis("worker") } as { type: string });
        },
        { name: "worker" },
      );
      expect((await receive(ofType("held"))).by).toEqual(pid);
    });
  });

  test("D10 that no process may have is refused at spawn, and nothing is left behind", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      for (const name of ["", "undefined"]) {
        await expect(spawn(idle, { name })).rejects.toMatchObject({ code: "misuse" });
        await expect(spawn(idle, { name, link: true })).rejects.toMatchObject({ code: "misuse" });
      }
      expect(node.processes()).toEqual([self()]);
      expect(processInfo(self())?.links).toEqual([]);
    });
  });

  test("D11 is free again when its holder has ended", async () => {
    await bench().inProcess(async () => {
      for (const reason of ["kill", "go", "shutdown"]) {
        const { pid, ref, ready } = spawnMonitor(idle, { name: "worker" });
        await ready;
        exit(pid, reason);
        await reasonOf(ref);
        expect(whereis("worker")).toBeUndefined();
        const next = await spawn(() => undefined, { name: "worker" });
        expect(next).not.toEqual(pid);
        await waiting();
      }
    });
  });

  test("D11 that nobody holds cannot be unregistered", async () => {
    await bench().inProcess(async () => {
      expect(() => unregister("nobody")).toThrow(misuse);
      register("worker", self());
      unregister("worker");
      expect(() => unregister("worker")).toThrow(misuse);
      expect(processInfo(self())?.name).toBeUndefined();
    });
  });

  test("D11 that was taken back stays with its next holder when the first one ends", async () => {
    await bench().inProcess(async () => {
      const { pid, ref, ready } = spawnMonitor(idle, { name: "worker" });
      await ready;
      unregister("worker");
      register("worker", self());
      exit(pid, "kill");
      await reasonOf(ref);
      expect(whereis("worker")).toEqual(self());
    });
  });
});
