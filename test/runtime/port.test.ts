// A port over a program that the test plays: the protocol, in virtual time. Real programs are in port-programs.test.ts.
import { describe, expect, test } from "vitest";
import { encodeFrame, frameDecoder } from "../../runtime/framing.ts";
import {
  child,
  type ExitReason,
  named,
  type Pid,
  type PortAnswer,
  type PortProtocol,
  port,
  simulatedWorld,
  supervisor,
} from "../../runtime/index.ts";
import { limits } from "../../runtime/limits.ts";
import { startKernelNode } from "../../runtime/node/node.ts";
import type { Boundary } from "../../runtime/process/data.ts";
import type { ProgramEnd, ProgramEvents, ProgramOptions, Programs } from "../../runtime/program.ts";

/** One start of the program: what it was given, what it was sent, and the test's hand on what it does. */
interface Played {
  readonly options: ProgramOptions;
  readonly asked: unknown[];
  kills: number;
  says(bytes: Uint8Array): void;
  answers(value: unknown): void;
  complains(text: Uint8Array | string): void;
  ends(end: ProgramEnd): void;
}

function played(options: ProgramOptions, events: ProgramEvents): Played {
  const program: Played = {
    options,
    asked: [],
    kills: 0,
    says: (bytes) => events.onOutput(bytes),
    answers: (value) => program.says(encodeFrame(value) ?? new Uint8Array()),
    complains: (text) =>
      events.onErrorOutput(typeof text === "string" ? new TextEncoder().encode(text) : text),
    ends: (end) => events.onEnd(end),
  };
  return program;
}

function theatre(settings: { readonly requestTimeoutMs?: number; readonly boundary?: Boundary } = {}) {
  const started: Played[] = [];
  const programs: Programs = {
    start: (options, events) => {
      const program = played(options, events);
      const decoder = frameDecoder();
      started.push(program);
      return {
        osPid: 4_711,
        write: (bytes) => {
          program.asked.push(
            ...decoder.push(bytes).map((event) => (event.kind === "frame" ? event.value : event)),
          );
          return true;
        },
        endInput: () => {},
        kill: () => {
          program.kills += 1;
        },
      };
    },
  };
  const world = simulatedWorld({ programs });
  const { node, kernel } = startKernelNode({ world, boundary: settings.boundary ?? "freeze" });
  const logic = port("played", {
    command: "/bin/played",
    args: ["--now"],
    requestTimeoutMs: settings.requestTimeoutMs ?? 1_000,
  });
  const ends: ExitReason[] = [];
  return {
    world,
    node,
    kernel,
    logic,
    started,
    ends,
    /** The program of the latest start. */
    program(): Played {
      const program = started.at(-1);
      if (program === undefined) throw new Error("No program was started.");
      return program;
    },
    async open(): Promise<Pid<PortProtocol>> {
      const pid = await world.until(node.spawn(logic));
      node.monitor(pid, (down) => ends.push(down.reason));
      return pid;
    },
    /** Sends a request; the answer, or the error of the call. */
    ask(pid: Pid<PortProtocol>, payload: unknown): Promise<PortAnswer | { readonly code?: string }> {
      const asked = node.call(pid, "request", payload, { timeoutMs: Number.POSITIVE_INFINITY });
      return asked.catch((error: { readonly code?: string }) => error);
    },
  };
}

describe("a port", () => {
  test("starts its program with the first request, and not before", async () => {
    const { world, started, open, ask, program } = theatre();
    const pid = await open();
    await world.advance(10_000);
    expect(started).toEqual([]);
    const answer = ask(pid, { question: 1 });
    await world.settle();
    expect(started).toHaveLength(1);
    expect(program().options).toEqual({ command: "/bin/played", args: ["--now"], env: {} });
    expect(program().asked).toEqual([{ question: 1 }]);
    program().answers({ reply: 1 });
    expect(await world.until(answer)).toEqual({ ok: true, value: { reply: 1 } });
  });

  test("gives its program the environment and the folder it was told, and nothing else", async () => {
    const { world, node, program, ask } = theatre();
    const logic = port("told", {
      command: "x",
      args: [],
      env: { LANG: "C" },
      cwd: "/somewhere",
      requestTimeoutMs: 5,
    });
    void ask(await world.until(node.spawn(logic)), 1);
    await world.settle();
    expect(program().options).toEqual({ command: "x", args: [], env: { LANG: "C" }, cwd: "/somewhere" });
  });

  test("sends its opening at each start, before the first request, and waits for no answer to it", async () => {
    const { world, node, started, ask } = theatre();
    const logic = port("told", { command: "x", args: [], requestTimeoutMs: 5, opening: { rules: [1] } });
    for (const starts of [1, 2]) {
      const pid = await world.until(node.spawn(logic));
      expect(started).toHaveLength(starts - 1);
      const answer = ask(pid, "first");
      void ask(pid, "second");
      await world.settle();
      const program = started[starts - 1];
      expect(program?.asked).toEqual([{ rules: [1] }, "first"]);
      program?.answers("answered");
      expect(await world.until(answer)).toEqual({ ok: true, value: "answered" });
      expect(program?.asked).toEqual([{ rules: [1] }, "first", "second"]);
      program?.ends({ kind: "exited", code: 0 });
      await world.settle();
    }
  });

  test("refuses at its definition an opening that cannot be sent", () => {
    for (const opening of [1n, "x".repeat(limits.portFrameBytesMax)]) {
      const options = { command: "x", args: [], requestTimeoutMs: 5, opening };
      expect(() => port("speechless", options)).toThrow(expect.objectContaining({ code: "misuse" }));
    }
  });

  test("asks one thing at a time, in the order of the requests, of one and the same program", async () => {
    const { world, open, ask, program, started } = theatre();
    const pid = await open();
    const answers = [1, 2, 3].map((number) => ask(pid, number));
    for (const number of [1, 2, 3]) {
      await world.settle();
      expect(program().asked).toEqual([1, 2, 3].slice(0, number));
      program().answers(number * 10);
    }
    expect(await world.until(Promise.all(answers))).toEqual(
      [10, 20, 30].map((value) => ({ ok: true, value })),
    );
    expect(started).toHaveLength(1);
  });

  test("takes an answer in pieces of any size", async () => {
    const { world, open, ask, program } = theatre();
    const answer = ask(await open(), null);
    await world.settle();
    for (const byte of encodeFrame({ text: "ä€😀" }) ?? []) program().says(Uint8Array.of(byte));
    expect(await world.until(answer)).toEqual({ ok: true, value: { text: "ä€😀" } });
  });

  test("sends null for a request without anything", async () => {
    const { world, open, ask, program } = theatre();
    void ask(await open(), undefined);
    await world.settle();
    expect(program().asked).toEqual([null]);
  });

  test("takes no notice of what is no request", async () => {
    const { world, node, open, ask, program, ends } = theatre();
    const pid = await open();
    node.cast(pid as Pid, "request", 1);
    node.send(pid, { type: "hello" });
    const other = node.call(pid as Pid, "something else", 1).catch((error: unknown) => error);
    const answer = ask(pid, "asked");
    await world.settle();
    expect(program().asked).toEqual(["asked"]);
    program().answers("answered");
    expect(await world.until(answer)).toEqual({ ok: true, value: "answered" });
    expect(await world.until(other)).toMatchObject({ code: "timeout" });
    expect(ends).toEqual([]);
  });

  test("refuses at its definition a time that is none", () => {
    for (const requestTimeoutMs of [Number.NaN, 0, -1, undefined] as number[]) {
      expect(() => port("timeless", { command: "x", args: [], requestTimeoutMs })).toThrow(
        expect.objectContaining({ code: "misuse" }),
      );
    }
    expect(() => port("patient", { command: "x", args: [], requestTimeoutMs: Infinity })).not.toThrow();
  });

  test("shows what it does", async () => {
    const { world, kernel, open, ask } = theatre();
    const pid = await open();
    const state = () => kernel.find(pid)?.behaviour.state();
    expect(state()).toEqual({ program: "/bin/played", waiting: 0, working: false });
    for (const number of [1, 2, 3]) void ask(pid, number);
    await world.settle();
    expect(state()).toEqual({ program: "/bin/played", waiting: 2, working: true });
  });
});

describe("a request that cannot be sent", () => {
  test("is too large when it does not fit in a frame, and those behind it go on", async () => {
    const { world, open, ask, program, started } = theatre();
    const pid = await open();
    const large = ask(pid, "x".repeat(limits.portFrameBytesMax));
    const small = ask(pid, "small");
    expect(await world.until(large)).toMatchObject({ ok: false, error: "too_large" });
    expect(started).toHaveLength(1);
    expect(program().asked).toEqual(["small"]);
    program().answers("fits");
    expect(await world.until(small)).toEqual({ ok: true, value: "fits" });
  });

  test("is a bad one when JSON cannot say it, and no program is started for it", async () => {
    const { world, open, ask, started, ends } = theatre({ boundary: "trust" });
    const pid = await open();
    const circle: unknown[] = [];
    circle.push(circle);
    for (const payload of [1n, { deep: [2n] }, circle]) {
      const answer = await world.until(ask(pid, payload));
      expect(answer).toMatchObject({ ok: false, error: "bad_request" });
      expect((answer as { message: string }).message).toMatch(/^The request cannot be written as JSON: /);
    }
    expect(started).toEqual([]);
    expect(ends).toEqual([]);
  });

  test("is one too many when the queue is full, and the port is overloaded", async () => {
    const { world, open, ask, program } = theatre();
    const pid = await open();
    const answers = Array.from({ length: limits.portQueueMax + 2 }, (_, number) => ask(pid, number));
    await world.settle();
    expect(program().asked).toEqual([0]);
    expect(await world.until(answers.at(-1) as Promise<unknown>)).toEqual({
      ok: false,
      error: "overload",
      message: "10000 requests wait already",
    });
    program().answers("first");
    await world.settle();
    expect(program().asked).toEqual([0, 1]);
    program().answers("second");
    expect(await world.until(answers[1] as Promise<unknown>)).toEqual({ ok: true, value: "second" });
  });
});

describe("the deadline of a request", () => {
  test("ends the program and the port, to the millisecond; only the one that was worked on has timed out", async () => {
    const { world, open, ask, program, ends } = theatre({ requestTimeoutMs: 300 });
    const pid = await open();
    const [first, second] = [ask(pid, 1), ask(pid, 2)];
    await world.advance(299);
    expect(ends).toEqual([]);
    await world.advance(1);
    expect(ends).toEqual([{ port_timed_out: 300 }]);
    expect(program().kills).toBeGreaterThan(0);
    expect(program().asked).toEqual([1]);
    expect(await first).toEqual({
      ok: false,
      error: "timed_out",
      message: "The program took longer than 300 ms and was killed",
    });
    expect(await second).toMatchObject({ code: "callee_exited", reason: { port_timed_out: 300 } });
  });

  test("begins when the program is asked, and not while the request waits", async () => {
    const { world, open, ask, program, ends } = theatre({ requestTimeoutMs: 300 });
    const pid = await open();
    const answers = [1, 2, 3].map((number) => ask(pid, number));
    for (const number of [1, 2, 3]) {
      await world.advance(200);
      program().answers(number);
    }
    expect(await world.until(Promise.all(answers))).toHaveLength(3);
    await world.advance(10_000);
    expect(ends).toEqual([]);
  });

  test("does not count for an answer that came before it, nor for the request behind", async () => {
    const { world, kernel, open, ask, program, ends } = theatre({ requestTimeoutMs: 300 });
    const pid = await open();
    // Both come in one turn of the timers, the answer first.
    kernel.timers.start(300, () => program().answers("just in time"));
    const [first, second] = [ask(pid, 1), ask(pid, 2)];
    await world.advance(300);
    expect(await first).toEqual({ ok: true, value: "just in time" });
    expect(program().asked).toEqual([1, 2]);
    await world.advance(299);
    program().answers("in time");
    expect(await world.until(second)).toEqual({ ok: true, value: "in time" });
    expect(ends).toEqual([]);
  });
});

describe("a program", () => {
  const endings: [ProgramEnd, string][] = [
    [{ kind: "exited", code: 0 }, "/bin/played ended with code 0"],
    [{ kind: "exited", code: 3 }, "/bin/played ended with code 3"],
    [{ kind: "signalled", signal: "SIGSEGV" }, "/bin/played was ended by SIGSEGV"],
    [{ kind: "unstartable", message: "ENOENT" }, "/bin/played could not be started: ENOENT"],
  ];

  test.each(endings)("that ends (%j) ends the port, and with it its request", async (end, message) => {
    const { world, open, ask, program, ends } = theatre();
    const pid = await open();
    const [first, second] = [ask(pid, 1), ask(pid, 2)];
    await world.settle();
    program().complains("what went wrong");
    program().ends(end);
    expect(await world.until(first)).toEqual({ ok: false, error: "program_ended", message });
    expect(await world.until(second)).toMatchObject({ code: "callee_exited" });
    expect(ends).toEqual([{ port_program_ended: end, message, error_output: "what went wrong" }]);
  });

  test("that ends while nothing is asked of it ends the port all the same", async () => {
    const { world, open, ask, program, ends } = theatre();
    const pid = await open();
    const answer = ask(pid, 1);
    await world.settle();
    program().answers(1);
    await world.until(answer);
    program().ends({ kind: "exited", code: 0 });
    await world.settle();
    expect(ends).toMatchObject([{ port_program_ended: { kind: "exited", code: 0 } }]);
  });

  test("that cannot even be tried ends the port with what was thrown", async () => {
    const world = simulatedWorld();
    const { node } = startKernelNode({ world, boundary: "freeze" });
    const pid = await world.until(node.spawn(port("none", { command: "x", args: [], requestTimeoutMs: 5 })));
    await expect(world.until(node.call(pid, "request", 1))).rejects.toMatchObject({
      code: "callee_exited",
      reason: { error: { message: expect.stringContaining("starts no programs") } },
    });
  });

  test("leaves of its complaints the last two thousand characters, whole ones", async () => {
    const { world, open, ask, program, ends } = theatre();
    void ask(await open(), 1);
    await world.settle();
    const bytes = new TextEncoder().encode(`${"x".repeat(5_000)}${"€".repeat(1_999)}`);
    for (let start = 0; start < bytes.length; start += 7)
      program().complains(bytes.subarray(start, start + 7));
    program().ends({ kind: "exited", code: 1 });
    await world.settle();
    expect(ends).toMatchObject([{ error_output: `x${"€".repeat(1_999)}` }]);
  });

  const broken: [string, (program: Played) => void, string][] = [
    [
      "says what is no frame",
      (p) => p.says(new TextEncoder().encode("Hello!\n")),
      "a frame of 1214606444 bytes",
    ],
    [
      "says what is no JSON",
      (p) => p.says(Uint8Array.of(0, 0, 0, 1, 0x7b)),
      "a frame of 1 bytes holds no UTF-8 JSON",
    ],
  ];
  test.each(broken)("that %s is ended, with its request", async (_what, act, reason) => {
    const { world, open, ask, program, ends } = theatre();
    const pid = await open();
    const [first, second] = [ask(pid, 1), ask(pid, 2)];
    await world.settle();
    act(program());
    expect(await world.until(first)).toMatchObject({
      ok: false,
      error: "broken_answer",
      message: expect.stringContaining(reason),
    });
    expect(await world.until(second)).toMatchObject({ code: "callee_exited" });
    expect(ends).toMatchObject([{ port_broken_answer: expect.stringContaining(reason) }]);
    expect(program().kills).toBeGreaterThan(0);
  });

  test("that answers twice, or without being asked, is ended: nobody could tell which answer is whose", async () => {
    const unasked = "the program answered without being asked";
    const { world, open, ask, program, ends } = theatre();
    const pid = await open();
    const first = ask(pid, 1);
    await world.settle();
    program().answers("one");
    expect(await world.until(first)).toEqual({ ok: true, value: "one" });
    program().answers("two");
    await world.settle();
    expect(ends).toEqual([{ port_broken_answer: unasked }]);

    const other = theatre();
    const otherPid = await other.open();
    const [one, two] = [other.ask(otherPid, 1), other.ask(otherPid, 2)];
    await other.world.settle();
    const both = [...(encodeFrame("one") ?? []), ...(encodeFrame("two") ?? [])];
    other.program().says(Uint8Array.from(both));
    expect(await other.world.until(one)).toEqual({ ok: true, value: "one" });
    expect(await other.world.until(two)).toMatchObject({ code: "callee_exited" });
    expect(other.program().asked).toEqual([1]);
    expect(other.ends).toEqual([{ port_broken_answer: unasked }]);
  });

  test("that answers with what is nested too deep for a message lives on, and its request is told", async () => {
    const { world, open, ask, program, ends } = theatre();
    const pid = await open();
    const [first, second] = [ask(pid, 1), ask(pid, 2)];
    await world.settle();
    const deep = `${"[".repeat(limits.messageDepthMax + 5)}${"]".repeat(limits.messageDepthMax + 5)}`;
    program().answers(JSON.parse(deep));
    expect(await world.until(first)).toMatchObject({
      ok: false,
      error: "broken_answer",
      message: expect.stringContaining("nested deeper"),
    });
    program().answers("fine");
    expect(await world.until(second)).toEqual({ ok: true, value: "fine" });
    expect(ends).toEqual([]);
  });

  test("is ended with its port, whatever ends that", async () => {
    for (const reason of ["kill", "shutdown", "broken"]) {
      const { world, node, open, ask, program, ends } = theatre();
      const pid = await open();
      const answer = ask(pid, 1);
      await world.settle();
      expect(program().kills).toBe(0);
      node.exit(pid, reason);
      expect(await world.until(answer)).toMatchObject({ code: "callee_exited" });
      expect(program().kills).toBe(1);
      program().answers("too late");
      program().ends({ kind: "signalled", signal: "SIGKILL" });
      await world.settle();
      expect(ends).toEqual([reason === "kill" ? "killed" : reason]);
    }
    const { world, node, open, ask, program } = theatre();
    const pid = await open();
    void ask(pid, 1);
    await world.until(node.stop(pid));
    expect(program().kills).toBe(1);
  });
});

describe("a supervised port", () => {
  test("comes back under its name, and starts its program anew only when it is asked", async () => {
    const { world, node, logic, started, program } = theatre();
    const address = named<PortProtocol>("played");
    await world.until(node.spawn(supervisor("tree", { children: [child(logic, { name: "played" })] })));
    const first = node.call(address, "request", 1);
    await world.settle();
    program().ends({ kind: "exited", code: 1 });
    expect(await world.until(first)).toMatchObject({ error: "program_ended" });
    await world.advance(10_000);
    expect(node.whereis("played")).toBeDefined();
    expect(started).toHaveLength(1);
    const second = node.call(address, "request", 2);
    await world.settle();
    expect(started).toHaveLength(2);
    program().answers("back");
    expect(await world.until(second)).toEqual({ ok: true, value: "back" });
  });
});
