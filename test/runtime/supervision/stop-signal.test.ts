// SIGTERM: everything is shut down in order, and the program ends by itself (OTP behaviours L09 and L12).
import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { Applications, simulatedWorld, startNode, stopOnSignal, supervisor } from "../../../runtime/index.ts";

/** An application that takes 300 ms to stop, and a stand-in for the program's signals. */
async function running() {
  const world = simulatedWorld();
  const node = startNode({ world });
  const log: string[] = [];
  const slow = {
    name: "slow",
    tree: supervisor("slow", {}),
    beforeStop: async () => {
      log.push("before");
      await new Promise<void>((resolve) => void world.timers.set(300, resolve));
    },
    afterStop: () => void log.push("after"),
  };
  const applications = new Applications(node, [slow]);
  await world.until(applications.start("slow"));
  return { world, node, log, applications, signals: new EventEmitter() };
}

describe("stopOnSignal()", () => {
  test("L12 stops everything in order at SIGTERM, once, and tells when it is done", async () => {
    const { world, node, log, applications, signals } = await running();
    const stopped: boolean[] = [];
    stopOnSignal(applications, signals, { onStopped: (inGoodOrder) => stopped.push(inGoodOrder) });
    await world.advance(1_000);
    expect(log).toEqual([]);
    for (let times = 0; times < 3; times += 1) signals.emit("SIGTERM");
    await world.advance(299);
    expect(log).toEqual(["before"]);
    expect(signals.listenerCount("SIGTERM")).toBe(1);
    await world.advance(1);
    expect(log).toEqual(["before", "after"]);
    expect(stopped).toEqual([true]);
    expect(node.processes()).toEqual([]);
    expect(signals.listenerCount("SIGTERM")).toBe(0);
  });

  test("L13 tells when its deadline has cut a stop short", async () => {
    const { world, applications, signals } = await running();
    const stopped: boolean[] = [];
    stopOnSignal(applications, signals, { deadlineMs: 100, onStopped: (good) => stopped.push(good) });
    signals.emit("SIGTERM");
    await world.advance(100);
    expect(stopped).toEqual([false]);
  });

  test("hears nothing any more when that was taken back", async () => {
    const { world, log, applications, signals } = await running();
    stopOnSignal(applications, signals)();
    expect(signals.emit("SIGTERM")).toBe(false);
    await world.advance(1_000);
    expect(log).toEqual([]);
  });
});

interface Ended {
  readonly code: number;
  readonly signal: string | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

const prelude = `
  import { Applications, child, exit, ok, realWorld, receive, server, startNode, stopOnSignal, supervisor } from "aiex/runtime";
  const say = (line) => process.stdout.write(line + "\\n");
  const node = startNode({ world: realWorld() });
  const worker = (name) => server(name, { init: () => ok(0), terminate: (_, reason) => say(name + " ends: " + reason) });
  const application = (name, ...dependsOn) => ({
    name,
    dependsOn,
    tree: supervisor(name, { children: [child(worker(name), { trapExit: true, name })] }),
    beforeStop: () => say(name + " before"),
    afterStop: () => say(name + " after"),
  });
  const kept = setInterval(() => {}, 1000);
`;

/** Runs `body` as a program on the built package. It is sent SIGTERM each time it says "ready". */
function run(body: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { cwd: new URL("../../..", import.meta.url), timeout: 30_000 };
    const program = ["--input-type=module", "--eval", `${prelude}\n${body}`];
    const started = execFile(process.execPath, program, options, (error, output, errors) => {
      if (error !== null && typeof error.code !== "number" && error.signal === undefined) {
        reject(error);
        return;
      }
      const lines = output.split("\n").filter((line) => line !== "" && line !== "ready");
      resolve({ code: Number(error?.code ?? 0), signal: error?.signal ?? null, lines, errors });
    });
    started.stdout?.on("data", (said: string) => {
      if (said.includes("ready")) started.kill("SIGTERM");
    });
  });
}

const runOnUnix = test.skipIf(process.platform === "win32");

describe("a program", () => {
  runOnUnix(
    "L12 that gets SIGTERM stops in order, the latest application first, with exit code 0",
    async () => {
      const ended = await run(`
      const applications = new Applications(node, [application("top", "base"), application("base")]);
      await applications.startAll("top");
      stopOnSignal(applications, process, { onStopped: (inGoodOrder) => { say("in order: " + inGoodOrder); clearInterval(kept); } });
      say("ready");
    `);
      const stopped = (name: string) => [`${name} before`, `${name} ends: shutdown`, `${name} after`];
      expect(ended).toEqual({
        code: 0,
        signal: null,
        lines: [...stopped("top"), ...stopped("base"), "in order: true"],
        errors: "",
      });
    },
  );

  runOnUnix("L12 that has taken it back ends of SIGTERM like any other", async () => {
    const ended = await run(`
      const applications = new Applications(node, [application("base")]);
      await applications.start("base");
      stopOnSignal(applications, process)();
      say("ready");
    `);
    expect(ended).toMatchObject({ signal: "SIGTERM", lines: [] });
  });

  test("L09 whose permanent application ends stops the others and exits with 1, and says why", async () => {
    const ended = await run(`
      const dying = { name: "dying", tree: async () => { await receive(); exit("broken"); } };
      const applications = new Applications(node, [application("base"), dying]);
      await applications.start("base");
      await applications.start("dying", "permanent");
      node.send(node.processes().at(-1), { type: "go" });
    `);
    expect(ended).toMatchObject({ code: 1, lines: ["base before", "base ends: shutdown", "base after"] });
    expect(ended.errors).toContain('Application "dying" has ended, broken. It is permanent');
  });
});
