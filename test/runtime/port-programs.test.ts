// Ports over real programs of the system: what they say, how they end, and that none is ever left behind.
import { realpath } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  child,
  type DownMessage,
  type ExitReason,
  type Node,
  named,
  type Pid,
  type PortAnswer,
  type PortOptions,
  type PortProtocol,
  port,
  realWorld,
  startNode,
  supervisor,
} from "../../runtime/index.ts";
import { expectGone, isRunning, type ProgramFile, writeObedient } from "./programs/obedient.ts";

let file: ProgramFile;
let node: Node;

beforeAll(async () => {
  file = await writeObedient();
});
afterAll(() => file.remove());
beforeEach(() => {
  node = startNode({ world: realWorld(), boundary: "freeze" });
});
afterEach(() => node.halt());

/** Far more than anything here needs, where the time is not what a test is about. */
const patientMs = 30_000;

function obedient(options: Partial<PortOptions> = {}) {
  return port("obedient", {
    command: process.execPath,
    args: [file.path],
    requestTimeoutMs: patientMs,
    ...options,
  });
}

async function open(options: Partial<PortOptions> = {}): Promise<Pid<PortProtocol>> {
  return node.spawn(obedient(options));
}

function ask(pid: Pid<PortProtocol>, payload: unknown): Promise<PortAnswer> {
  return node.call(pid, "request", payload, { timeoutMs: Number.POSITIVE_INFINITY });
}

async function answerOf<T>(asked: Promise<PortAnswer>): Promise<T> {
  const answer = await asked;
  if (!answer.ok) throw new Error(`${answer.error}: ${answer.message}`);
  return answer.value as T;
}

function endOf(pid: Pid<PortProtocol>): Promise<ExitReason> {
  return new Promise((resolve) => {
    node.monitor(pid, (down: DownMessage) => resolve(down.reason));
  });
}

describe("a real program behind a port", () => {
  test("answers every request, in order, small and large", async () => {
    const pid = await open();
    const values = [null, 0, "ä€😀", { a: [1, { b: "\u0000" }] }, [], "x".repeat(100_000)];
    const answers = await Promise.all(values.map((value) => answerOf(ask(pid, value))));
    expect(answers).toEqual(values);
    const text = "x".repeat(8 * 1024 * 1024);
    expect(await answerOf(ask(pid, { does: "length", text }))).toBe(text.length);
    expect(await answerOf<string>(ask(pid, { does: "text", length: text.length }))).toHaveLength(text.length);
  });

  test("works on one thing at a time, in the order of the requests", async () => {
    const pid = await open();
    const done: number[] = [];
    await Promise.all(
      [40, 0, 20, 10].map(async (ms, index) => {
        await answerOf(ask(pid, { does: "later", ms, value: index }));
        done.push(index);
      }),
    );
    expect(done).toEqual([0, 1, 2, 3]);
  });

  test("gets the environment, folder and arguments it was told, and no shell between", async () => {
    const words = ["a b", "$HOME", "`id`", "; exit 1", "*", ""];
    const env = { GREETING: "hello", EMPTY: "" };
    const pid = await open({ args: [file.path, ...words], env, cwd: file.folder });
    const seen = await answerOf<{ env: object; cwd: string; words: unknown }>(
      ask(pid, { does: "surroundings" }),
    );
    expect(seen.words).toEqual(words);
    expect(await realpath(seen.cwd)).toBe(await realpath(file.folder));
    expect(seen.env).toMatchObject(env);
    expect(Object.keys(seen.env)).not.toContain("PATH");
  });

  test("may complain as much as it likes", async () => {
    const pid = await open();
    const end = endOf(pid);
    expect(await answerOf(ask(pid, { does: "complain", megabytes: 16 }))).toBe("complained");
    expect(await answerOf(ask(pid, "next"))).toBe("next");
    expect(await ask(pid, { does: "leave", code: 1 })).toMatchObject({ error: "program_ended" });
    expect(await end).toMatchObject({ error_output: `${"!".repeat(1_999)}\n` });
  });
});

describe("the end of a real program", () => {
  const ends: [string, unknown, PortAnswer, object][] = [
    [
      "that exits",
      { does: "leave", code: 3 },
      { ok: false, error: "program_ended", message: expect.stringContaining("ended with code 3") },
      { port_program_ended: { kind: "exited", code: 3 } },
    ],
    [
      "that crashes",
      { does: "crash" },
      { ok: false, error: "program_ended", message: expect.stringContaining("was ended by SIGSEGV") },
      { port_program_ended: { kind: "signalled", signal: "SIGSEGV" }, error_output: "about to crash" },
    ],
    [
      "that throws",
      { does: "throw" },
      { ok: false, error: "program_ended", message: expect.stringContaining("ended with code 1") },
      { error_output: expect.stringContaining("cannot do that") },
    ],
    [
      "that says what is no frame",
      { does: "garbage" },
      { ok: false, error: "broken_answer", message: expect.stringContaining("was announced") },
      { port_broken_answer: expect.stringContaining("was announced") },
    ],
    [
      "that says what is no JSON",
      { does: "malformed" },
      { ok: false, error: "broken_answer", message: expect.stringContaining("no UTF-8 JSON") },
      { port_broken_answer: expect.stringContaining("no UTF-8 JSON") },
    ],
  ];

  test.each(ends)("%s ends its port, and is told in the answer", async (_what, request, answer, reason) => {
    const pid = await open();
    const end = endOf(pid);
    const osPid = await answerOf<number>(ask(pid, { does: "pid" }));
    expect(await ask(pid, request)).toEqual(answer);
    expect(await end).toMatchObject(reason);
    await expectGone(osPid);
  });

  test.each([
    ["answers twice", { does: "twice" }, 1],
    ["speaks without being asked", { does: "unasked", ms: 20 }, "asked"],
  ])("comes when it %s", async (_what, request, value) => {
    const pid = await open();
    const end = endOf(pid);
    const osPid = await answerOf<number>(ask(pid, { does: "pid" }));
    expect(await ask(pid, request)).toEqual({ ok: true, value });
    expect(await end).toEqual({ port_broken_answer: "the program answered without being asked" });
    await expectGone(osPid);
  });

  test("comes from outside too: who kills the program ends its port", async () => {
    const pid = await open();
    const end = endOf(pid);
    process.kill(await answerOf<number>(ask(pid, { does: "pid" })), "SIGKILL");
    expect(await end).toMatchObject({ port_program_ended: { kind: "signalled", signal: "SIGKILL" } });
  });

  test.each([
    ["a program that does not exist", { command: "/no/such/program" }, "ENOENT"],
    ["one that is not among the programs it could know", { command: "obedient" }, "ENOENT"],
    ["a folder for a program", { command: "/" }, "EACCES"],
    ["a folder that does not exist", { cwd: "/no/such/folder" }, "ENOENT"],
    ["a name that no program can have", { command: "no\u0000program" }, "null bytes"],
    ["more arguments than the system takes", { args: ["x".repeat(4 * 1024 * 1024)] }, "E2BIG"],
  ])("is told at once for %s", async (_what, options, because) => {
    const pid = await open(options);
    const end = endOf(pid);
    expect(await ask(pid, 1)).toEqual({
      ok: false,
      error: "program_ended",
      message: expect.stringMatching(new RegExp(`could not be started: .*${because}`)),
    });
    expect(await end).toMatchObject({ port_program_ended: { kind: "unstartable" } });
  });

  test("takes with it what the program had started, and the port hears of it though that held the streams", async () => {
    const pid = await open();
    const end = endOf(pid);
    const family = await answerOf<{ own: number; child: number }>(
      ask(pid, { does: "leave", code: 0, withFamily: true }),
    );
    expect(await end).toMatchObject({ port_program_ended: { kind: "exited", code: 0 } });
    await expectGone(family.own, family.child);
  });

  test("is heard of even when something that had left its group holds the streams", async () => {
    const pid = await open();
    const end = endOf(pid);
    const family = await answerOf<{ own: number; child: number }>(
      ask(pid, { does: "leave", code: 0, withFamily: true, detached: true }),
    );
    expect(await end).toMatchObject({ port_program_ended: { kind: "exited", code: 0 } });
    // It is nobody's any more; the port promises its group and no more.
    expect(isRunning(family.child)).toBe(true);
    process.kill(family.child, "SIGKILL");
    await expectGone(family.own, family.child);
  });
});

describe("the deadline of a request to a real program", () => {
  // Long enough for a program to start on a busy machine, since the first request pays for that.
  const requestTimeoutMs = 3_000;
  const hanging: [string, object][] = [
    ["never rests", { does: "hang" }],
    ["says nothing any more", { does: "mute" }],
    ["does not answer", { does: "deaf" }],
  ];

  test.each(hanging)("ends one that %s, with all it has started", async (_what, request) => {
    const pid = await open({ requestTimeoutMs });
    const end = endOf(pid);
    const family = await answerOf<{ own: number; child: number }>(ask(pid, { does: "family" }));
    expect([family.own, family.child].filter(isRunning)).toHaveLength(2);
    const [late, behind] = [ask(pid, request), ask(pid, "behind").catch((error: unknown) => error)];
    expect(await late).toMatchObject({ ok: false, error: "timed_out" });
    expect(await behind).toMatchObject({ code: "callee_exited" });
    expect(await end).toEqual({ port_timed_out: requestTimeoutMs });
    await expectGone(family.own, family.child);
  });
});

describe("the end of a port", () => {
  test.each(["kill", "shutdown", "broken"])(
    "by %s ends its program, with all that it has started",
    async (reason) => {
      const pid = await open();
      const end = endOf(pid);
      const family = await answerOf<{ own: number; child: number }>(ask(pid, { does: "family" }));
      const waiting = ask(pid, { does: "later", ms: patientMs, value: 1 }).catch((error: unknown) => error);
      node.exit(pid, reason);
      expect(await end).toBe(reason === "kill" ? "killed" : reason);
      expect(await waiting).toMatchObject({ code: "callee_exited" });
      await expectGone(family.own, family.child);
    },
  );

  test("in good order, and that of its node, ends its program too", async () => {
    const stopped = await open();
    const halted = await open();
    const osPids = await Promise.all(
      [stopped, halted].map((pid) => answerOf<number>(ask(pid, { does: "pid" }))),
    );
    await node.stop(stopped);
    await expectGone(osPids[0] as number);
    expect(isRunning(osPids[1] as number)).toBe(true);
    await node.halt();
    await expectGone(...osPids);
  });
});

describe("a supervised port over a real program", () => {
  test("starts another program for the request after a crash", async () => {
    const address = named<PortProtocol>("obedient");
    const tree = supervisor("tree", { children: [child(obedient(), { name: "obedient" })] });
    await node.spawn(tree);
    const request = (payload: unknown) =>
      node.call(address, "request", payload, { timeoutMs: Number.POSITIVE_INFINITY });
    const seen: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const answer = await request({ does: "pid" });
      seen.push(answer.ok ? (answer.value as number) : 0);
      expect(await request({ does: "leave", code: 1 })).toMatchObject({ error: "program_ended" });
    }
    expect(new Set(seen).size).toBe(3);
    expect(seen).not.toContain(0);
    await expectGone(...seen);
  });
});
