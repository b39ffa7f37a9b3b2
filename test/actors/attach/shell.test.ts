// What code does that is typed into an attached shell.
import { describe, expect, it } from "vitest";
import { named } from "../../../runtime/index.ts";
import type { ProtocolOf } from "../../../runtime/logic/logic.ts";
import { attachStage, type counter } from "./stage.ts";

describe("An attached shell", () => {
  it("runs code on the node, keeps its bindings, and waits for a top-level await", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    expect((await terminal.evaluate("const x = 1; let y = await Promise.resolve(2)")).value).toBe(
      "undefined",
    );
    expect((await terminal.evaluate("x + y")).value).toBe("3");
    expect((await terminal.evaluate("_ * 2")).value).toBe("6");
    expect((await terminal.evaluate("node.name")).value).toBe("'alpha'");
    expect(
      (
        await terminal.evaluate(
          "[typeof require, typeof setTimeout, typeof Buffer, fs === require('node:fs')]",
        )
      ).value,
    ).toBe("[ 'function', 'function', 'function', true ]");
  });

  it("asks for more lines where the input is not complete, and says what is wrong where it is", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    expect(await terminal.evaluate("function f() {")).toMatchObject({ isMore: true, error: undefined });
    expect((await terminal.evaluate("function f() {\n return 7 }; f()")).value).toBe("7");
    expect((await terminal.evaluate("1 +* 2")).error).toContain("SyntaxError: Unexpected token '*'");
    expect((await terminal.evaluate("null.a")).error).toMatch(
      /^Uncaught TypeError: Cannot read properties of null/,
    );
    expect((await terminal.evaluate("throw { code: 7 }")).error).toBe("Uncaught { code: 7 }");
    expect((await terminal.evaluate("await Promise.reject(new RangeError('no'))")).error).toMatch(
      /^Uncaught RangeError: no/,
    );
  });

  it("acts as a process of its own, also after awaits and in timers (M13)", async () => {
    const { node, open } = await attachStage();
    const terminal = await open();
    expect((await terminal.evaluate("call('counter', 'add', { n: 5 })")).value).toContain("Promise");
    expect((await terminal.evaluate("await call('counter', 'add', { n: 5 })")).value).toBe("10");
    await terminal.evaluate("cast('counter', 'bump')");
    expect(await node.call(named<ProtocolOf<typeof counter>>("counter"), "get")).toBe(11);
    const self = (await terminal.evaluate("self().id")).value;
    const late = "await new Promise((resolve) => setTimeout(() => resolve(self().id), 1))";
    expect((await terminal.evaluate(late)).value).toBe(self);
    expect((await terminal.evaluate("send(self(), { type: 'hi', n: 1 }); await receive()")).value).toContain(
      "type: 'hi'",
    );
  });
});

describe("Data of an attached shell", () => {
  it("arrives at the node's processes as plain data, and its errors and promises pass for the node's own", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    const spawned =
      "await new Promise((resolve) => spawn(async (input) => { await null; resolve([input.list, await 7]) }, { input: { list: [1, { a: 2 }] } }))";
    expect((await terminal.evaluate(spawned)).value).toBe("[ [ 1, { a: 2 } ], 7 ]");
    expect((await terminal.evaluate("await replaceState('counter', (n) => ({ n }))")).value).toBe("{ n: 0 }");
    const thrown =
      "await new Promise((resolve) => node.spawnMonitor(async () => { throw new TypeError('mine') }, { onDown: ({ reason }) => resolve(reason) }))";
    expect((await terminal.evaluate(thrown)).value).toContain("message: 'mine'");
  });

  it("cannot be a cycle that is sent, and says so", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    const { error } = await terminal.evaluate(
      "const loop = {}; loop.loop = loop; cast('counter', 'bump', loop)",
    );
    expect(error).toContain("cycle");
  });
});

describe("Output of an attached shell", () => {
  it("goes to the shell whose code prints, across awaits and timers, and to no other (M13, M17)", async () => {
    const { open } = await attachStage();
    const first = await open();
    const second = await open({ from: "cli-ann" });
    await first.evaluate(
      "console.log('one'); await null; console.error('two %d', 2); setTimeout(() => console.log('three'), 1); 0",
    );
    await first.until(() => first.output.includes("three"));
    expect(first.output).toBe("one\ntwo 2\nthree\n");
    await second.evaluate("console.log({ a: 1 })");
    expect(second.output).toBe("{ a: 1 }\n");
    expect(first.output).not.toContain("a: 1");
    await first.evaluate("const mine = 1");
    expect((await second.evaluate("typeof mine")).value).toBe("'undefined'");
  });

  it("takes in what its processes write to the program's own streams, and leaves that of others (D16)", async () => {
    const written: string[] = [];
    const stdout = { write: (text: string) => written.push(text) > 0 };
    const program = { pid: 1, stdout, stderr: { write: () => true } };
    const { node, open } = await attachStage({ program });
    const terminal = await open();
    Object.assign(node, { print: (text: string) => program.stdout.write(text) });
    await terminal.evaluate(
      "node.print('of the shell\\n'); await spawn(() => node.print('of its child\\n')); 0",
    );
    await terminal.until(() => terminal.output.includes("child"));
    await node.spawn(() => void program.stdout.write("of another\n"));
    expect(terminal.output).toBe("of the shell\nof its child\n");
    expect(written).toEqual(["of another\n"]);
  });

  it("is bounded while nobody can take it: a gigabyte does not hurt the node, and what is left out is counted", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    const before = process.memoryUsage().rss;
    const { value } = await terminal.evaluate(
      "for (let i = 0; i < 1000; i += 1) console.log('x'.repeat(1_000_000)); 'done'",
    );
    expect(value).toBe("'done'");
    expect(terminal.output.length).toBeLessThan(300_000);
    expect(/… \(\d{8,} characters left out\)/.test(terminal.output)).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  it("comes whole and in order where the terminal takes it", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    await terminal.evaluate(
      "for (let i = 0; i < 40; i += 1) { console.log(String(i).padStart(20_000, '.')); await new Promise((r) => setTimeout(r, 1)) }",
    );
    const numbers = terminal.output
      .trimEnd()
      .split("\n")
      .map((line) => Number(line.replaceAll(".", "")));
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });
});

describe("A result of an attached shell", () => {
  it("is cut where it is long, deep or wide", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    expect((await terminal.evaluate("'x'.repeat(50_000_000)")).value?.length).toBeLessThan(11_000);
    expect(
      (await terminal.evaluate("Array.from({ length: 1_000_000 }, (_, i) => ({ i }))")).value?.length,
    ).toBeLessThan(110_000);
    expect(
      (await terminal.evaluate("Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => ['k' + i, i]))"))
        .value,
    ).toContain("more");
    expect(
      (await terminal.evaluate("let deep = {}; for (let i = 0; i < 10_000; i += 1) deep = { deep }; deep"))
        .value,
    ).toContain("[Object]");
    expect(
      (await terminal.evaluate("const round = { name: 'round' }; round.self = round; round")).value,
    ).toContain("[Circular *1]");
    expect(
      (await terminal.evaluate("new Proxy({}, { ownKeys() { throw new Error('looked') } })")).value,
    ).toBe("{}");
    expect((await terminal.evaluate("Promise.resolve(1)")).value).toBe("Promise { 1 }");
  });

  it("comes as JSON where a program asks for it, or says why it cannot", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    expect((await terminal.evaluate("({ a: [1, null, 'x'] })", { json: true })).value).toBe(
      '{"a":[1,null,"x"]}',
    );
    expect((await terminal.evaluate("undefined", { json: true })).value).toBe("null");
    expect((await terminal.evaluate("1n", { json: true })).error).toContain("is no JSON");
    expect((await terminal.evaluate("const c = {}; c.c = c; c", { json: true })).error).toContain(
      "holds itself",
    );
    const large =
      (await terminal.evaluate("Array.from({ length: 50_000 }, (_, i) => 'é' + i)", { json: true })).value ??
      "";
    expect(JSON.parse(large)).toHaveLength(50_000);
    expect((await terminal.evaluate("'x'.repeat(5_000_000)", { json: true })).error).toContain("more than");
  });

  it("is that of an inspect function of its own, and a throw of that is an error of the code", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    const symbol = "Symbol.for('nodejs.util.inspect.custom')";
    expect((await terminal.evaluate(`({ [${symbol}]: () => 'mine' })`)).value).toBe("mine");
    expect(
      (await terminal.evaluate(`({ [${symbol}]: () => { throw new Error('shown') } })`)).error,
    ).toContain("shown");
    expect(
      (await terminal.evaluate(`({ [${symbol}]: () => 'y'.repeat(1_000_000) })`)).value?.length,
    ).toBeLessThan(110_000);
  });
});

describe("The context of an attached shell", () => {
  it("is its own: what is assigned there changes nothing for the node", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    const own = { process, Buffer, console };
    await terminal.evaluate(
      "process = 1; Buffer = 2; console = 3; globalThis.Array = 4; Object.prototype.leak = 5",
    );
    expect({ process, Buffer, console }).toEqual(own);
    expect(({} as { leak?: unknown }).leak).toBeUndefined();
  });
});
