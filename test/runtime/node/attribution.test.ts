// Who answers for a failure that nobody could catch: run as real programs, because only a program can end of one.
import { execFile } from "node:child_process";
import { describe, expect, test } from "vitest";

interface Ended {
  readonly code: number;
  readonly lines: readonly unknown[];
  readonly errors: string;
}

const prelude = `
  import { EventEmitter } from "node:events";
  import { createReadStream } from "node:fs";
  import { fromCallback, fromPromise, setup } from "xstate";
  import { call, cast, exit, monitor, noReply, ok, realWorld, receive, replyWith, self, send, server, sleep, spawn, startNode } from "aiex/runtime";
  const say = (value) => process.stdout.write(JSON.stringify(value) + "\\n");
  const short = (reason) => reason?.error?.message ?? reason?.nocatch ?? reason;
  const world = realWorld();
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const idle = async () => { await receive(() => false); };
`;

/** Runs `body` as a program on the built package, and gives what it said and how it ended. */
function run(body: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { cwd: new URL("../../..", import.meta.url), timeout: 30_000 };
    const program = ["--input-type=module", "--eval", `${prelude}\n${body}`];
    execFile(process.execPath, program, options, (error, output, errors) => {
      if (error !== null && typeof error.code !== "number") {
        reject(error);
        return;
      }
      const lines = output.split("\n").filter((line) => line !== "");
      resolve({
        code: Number(error?.code ?? 0),
        lines: lines.map((line): unknown => JSON.parse(line)),
        errors,
      });
    });
  });
}

/** A program in which a process of `logic` fails where nobody catches, and a server that must not notice. */
function failing(logic: string): Promise<Ended> {
  return run(`
    const node = startNode({ world, boundary: "freeze" });
    const answering = server("answering", { init: () => ok(0), calls: { ask: (state) => replyWith("here", state) } });
    const witness = await node.spawn(answering);
    const logic = ${logic};
    const pid = await node.spawn(logic);
    node.monitor(pid, async (down) => {
      say({ down: short(down.reason) });
      say({ witness: await node.call(witness, "ask"), living: node.processes().length });
      await node.halt();
    });
    node.send(pid, { type: "go" });
  `);
}

const lived = (message: string): Ended => ({
  code: 0,
  lines: [{ down: message }, { witness: "here", living: 1 }],
  errors: "",
});

describe("a failure that nobody caught, in the code of a process", () => {
  test.each([
    [
      "a promise that nobody awaits",
      `async () => { Promise.reject(new Error("left alone")); await idle(); }`,
      "left alone",
    ],
    [
      "an async function that nobody awaits",
      `async () => { (async () => { await sleep(1); throw new Error("ran away"); })(); await idle(); }`,
      "ran away",
    ],
    [
      "a setTimeout",
      `async () => { setTimeout(() => { throw new Error("too late"); }, 1); await idle(); }`,
      "too late",
    ],
    [
      "a setImmediate",
      `async () => { setImmediate(() => { throw new Error("at once"); }); await idle(); }`,
      "at once",
    ],
    [
      "process.nextTick",
      `async () => { process.nextTick(() => { throw new Error("next tick"); }); await idle(); }`,
      "next tick",
    ],
    [
      "a listener of an emitter that a timer of the process drives",
      `async () => {
        const emitter = new EventEmitter();
        emitter.on("tick", () => { throw new Error("cannot listen"); });
        setTimeout(() => emitter.emit("tick"), 1);
        await idle();
      }`,
      "cannot listen",
    ],
    [
      "a listener of a stream that the process opened",
      `async () => {
        createReadStream("package.json").on("data", () => { throw new Error("cannot read"); });
        await idle();
      }`,
      "cannot read",
    ],
    [
      "an emitter's error event that nobody listens to",
      `async () => { createReadStream("/does/not/exist"); await idle(); }`,
      "ENOENT: no such file or directory, open '/does/not/exist'",
    ],
    [
      "a value that is no error",
      `async () => { setTimeout(() => { throw "a ball"; }, 1); await idle(); }`,
      "a ball",
    ],
    [
      "exit from a timer, which gives its reason",
      `async () => { setTimeout(() => exit("enough"), 1); await idle(); }`,
      "enough",
    ],
    [
      "a timer that a server's handler started",
      `server("careless", { init: () => ok(0), info: (state) => { setTimeout(() => { throw new Error("afterwards"); }, 1); return noReply(state); } })`,
      "afterwards",
    ],
    [
      "a machine's asynchronous action that rejects",
      `setup({}).createMachine({ on: { go: { actions: async () => { await pause(1); throw new Error("bad action"); } } } })`,
      "bad action",
    ],
    [
      "a timer of a fromCallback logic",
      `fromCallback(({ receive }) => { receive(() => setTimeout(() => { throw new Error("bad callback"); }, 1)); })`,
      "bad callback",
    ],
    [
      "a timer of a callback that a machine invoked",
      `setup({ actors: { ticking: fromCallback(() => { setTimeout(() => { throw new Error("bad child"); }, 1); }) } })
        .createMachine({ initial: "on", states: { on: { invoke: { src: "ticking" } } } })`,
      "bad child",
    ],
  ])("in %s ends that process with the error, and the node lives", async (_where, logic, message) => {
    expect(await failing(logic)).toEqual(lived(message));
  });

  test("ends the one process whose code it was, not the one that started it or sent it a message", async () => {
    const ended = await run(`
      const node = startNode({ world });
      const child = async () => { const { from } = await receive(); setTimeout(() => { throw new Error("child's own"); }, 1); await idle(); };
      const parent = async () => { const pid = await spawn(child); send(pid, { type: "go", from: self() }); monitor(pid, (down) => { say({ down: short(down.reason), me: down.object.id === pid.id }); }); await receive((m) => m.type === "end"); };
      const pid = await node.spawn(parent);
      await pause(50);
      say({ living: node.processes().length, parent: node.isAlive(pid) });
      await node.halt();
    `);
    expect(ended).toEqual({
      code: 0,
      lines: [
        { down: "child's own", me: true },
        { living: 1, parent: true },
      ],
      errors: "",
    });
  });

  test("is let go when the process has ended already", async () => {
    const ended = await run(`
      const node = startNode({ world });
      await node.spawn(() => { setTimeout(() => { throw new Error("from beyond"); }, 5); });
      await pause(30);
      say("still here");
      await node.halt();
    `);
    expect(ended).toEqual({ code: 0, lines: ["still here"], errors: "" });
  });
});

describe("a failure that belongs to no process", () => {
  const outcome = `
    const node = startNode({ world, onHalt: (thrown) => { say({ halted: short(thrown?.message ?? thrown), living: node.processes().length }); process.exitCode = 3; } });
    node.subscribe((event) => { if (event.name === "unattributed_failure") say({ told: short(event.data.reason) }); });
    const held = (name) => fromCallback(() => { setInterval(() => {}, 1_000).unref(); return () => say({ released: name }); });
    await node.spawn(held("first"));
    await node.spawn(held("second"));
  `;
  const halted = (message: string): readonly unknown[] => [
    { told: message },
    { released: "second" },
    { released: "first" },
    { halted: message, living: 0 },
  ];

  test.each([
    ["in a timer of the program", `setTimeout(() => { throw new Error("nobody's"); }, 1);`, "nobody's"],
    ["in a promise of the program", `Promise.reject(new Error("nobody's"));`, "nobody's"],
    ["as a value that is no error", `setTimeout(() => { throw "a ball"; }, 1);`, "a ball"],
  ])(
    "%s halts the node in order, the latest process first, and then asks its policy",
    async (_where, body, message) => {
      const ended = await run(`${outcome}\n${body}\nsetInterval(() => {}, 1_000).unref();`);
      expect(ended).toEqual({ code: 3, lines: halted(message), errors: "" });
    },
  );

  test("in a bare queueMicrotask of a process cannot be told from the program's, and halts the node", async () => {
    const ended = await run(`${outcome}
      await node.spawn(async () => { queueMicrotask(() => { throw new Error("no name on it"); }); await idle(); });
    `);
    expect(ended).toEqual({ code: 3, lines: halted("no name on it"), errors: "" });
  });

  test("ends the program as Node would when there is no policy", async () => {
    const ended = await run(`
      const node = startNode({ world });
      await node.spawn(fromCallback(() => () => say("released")));
      setTimeout(() => { throw new Error("nobody's at all"); }, 1);
    `);
    expect(ended.code).not.toBe(0);
    expect(ended.lines).toEqual(["released"]);
    expect(ended.errors).toContain("nobody's at all");
  });

  test("halts every node of the program", async () => {
    const ended = await run(`
      const policy = (name) => (thrown) => { say({ [name]: thrown.message }); process.exitCode = 4; };
      startNode({ world, name: "alpha", onHalt: policy("alpha") });
      startNode({ world, name: "beta", onHalt: policy("beta") });
      setTimeout(() => { throw new Error("nobody's"); }, 1);
    `);
    expect(ended.code).toBe(4);
    expect(ended.lines).toHaveLength(2);
    expect(ended.lines).toEqual(expect.arrayContaining([{ alpha: "nobody's" }, { beta: "nobody's" }]));
  });
});

describe("a node that halts", () => {
  test("does not mind what fails in the code of its processes on their way out", async () => {
    const ended = await run(`
      const node = startNode({ world, onHalt: () => say("must not be asked") });
      node.subscribe((event) => { if (event.name === "unattributed_failure") say("must not be told"); });
      await node.spawn(fromCallback(() => () => { Promise.reject(new Error("on the way out")); }));
      await node.halt();
      say("halted");
    `);
    expect(ended).toEqual({ code: 0, lines: ["halted"], errors: "" });
  });

  test("goes on when more fails meanwhile, and asks its policy once, about the first", async () => {
    const ended = await run(`
      const node = startNode({ world, onHalt: (thrown) => { say({ halted: thrown.message }); process.exitCode = 3; } });
      node.subscribe((event) => { if (event.name === "unattributed_failure") say({ told: short(event.data.reason) }); });
      await node.spawn(idle);
      Promise.reject(new Error("first"));
      Promise.reject(new Error("second"));
    `);
    expect(ended).toEqual({
      code: 3,
      lines: [{ told: "first" }, { told: "second" }, { halted: "first" }],
      errors: "",
    });
  });
});

describe("a node that was halted", () => {
  test("leaves Node's own last resort as it was", async () => {
    const ended = await run(`
      const node = startNode({ world, onHalt: () => say("must not be asked") });
      await node.halt();
      say([process.listenerCount("uncaughtException"), process.listenerCount("unhandledRejection")]);
      setTimeout(() => { throw new Error("plain"); }, 1);
    `);
    expect(ended.lines).toEqual([[0, 0]]);
    expect(ended.code).toBe(1);
    expect(ended.errors).toContain("plain");
  });

  test("holds the program no longer", async () => {
    const ended = await run(`
      const node = startNode({ world });
      await node.spawn(async () => { await sleep(60_000); });
      node.sendAfter(await node.spawn(idle), { type: "tick" }, 60_000);
      await node.halt();
      say(node.processes().length);
    `);
    expect(ended).toEqual({ code: 0, lines: [0], errors: "" });
  });
});
