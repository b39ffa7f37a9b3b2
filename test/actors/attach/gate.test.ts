// Who gets a shell, what the audit says, and what becomes of requests and frames that nobody should have sent.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeFrame, encodeJson, readNodeFrame, readOpenAnswer } from "../../../actors/attach/frames.ts";
import { attachLimits } from "../../../actors/attach/limits.ts";
import { type AttachStage, attachStage } from "./stage.ts";

describe("A request for a shell", () => {
  it("is denied over NATS unless the node grants it, and may be granted to some (T10)", async () => {
    const stage = await attachStage({
      allowed: (from, _carrier, mode) => from === "cli-joe" || mode === "look",
    });
    await expect(stage.open({ from: "cli-eve" })).rejects.toMatchObject({
      code: "denied",
      message: /does not grant it/,
    });
    expect((await (await stage.open({ from: "cli-eve", mode: "look" })).evaluate("names")).value).toContain(
      "counter",
    );
    expect((await (await stage.open()).evaluate("1")).value).toBe("1");
    expect(await stage.auditLines()).toEqual(
      expect.arrayContaining([expect.objectContaining({ what: "refused", from: "cli-eve", text: "denied" })]),
    );
    expect(stage.events).toContainEqual({
      name: "attach.shell_refused",
      data: { from: "cli-eve", carrier: "memory", code: "denied" },
    });
  });

  it("is used once: the same one again is refused, and what was said before means nothing in a new shell (T10)", async () => {
    const stage = await attachStage();
    const request = { version: 1, nonce: "n1", mode: "evaluate", columns: 80 };
    expect(await ask(stage, request)).toMatchObject({ ok: true });
    expect(await ask(stage, request)).toMatchObject({ ok: false, code: "replayed" });
    const first = await ask(stage, { ...request, nonce: "n2" });
    const second = await ask(stage, { ...request, nonce: "n3" });
    if (!first?.ok || !second?.ok) throw new Error("There is no shell.");
    expect(first.session).not.toBe(second.session);
    expect(first.session).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ["no JSON", "{"],
    ["another version", { version: 99, nonce: "n", mode: "evaluate", columns: 80 }],
    ["another mode", { version: 1, nonce: "n", mode: "root", columns: 80 }],
    ["no nonce", { version: 1, mode: "evaluate", columns: 80 }],
    ["columns that are no number", { version: 1, nonce: "n", mode: "evaluate", columns: "80" }],
    ["a list", [1, 2]],
    ["something huge", { version: 1, nonce: "n".repeat(10_000), mode: "evaluate", columns: 80 }],
  ])("is refused with %s", async (_name, request) => {
    const stage = await attachStage();
    const answer = await ask(stage, request);
    expect(answer).toMatchObject({ ok: false, code: expect.stringMatching(/malformed|version/) });
  });

  it("waits for its turn where there are too many, of shells and of requests", async () => {
    const stage = await attachStage();
    const codes: (string | undefined)[] = [];
    for (let index = 0; index < attachLimits.opensMax + 1; index += 1) {
      const answer = await ask(stage, { version: 1, nonce: `n${index}`, mode: "look", columns: 80 });
      codes.push(answer?.ok === false ? answer.text : undefined);
    }
    expect(codes.slice(0, attachLimits.sessionsMax).every((code) => code === undefined)).toBe(true);
    expect(codes[attachLimits.sessionsMax]).toContain("shells already");
    expect(codes.at(-1)).toContain("within a minute");
  });
});

describe("The audit of shells", () => {
  it("has every line with who, where and when, in a file for its owner alone", async () => {
    const stage = await attachStage();
    const terminal = await stage.open();
    await terminal.evaluate("const secret = 1;\nsecret");
    await terminal.shell.leave();
    let lines = await stage.auditLines();
    while (lines.length < 3) lines = await stage.auditLines();
    expect(lines.map(({ what }) => what)).toEqual(["open", "line", "close"]);
    expect(lines[1]).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      what: "line",
      node: "alpha",
      session: terminal.shell.session,
      from: "cli-joe",
      carrier: "memory",
      mode: "evaluate",
      text: "const secret = 1;\nsecret",
    });
    expect(await stage.fileMode()).toBe(0o600);
    expect(stage.events.filter(({ name }) => name === "attach.line_entered")).toHaveLength(1);
  });

  it("is a condition: a line that cannot be audited is not run", async () => {
    const stage = await attachStage();
    await mkdir(dirname(stage.auditPath), { recursive: true });
    await mkdir(stage.auditPath);
    const terminal = await stage.open();
    const { kind, error } = await terminal.evaluate("node.ran = true");
    expect(kind).toBe("refused");
    expect(error).toContain("could not be audited");
    expect("ran" in stage.node).toBe(false);
  });
});

describe("The frames of a shell", () => {
  it("end it where one was lost, and where one acknowledges what was never sent", async () => {
    const stage = await attachStage();
    for (const head of [
      { seq: 9, ack: 0, isBeat: false },
      { seq: 2, ack: 99, isBeat: false },
    ]) {
      const terminal = await stage.open();
      const { carrier, subjects } = stage.place();
      const subject = subjects.evaluation("cli-joe", "alpha", terminal.shell.session);
      carrier.publish(
        subject,
        encodeFrame(head, { op: "eval", id: 1, text: "node.ran = 1", json: false, timeoutMs: 1 }),
      );
      await terminal.until(() => terminal.ending !== undefined);
      expect(terminal.ending).toMatchObject({
        why: "lost",
        text: expect.stringContaining("was lost on the way"),
      });
    }
    expect("ran" in stage.node).toBe(false);
  });

  it("are taken once, from who opened it, and before anything else it has to begin", async () => {
    const stage = await attachStage();
    const terminal = await stage.open();
    const { carrier, subjects } = stage.place();
    const frame = encodeFrame(
      { seq: 2, ack: 1, isBeat: false },
      { op: "eval", id: 1, text: "globalThis.n = (globalThis.n ?? 0) + 1", json: false, timeoutMs: 1_000 },
    );
    const own = subjects.evaluation("cli-joe", "alpha", terminal.shell.session);
    const values: unknown[] = [];
    carrier.subscribe(subjects.evaluation("alpha", "cli-joe", terminal.shell.session), ({ payload }) => {
      const message = readNodeFrame(payload)?.message;
      if (message?.op === "value") values.push(message);
    });
    carrier.publish(subjects.evaluation("cli-eve", "alpha", terminal.shell.session), frame);
    carrier.publish(own, frame);
    carrier.publish(own, frame);
    await stage.open();
    await stage.open();
    expect(values).toEqual([{ op: "value", id: 1, text: "1", isLast: true }]);
    const granted = await ask(stage, { version: 1, nonce: "n", mode: "evaluate", columns: 80 });
    if (!granted?.ok) throw new Error("There is no shell.");
    carrier.publish(
      subjects.evaluation("cli-joe", "alpha", granted.session),
      encodeFrame(
        { seq: 1, ack: 0, isBeat: false },
        { op: "eval", id: 1, text: "node.ran = 1", json: false, timeoutMs: 1 },
      ),
    );
    await (await stage.open()).evaluate("1");
    expect("ran" in stage.node).toBe(false);
  });

  it.each([
    ["no JSON", new TextEncoder().encode("[1,")],
    ["bytes that are no UTF-8", Uint8Array.of(0x5b, 0xff, 0x5d)],
    ["nothing", new Uint8Array()],
    ["a deep list", new TextEncoder().encode("[".repeat(100_000))],
    ["too many bytes", new Uint8Array(1_000_000)],
    ["a message of another kind", encodeJson([1, 0, { op: "root" }])],
    [
      "an id that is no number",
      encodeJson([1, 0, { op: "eval", id: "1", text: "", json: true, timeoutMs: 1 }]),
    ],
    ["a number below nothing", encodeJson([-1, 0, { op: "begin" }])],
    ["a text that is too long", encodeJson([1, 0, { op: "complete", id: 1, text: "x".repeat(100_001) }])],
  ])("do nothing with %s", async (_name, bytes) => {
    const stage = await attachStage();
    const terminal = await stage.open();
    const { carrier, subjects } = stage.place();
    carrier.publish(subjects.evaluation("cli-joe", "alpha", terminal.shell.session), bytes);
    expect((await terminal.evaluate("5")).value).toBe("5");
    expect(readNodeFrame(bytes)).toBeUndefined();
  });

  it("of a shell that does not exist are answered with the news", async () => {
    const stage = await attachStage();
    const { carrier, subjects } = stage.place();
    const heard = new Promise<unknown>((resolve) => {
      carrier.subscribe(subjects.evaluation("alpha", "cli-joe", "beef"), ({ payload }) =>
        resolve(readNodeFrame(payload)?.message),
      );
    });
    carrier.publish(
      subjects.evaluation("cli-joe", "alpha", "beef"),
      encodeFrame({ seq: 1, ack: 0, isBeat: false }, { op: "begin" }),
    );
    expect(await heard).toMatchObject({ op: "closed", why: "unknown" });
  });
});

async function ask(stage: AttachStage, request: unknown) {
  const { carrier, subjects } = stage.place();
  const bytes = typeof request === "string" ? new TextEncoder().encode(request) : encodeJson(request);
  const answer = await carrier.request(subjects.evaluation("cli-joe", "alpha", "open"), bytes, 5_000);
  return answer.kind === "answer" ? readOpenAnswer(answer.payload) : undefined;
}
