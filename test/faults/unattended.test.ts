// Faults 3 and 4: what fails where nobody can catch it, in the code of a process and outside of all.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Applications, child, noReply, ok, server, supervisor } from "../../runtime/index.ts";
import { attributeFailures } from "../../runtime/node/attribution.ts";
import { LastResort } from "../../runtime/node/last-resort.ts";
import { testKernelNode, testNode } from "../../runtime/testing/test-node.ts";
import { runFile, runProgram } from "./program.ts";

describe("a rejected promise that nobody awaits", () => {
  test("fault 3 belongs to the process whose code made it, which ends and is started again", async () => {
    await using room = testNode();
    const before = process.listeners("unhandledRejection");
    const nobodys: unknown[] = [];
    const release = attributeFailures((thrown) => nobodys.push(thrown));
    const [tell] = process.listeners("unhandledRejection").filter((one) => !before.includes(one));
    const careless = server("careless", {
      init: () => ok(0),
      casts: {
        forget: (state) => {
          // What Node does with a promise that was left alone, in the context that it was left in.
          Promise.reject(new Error("left alone")).catch((thrown) => tell?.(thrown, Promise.resolve()));
          return noReply(state);
        },
      },
    });
    const children = [child(careless, { name: "careless" }), child(careless, { id: "other", name: "other" })];
    await room.start(supervisor("top", { children }));
    const [pid, other] = [room.node.whereis("careless"), room.node.whereis("other")];
    if (pid === undefined) throw new Error("It was not started.");
    room.node.cast(pid, "forget");
    expect(await room.exitOf(pid)).toMatchObject({ error: { message: "left alone" } });
    await room.settle();
    expect(room.node.whereis("careless")).not.toEqual(pid);
    expect(room.node.whereis("other")).toEqual(other);
    expect(nobodys).toEqual([]);
    release();
  });

  test("fault 3 ends that process in a real program, which goes on", async () => {
    const ended = await runProgram(`
      const node = startNode({ world });
      sayEvents(node, "unattributed_failure");
      const careless = server("careless", {
        init: () => ok(0),
        casts: { forget: (state) => { Promise.reject(new Error("left alone")); return noReply(state); } },
      });
      const witness = server("witness", { init: () => ok(0), calls: { ask: (state) => replyWith("here", state) } });
      await node.spawn(supervisor("top", { children: [child(careless, { name: "careless" }), child(witness, { name: "witness" })] }));
      const pid = node.whereis("careless");
      const down = new Promise((resolve) => node.monitor(pid, resolve));
      node.cast(pid, "forget");
      say((await down).reason.error.message);
      say(await node.call(named("witness"), "ask"));
      await node.sleep(20);
      say({ again: node.whereis("careless") !== undefined && node.whereis("careless").id !== pid.id });
      await node.halt();
    `);
    expect(ended).toEqual({ code: 0, lines: ["left alone", "here", { again: true }], errors: "" });
  });
});

describe("a failure that belongs to no process", () => {
  test("fault 4 waits up to 5 s for what is stopped in order, and then kills it", async () => {
    const { test: room, kernel } = testKernelNode();
    const stubborn = server("stubborn", { init: () => ok(0), terminate: () => new Promise<void>(() => {}) });
    const endless = child(stubborn, { trapExit: true, shutdownMs: Number.POSITIVE_INFINITY });
    const all = new Applications(room.node, [
      { name: "app", tree: supervisor("app", { children: [endless] }) },
    ]);
    await room.until(all.start("app"));
    const halted: unknown[] = [];
    const halting = () => room.node.halt();
    const lastResort = new LastResort(kernel, { halt: halting, onHalt: (thrown) => halted.push(thrown) });
    lastResort.drainWith(() => all.shutdown(60_000));
    lastResort.drainWith(() => Promise.reject(new Error("cannot drain")));
    const failing = lastResort.fail("nobody's");
    await room.advance(4_999);
    expect([halted, room.node.processes().length]).toEqual([[], 2]);
    await room.advance(1);
    await room.until(failing);
    expect([halted, room.node.processes().length]).toEqual([["nobody's"], 0]);
    await room.until(lastResort.fail("another"));
    expect(halted).toEqual(["nobody's"]);
    expect(room.events.of("unattributed_failure")).toMatchObject([
      { reason: { nocatch: "nobody's" } },
      { reason: { nocatch: "another" } },
    ]);
  });

  const applications = `
    const recorder = server("recorder", {
      init: (name) => { say("+" + name); return ok(name); },
      terminate: (name, reason) => { say("-" + name + " " + reason); },
    });
    const worker = (name) => child(recorder, { id: name, input: name, trapExit: true });
    const tree = (name, ...children) => supervisor(name, { children: children.map(worker) });
  `;

  test("fault 4 is told, stops the applications in order, and ends the program, which never goes on", async () => {
    const ended = await runProgram(`${applications}
      const node = startNode({ world });
      node.subscribe(({ name, data }) => {
        if (name === "unattributed_failure") say({ failed: data.reason.error.message });
        if (name === "application_stopped") say({ stopped: data.application, reason: data.reason });
      });
      const all = new Applications(node, [
        { name: "store", tree: tree("store", "a", "b") },
        { name: "service", tree: tree("service", "c"), dependsOn: ["store"], beforeStop: () => say("draining") },
      ]);
      await all.startAll("service");
      setInterval(() => {}, 1_000);
      setTimeout(() => { throw new Error("nobody's"); }, 5);
    `);
    expect(ended.lines).toEqual([
      ...["+a", "+b", "+c", { failed: "nobody's" }, "draining"],
      ...["-c shutdown", { stopped: "service", reason: "shutdown" }],
      ...["-b shutdown", "-a shutdown", { stopped: "store", reason: "shutdown" }],
    ]);
    expect(ended.errors).toContain("Error: nobody's");
    expect(ended.code).toBe(1);
  });

  test("fault 4 asks the program's own policy when all has stopped, and that may end with 70", async () => {
    const ended = await runProgram(`${applications}
      const node = startNode({ world, onHalt: (thrown) => { say({ halted: thrown.message, living: node.processes().length }); process.exit(70); } });
      await new Applications(node, [{ name: "store", tree: tree("store", "a") }]).startAll("store");
      node.onFailure(() => say("told at once"));
      const leave = node.onFailure(() => say("taken back"));
      leave();
      Promise.reject(new Error("nobody's"));
      Promise.reject(new Error("another"));
    `);
    expect(ended).toEqual({
      code: 70,
      lines: ["+a", "told at once", "-a shutdown", { halted: "nobody's", living: 0 }],
      errors: "",
    });
  });

  test("fault 4 ends the command with 70, with one sentence that says whose fault it is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "aiex-fault-"));
    try {
      const [home, project] = [join(folder, "home"), join(folder, "project")];
      for (const made of [home, project]) mkdirSync(made);
      for (let file = 0; file < 40; file += 1) writeFileSync(join(project, `f${file}.ts`), "export {};\n");
      // The blow falls once the library runs, which alone starts programs, and in code of no process.
      const blow = `
        import childProcess from "node:child_process";
        import { syncBuiltinESMExports } from "node:module";
        const { spawn } = childProcess;
        let runs = false;
        childProcess.spawn = (...given) => { runs = true; return spawn(...given); };
        syncBuiltinESMExports();
        const blow = setInterval(() => {
          if (!runs) return;
          clearInterval(blow);
          throw new TypeError("a fault from nowhere");
        }, 1);`;
      const main = fileURLToPath(new URL("../../dist/command/cli/main.js", import.meta.url));
      const words = ["--import", `data:text/javascript,${encodeURIComponent(blow)}`, main];
      // In a home where nothing has been analyzed yet: what is remembered needs no program.
      const ended = await runFile([...words, "ai", "analyze", "--file", project], home);
      expect(ended.code).toBe(70);
      expect(ended.output).toBe("");
      expect(ended.errors.match(/a fault from nowhere/g)).toHaveLength(1);
      expect(ended.errors).toContain("This is a fault in aiex");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
