import { describe, expect, test } from "vitest";
import {
  attachLogger,
  child,
  defineEvents,
  event,
  exit,
  field,
  type LoggerOptions,
  measure,
  simulatedWorld,
  sleep,
  startNode,
  supervisor,
  tellEvent,
} from "../../../runtime/index.ts";
import { Secret } from "../../../runtime/secret.ts";

const canary = "kNaRy-7f3c9";
const pid = { node: "kitchen", incarnation: 1, id: 7 };

async function logging(options: Partial<LoggerOptions> = {}) {
  const world = simulatedWorld({ wallTime: 1_000 });
  const node = startNode({ world, name: "kitchen" });
  const written: string[] = [];
  const destination = { write: (line: string) => written.push(line) };
  const detach = await attachLogger(node, { destination, ...options });
  const lines = (): Record<string, unknown>[] => written.map((line) => JSON.parse(line));
  return { world, node, written, lines, detach };
}

describe("attachLogger()", () => {
  test("writes a line for each event, with time, node, level and what it tells", async () => {
    const { world, node, lines } = await logging();
    await world.advance(250);
    node.emit("mailbox_long", { pid, name: "oven", messages: 10_000 });
    expect(lines()).toEqual([
      {
        level: "warn",
        time: 1_250,
        node: "kitchen",
        event: "mailbox_long",
        pid: "<kitchen.1.7>",
        name: "oven",
        messages: 10_000,
        msg: "A mailbox passed its high-water mark.",
      },
    ]);
  });

  test("ends every line with a line feed, and holds none within it", async () => {
    const { node, written } = await logging();
    node.emit("machine_logged", { pid, name: "a\nb\r\n\u2028", values: ["\n"] });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^\{.*\}\n$/);
    expect(written[0]?.slice(0, -1)).not.toMatch(/[\n\r\u2028]/);
  });

  test("leaves out what lies below its level, and what is told after it was detached", async () => {
    const { node, lines, detach } = await logging();
    node.emit("reply_dropped", { ref: 1 });
    expect(lines()).toEqual([]);
    node.emit("application_started", { application: "bakery" });
    detach();
    node.emit("application_started", { application: "bakery" });
    expect(lines()).toHaveLength(1);
  });

  test.each([
    ["debug", 4],
    ["info", 3],
    ["warn", 2],
    ["error", 1],
  ] as const)("at level %s writes what is at least that", async (level, count) => {
    const { node, lines } = await logging({ level });
    node.emit("reply_dropped", { ref: 1 });
    node.emit("application_started", { application: "bakery" });
    node.emit("event_loop_lag", { lagMs: 1 });
    node.emit("heap_high", { usedBytes: 1, limitBytes: 2 });
    expect(lines()).toHaveLength(count);
  });

  test("gives a reason in words, and the error behind it with its stack", async () => {
    const { node, lines } = await logging();
    const error = { name: "RangeError", message: "too hot", stack: "RangeError: too hot\n    at bake" };
    node.emit("unattributed_failure", { reason: { error } });
    node.emit("unattributed_failure", { reason: { shutdown: 1n } });
    expect(lines()).toMatchObject([
      { reason: "RangeError: too hot", err: error },
      { reason: '{"shutdown":"1n"}' },
    ]);
    expect(lines()[1]).not.toHaveProperty("err");
  });

  test("tells of a crash under a supervisor, from end to end", async () => {
    const { world, node, lines } = await logging({ level: "debug" });
    const baker = async function baker(): Promise<void> {
      await sleep(10);
      exit({ burnt: new Error(canary).name });
    };
    await world.until(
      node.spawn(supervisor("bakery", { strategy: "one_for_one", maxRestarts: 1, children: [child(baker)] })),
    );
    await world.advance(1_000);
    expect(lines().map((line) => line.event)).toEqual([
      "supervisor_child_started",
      "process_crashed",
      "supervisor_child_exited",
      "supervisor_child_restarted",
      "process_crashed",
      "supervisor_child_exited",
      "supervisor_gave_up",
    ]);
    expect(lines()[3]).toMatchObject({
      supervisor: "bakery",
      child: "baker",
      reason: '{"burnt":"Error"}',
      restarts: 1,
    });
  });

  test("writes the same lines in the same simulated world", async () => {
    const run = async (): Promise<readonly string[]> => {
      const { world, node, written } = await logging({ level: "debug" });
      const failing = async function failing(): Promise<void> {
        await sleep(5);
        throw new TypeError("burnt");
      };
      await world.until(node.spawn(supervisor("s", { strategy: "one_for_one", children: [child(failing)] })));
      await world.advance(100);
      return written;
    };
    expect(await run()).toEqual(await run());
  });

  test("writes the events of an application", async () => {
    const { world, node, lines } = await logging();
    const bakery = defineEvents("bakery", {
      baked: event({
        means: "A loaf was baked.",
        level: "info",
        measurements: { bakedMs: measure("ms", "How long it took") },
        metadata: { reason: field.reason("Why") },
      }),
    });
    await world.until(node.spawn(async () => tellEvent(bakery.baked, { bakedMs: 3, reason: "normal" })));
    expect(lines()).toMatchObject([
      { event: "bakery.baked", bakedMs: 3, reason: "normal", msg: "A loaf was baked." },
    ]);
  });

  test("shows no secret of a process that crashes, wherever it lies", async () => {
    const { node, written } = await logging({ mask: (text) => text.replaceAll(canary, "[masked]") });
    const secret = new Secret(canary);
    const circular: Record<string, unknown> = { secret, password: canary, text: `key ${canary}` };
    circular.self = circular;
    node.emit("process_crashed", {
      pid,
      name: `named ${canary}`,
      logic: "oven",
      reason: {
        error: {
          name: "Error",
          message: `401 for ${canary}`,
          stack: `Error: 401 for ${canary}\n    at ask`,
          details: { secret, headers: { authorization: canary } },
          cause: { name: "Error", message: canary, stack: canary },
        },
      },
      lastMessage: canary,
      state: circular,
      client: undefined,
    });
    node.emit("unattributed_failure", { reason: { api_key: canary, [canary]: secret } });
    node.emit("unattributed_failure", { reason: { nocatch: secret, stack: canary } });
    expect(written).toHaveLength(3);
    expect(written.join("")).not.toContain(canary);
    expect(written.join("")).toContain("[masked]");
  });

  test("lets go of no event, however hostile its data are", async () => {
    const { node, written, lines } = await logging();
    const hostile = {
      get thrown(): never {
        throw new Error("no");
      },
      big: 2n ** 4_000n,
      symbol: Symbol("s"),
      huge: "x".repeat(5_000_000),
      many: Array.from({ length: 100_000 }, () => ({})),
      escape: "\u001b[2J\u202e",
      error: new Error("a", { cause: new Error("b", { cause: "c" }) }),
      toJSON: undefined,
    };
    node.emit("machine_logged", { pid, name: undefined, values: [hostile, hostile] });
    node.emit("machine_logged", {
      pid,
      name: undefined,
      values: [
        new Proxy([], {
          get: () => {
            throw new Error("no");
          },
        }),
      ],
    });
    node.emit("unattributed_failure", { reason: hostile });
    node.emit("application_started", { application: "still there" });
    expect(lines().map((line) => line.event)).toEqual([
      "machine_logged",
      "machine_logged",
      "unattributed_failure",
      "application_started",
    ]);
    expect(Math.max(...written.map((line) => line.length))).toBeLessThan(100_000);
    expect(written.join("")).not.toMatch(/[\u202e]/);
    expect(written.join("")).not.toContain("\u001b");
  });

  test("keeps the node unharmed by a place that fails, and says how many lines were lost", async () => {
    let isFull = true;
    const kept: string[] = [];
    const { node } = await logging({
      destination: {
        write: (line) => {
          if (isFull) throw new Error("ENOSPC");
          kept.push(line);
        },
      },
    });
    for (let index = 0; index < 5; index += 1) node.emit("application_started", { application: "bakery" });
    isFull = false;
    node.emit("application_stopped", { application: "bakery", reason: "normal" });
    expect(kept.map((line) => JSON.parse(line))).toMatchObject([
      { event: "application_stopped" },
      // The sixth is the one that said so.
      { event: "log_lines_lost", lines: 6, level: "error" },
    ]);
  });

  test("writes at level debug where an event is no news", async () => {
    const { node, lines } = await logging();
    const spec = {
      id: "baker",
      restart: "temporary",
      shutdownMs: 1,
      type: "worker",
      significant: false,
    } as const;
    const exit = { supervisor: "bakery", child: "baker", spec, pid, reason: "normal" };
    node.emit("supervisor_child_exited", { ...exit, error: false });
    node.emit("supervisor_child_exited", { ...exit, error: true });
    expect(lines()).toMatchObject([{ error: true, level: "warn" }]);
  });

  test("writes to the other place what the first refuses", async () => {
    const kept: string[] = [];
    const { node } = await logging({
      destination: {
        write: () => {
          throw new Error("EPIPE");
        },
      },
      fallback: { write: (line: string) => kept.push(line) },
    });
    node.emit("application_started", { application: "bakery" });
    expect(kept.map((line) => JSON.parse(line))).toMatchObject([
      { application: "bakery" },
      { event: "log_refused", reason: "Error: EPIPE" },
    ]);
  });
});
