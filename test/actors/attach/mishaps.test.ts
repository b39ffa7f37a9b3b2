// What may go wrong in an attached shell, and what it must not cost: the node, the other shells, and where possible the bindings.
import { describe, expect, it } from "vitest";
import { attachNames } from "../../../actors/attach/attach.ts";
import type { Node } from "../../../runtime/index.ts";
import { attachStage } from "./stage.ts";

describe("An attached shell", () => {
  it("keeps its bindings when a timer of its own throws, and nothing else of the node notices (M16)", async () => {
    const { node, open, events } = await attachStage();
    const terminal = await open();
    const other = await open({ from: "cli-ann" });
    await terminal.evaluate("const kept = 41; setTimeout(() => { throw new Error('late') }, 1); 0");
    await terminal.until(() => terminal.heard.some((said) => said.op === "error" && said.kind === "crashed"));
    const crash = terminal.heard.find((said) => said.op === "error");
    expect(crash).toMatchObject({ id: 0, text: expect.stringMatching(/late[\s\S]*the bindings are kept/) });
    expect((await terminal.evaluate("kept + 1")).value).toBe("42");
    expect((await terminal.evaluate("await call('counter', 'get')")).value).toBe("0");
    expect((await other.evaluate("1 + 1")).value).toBe("2");
    expect(events.some(({ name }) => name === "unattributed_failure")).toBe(false);
    expect(events.some(({ name }) => name === "attach.evaluator_crashed")).toBe(true);
    expect(node.whereis("counter")).toBeDefined();
  });

  it("keeps its bindings when a promise that nobody waits for is rejected, and when its process is killed", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    await terminal.evaluate("const kept = 1; Promise.reject(new Error('left')); 0");
    await terminal.until(() => terminal.heard.some((said) => said.op === "error"));
    expect((await terminal.evaluate("kept")).value).toBe("1");
    expect((await terminal.evaluate("kill(self())")).kind).toMatch(/crashed|thrown/);
    expect((await terminal.evaluate("kept")).value).toBe("1");
  });

  it.each([
    "process.exit(3)",
    "process.abort()",
    "process.kill(process.pid)",
    "require('node:process').exit()",
    "process.reallyExit(1)",
  ])("refuses %s, also in a timer and after it was left (M14)", async (code) => {
    const ends: string[] = [];
    const end = (name: string) => () => void ends.push(name);
    const stream = { write: () => true };
    const ways = { exit: end("exit"), abort: end("abort"), kill: end("kill"), reallyExit: end("reallyExit") };
    const program = { pid: 7, stdout: stream, stderr: stream, ...ways };
    const { node, open } = await attachStage({ program });
    Object.assign(node, { program });
    const terminal = await open();
    await terminal.evaluate("var process = node.program; require = () => node.program");
    expect((await terminal.evaluate(code)).error).toContain("was refused");
    await terminal.evaluate(`setTimeout(() => { ${code} }, 1); 0`);
    await terminal.until(() => terminal.heard.some((said) => said.op === "error" && said.kind === "crashed"));
    await terminal.evaluate(`setTimeout(() => { ${code} }, 20); 0`);
    await terminal.shell.leave();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(ends).toEqual([]);
  });

  it("gives an evaluation up on request, and goes on", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    const id = terminal.start("await new Promise(() => {})");
    await terminal.until(() => terminal.heard.length > 0);
    terminal.shell.interrupt(id);
    expect(await terminal.result(id)).toMatchObject({ kind: "interrupted", value: undefined });
    expect((await terminal.evaluate("1")).value).toBe("1");
  });

  it("gives an evaluation up at its deadline, with the truth about loops, and never shows a late result", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    const code = "await new Promise((resolve) => setTimeout(() => resolve('late'), 60))";
    const late = await terminal.evaluate(code, { timeoutMs: 20 });
    expect(late).toMatchObject({ kind: "deadline", value: undefined });
    expect(late.error).toContain("A synchronous loop cannot be interrupted at all");
    await terminal.evaluate("await new Promise((resolve) => setTimeout(resolve, 80))");
    expect(terminal.heard.some((said) => said.op === "value" && said.text.includes("late"))).toBe(false);
  });

  it("tells how long code held the node up, when it comes back", async () => {
    const { open, events } = await attachStage();
    const terminal = await open();
    const { heldUpMs, value } = await terminal.evaluate(
      "const end = performance.now() + 1_100; while (performance.now() < end); 'back'",
      { timeoutMs: 50 },
    );
    expect(heldUpMs).toBeGreaterThanOrEqual(1_000);
    expect(value).toBe("'back'");
    expect(events.some(({ name }) => name === "attach.held_up")).toBe(true);
  });

  it("does one evaluation at a time", async () => {
    const { open } = await attachStage();
    const terminal = await open();
    const first = terminal.start("await new Promise((resolve) => setTimeout(() => resolve(1), 20))");
    const second = terminal.start("2");
    expect((await terminal.result(second)).kind).toBe("refused");
    expect((await terminal.result(first)).value).toBe("1");
  });

  it("is left by its terminal, and the node goes on (M14)", async () => {
    const { node, open, events } = await attachStage();
    const terminal = await open();
    await terminal.shell.leave();
    expect(terminal.ending).toMatchObject({ why: "closed" });
    await left(node);
    expect(events.some(({ name }) => name === "attach.shell_closed")).toBe(true);
    expect(node.whereis("counter")).toBeDefined();
    expect(node.registered().filter((name) => name.startsWith("attach.session."))).toEqual([]);
  });

  it("ends with words when its process is killed, and the next one opens", async () => {
    const { node, open } = await attachStage();
    const terminal = await open();
    const [name = ""] = node.registered().filter((candidate) => candidate.startsWith("attach.session."));
    const pid = node.whereis(name);
    if (pid !== undefined) node.exit(pid, "kill");
    terminal.start("1");
    await terminal.until(() => terminal.ending !== undefined);
    expect(terminal.ending).toMatchObject({ why: "unknown" });
    expect((await (await open()).evaluate("2")).value).toBe("2");
  });

  it("lives on when the server that opened it is killed, and new ones open once", async () => {
    const { node, open } = await attachStage();
    const terminal = await open();
    const server = node.whereis(attachNames.server);
    if (server !== undefined) node.exit(server, "kill");
    expect((await terminal.evaluate("3")).value).toBe("3");
    const next = await open({ from: "cli-ann" });
    expect((await next.evaluate("4")).value).toBe("4");
    expect(node.registered().filter((name) => name.startsWith("attach.session."))).toHaveLength(2);
  });
});

/** Resolves when no shell is there any more. */
async function left(node: Node): Promise<void> {
  const isShell = (name: string) => name.startsWith("attach.session.");
  while (node.registered().some(isShell)) await new Promise((resolve) => setTimeout(resolve, 1));
}
