// The helpers of a shell, and the shell that has them alone.
import { describe, expect, it } from "vitest";
import { formatPid } from "../../../runtime/index.ts";
import { attachStage } from "./stage.ts";

describe("The helpers of a shell", () => {
  it("tell of processes, by name, by pid as it is printed, and by number", async () => {
    const { node, open } = await attachStage();
    const terminal = await open();
    const pid = node.whereis("counter");
    if (pid === undefined) throw new Error("There is no counter.");
    for (const whom of [
      `'counter'`,
      `'${formatPid(pid)}'`,
      `'${formatPid(pid).slice(1, -1)}'`,
      `${pid.id}`,
      `'<${pid.id}>'`,
      "named('counter')",
      "node.whereis('counter')",
    ]) {
      expect((await terminal.evaluate(`info(${whom}).name`)).value).toBe("'counter'");
    }
    expect((await terminal.evaluate("ps('messagesHandled', 3)")).value).toMatch(/^PID +NAME +LOGIC/);
    expect((await terminal.evaluate("ps().length > 3 && Array.isArray(ps())")).value).toBe("true");
    expect((await terminal.evaluate("tree()")).value).toContain("attach.sessions");
    expect((await terminal.evaluate("names()")).value).toContain("counter");
    expect((await terminal.evaluate("nodes()")).value).toContain("alpha");
    expect((await terminal.evaluate("groups()")).value).toContain("SCOPE");
    expect((await terminal.evaluate("help()")).value).toContain("replaceState");
    expect((await terminal.evaluate("info('nobody')")).error).toContain('"nobody" names no process');
    expect((await terminal.evaluate("info(999_999)")).error).toContain("has the number 999999");
  });

  it("look into a process, change it, and have it wait and end", async () => {
    const { node, open } = await attachStage();
    const terminal = await open();
    expect((await terminal.evaluate("await state('counter')")).value).toBe("0");
    expect((await terminal.evaluate("await replaceState('counter', (n) => n + 40)")).value).toBe("40");
    await terminal.evaluate("await suspend('counter')");
    expect((await terminal.evaluate("info('counter').status")).value).toBe("'suspended'");
    await terminal.evaluate("await resume('counter')");
    expect((await terminal.evaluate("await call('counter', 'add', { n: 2 })")).value).toBe("42");
    await terminal.evaluate("kill('counter'); await null");
    expect((await terminal.evaluate("await call('counter', 'get')")).error).toContain("names no process");
    expect(node.whereis("counter")).toBeUndefined();
  });

  it("follow a process as it happens, up to so many events, and no further once that is given up", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    const { value, output } = await terminal.evaluate(
      "setTimeout(() => { cast('counter', 'bump'); cast('counter', 'bump') }, 5); await trace('counter', 2)",
    );
    expect(value).toBe("'(2 events)'");
    expect(output).toMatch(/got cast "bump"[\s\S]*became 1/);
    const id = terminal.start("await trace('counter')");
    await terminal.evaluate("1");
    terminal.shell.interrupt(id);
    await terminal.result(id);
    expect((await terminal.evaluate("(await node.sys.getStatus(named('counter'))).debug.traces")).value).toBe(
      "0",
    );
  });

  it("show what came to the shell", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    await terminal.evaluate("send(self(), { type: 'a', n: 1 }); send(self(), { type: 'b' }); 0");
    expect((await terminal.evaluate("await flush()")).output).toBe('{"type":"a","n":1}\n{"type":"b"}\n');
  });

  it("drain by what the embedder gives, and say what is true where it gives nothing", async () => {
    const { open } = await attachStage();
    expect((await (await open()).evaluate("drain()")).value).toContain("cannot drain");
    const ends = { owned: 3, left: 0, calls: 0, isDone: true, isCut: false, why: null, draining: true };
    const told = [{ ...ends, left: 2, calls: 1, isDone: false }, ends];
    const asked: number[] = [];
    const drain = {
      retire: ({ deadlineMs }: { readonly deadlineMs: number }) => asked.push(deadlineMs) === 1,
      tellDrain: () => told.shift() ?? { ...ends, left: 1, isCut: true },
    };
    const able = await (await attachStage({ drain })).open();
    const first = await able.evaluate("await drain()");
    expect(first.output).toBe("Children left: 2 of 3. Calls left: 1.\n");
    expect(first.value).toBe("All that node alpha owned is handed over. Children: 3. The node ends now.");
    expect((await able.evaluate("await drain(500)")).value).toContain("Cut short. Children left: 1 of 3");
    expect((await able.evaluate("(await drain()).drained")).value).toBe("false");
    expect((await able.evaluate("await drain(-1)")).error).toContain("A drain ends after 0 to");
    expect(asked).toEqual([30_000, 500, 30_000]);
  });

  it("are completed with what is there", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    await terminal.evaluate("const lantern = { wick: 1 }");
    const found = async (text: string) => {
      const id = terminal.shell.complete(text);
      await terminal.until(() => terminal.heard.some((said) => said.op === "completions" && said.id === id));
      return terminal.heard.find((said) => said.op === "completions" && said.id === id);
    };
    expect(await found("lantern.w")).toMatchObject({ list: ["lantern.wick"], on: "lantern.w" });
    expect(await found("replaceS")).toMatchObject({ list: ["replaceState"] });
  });
});

describe("A shell that only looks", () => {
  it("takes verbs as words, and as they would be written in code", async () => {
    const { open } = await attachStage();
    const terminal = await open({ mode: "look" });
    expect((await terminal.evaluate("names")).value).toContain("counter");
    expect((await terminal.evaluate("state counter")).value).toBe("0");
    expect((await terminal.evaluate('state("counter")')).value).toBe("0");
    expect((await terminal.evaluate("ps memoryBytes 2")).value?.split("\n")).toHaveLength(3);
    expect((await terminal.evaluate("tree()")).value).toContain("attach");
    expect((await terminal.evaluate("help")).value).not.toContain("replaceState");
    expect((await terminal.evaluate("  ")).error).toBeUndefined();
  });

  it.each([
    "node.ran = 1",
    "kill counter",
    "ps(node.ran = 1)",
    "constructor",
    "__proto__ x",
    "info(`$" + "{node.ran = 1}`)",
    "call counter bump",
    "(() => 1)()",
  ])("runs no code: %s", async (text) => {
    const { node, open } = await attachStage();
    const terminal = await open({ mode: "look" });
    expect((await terminal.evaluate(text)).error).toMatch(/is no verb|names no process|are compared by/);
    expect("ran" in node).toBe(false);
    expect(node.whereis("counter")).toBeDefined();
  });
});
