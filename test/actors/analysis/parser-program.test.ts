// The parser as the program that it is: a real child of the build in dist, fed with good, bad and hostile frames.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { readRuleFiles } from "../../../actors/analysis/rule-files.ts";
import { encodeFrame, frameDecoder } from "../../../runtime/framing.ts";

const dist = new URL("../../../dist/actors/analysis/", import.meta.url);
const program = fileURLToPath(new URL("parser-program.js", dist));

interface Answer {
  readonly id: unknown;
  readonly ok: boolean;
  readonly reason?: string;
  readonly metrics?: { readonly lines: number; readonly codeLines: number };
  readonly findings?: readonly { readonly rule: string; readonly line: number; readonly column: number }[];
}

interface Ended {
  readonly code: number | null;
  readonly answers: readonly Answer[];
}

const children: ChildProcessWithoutNullStreams[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

describe("the parser program", () => {
  it("answers each request in order with its id and ends when stdin ends", async () => {
    const { code, answers } = await run([
      request(1, "typescript", "const a: number = 1;\n"),
      request("two", "python", "eval(x)\n"),
      request(3, "elixir", "def f(x), do: x\n"),
      request(4, "tsx", "const a = <b>{c}</b>;\n"),
      request(5, "javascript", "var a = b;\n"),
    ]);
    expect(code).toBe(0);
    expect(answers.map(({ id, ok }) => [id, ok])).toEqual([
      [1, true],
      ["two", true],
      [3, true],
      [4, true],
      [5, true],
    ]);
    expect(answers[1]?.findings).toMatchObject([{ rule: "python/eval", line: 1, column: 1 }]);
  });

  it("answers the same request with the same bytes", async () => {
    const frame = request(
      1,
      "typescript",
      readFileSync(new URL("../../../actors/analysis/metrics.ts", import.meta.url), "utf8"),
    );
    const { answers } = await run([frame, frame]);
    expect(JSON.stringify(answers[0])).toBe(JSON.stringify(answers[1]));
    expect(answers[0]?.ok).toBe(true);
  });

  it.each([
    [
      "an unknown language",
      request(1, "cobol", "x"),
      1,
      /no grammar for the language "cobol"; known: typescript, /,
    ],
    [
      "a request without a text",
      frameOf({ id: 7, path: "a", language: "python" }),
      7,
      /strings path, language and text/,
    ],
    ["a request without an id", frameOf({ path: "a" }), null, /needs an id/],
    ["a request that is no object", frameOf(null), null, /needs an id/],
    ["a payload that is no JSON", raw("{"), null, /no UTF-8 JSON/],
    ["a payload that is no UTF-8", Buffer.from([0, 0, 0, 1, 0xff]), null, /no UTF-8 JSON/],
    ["an empty payload", Buffer.from([0, 0, 0, 0]), null, /no UTF-8 JSON/],
    ["a syntax error", request(1, "python", "x = 1\ndef f(:\n"), 1, /^line 2 holds a syntax error/],
    ["a missing bracket", request(1, "javascript", "f(1;\n"), 1, /^line 1 holds a syntax error/],
    [
      "brackets nested without end",
      request(1, "javascript", `x = ${"[".repeat(10_000)}${"]".repeat(10_000)}`),
      1,
      /nested deeper than 500/,
    ],
  ])("refuses %s and goes on", async (_, frame, id, reason) => {
    const { code, answers } = await run([frame, request(99, "python", "x = 1\n")]);
    expect(answers).toMatchObject([
      { id, ok: false, reason: expect.stringMatching(reason) },
      { id: 99, ok: true },
    ]);
    expect(code).toBe(0);
  });

  it.each([
    ["a frame above the cap", Buffer.from([0xff, 0xff, 0xff, 0xff, 1]), /4294967295 bytes was announced/],
    ["a stream that ends inside a header", Buffer.from([0, 0]), /ended inside a frame/],
    [
      "a stream that ends inside a frame",
      request(1, "python", "x = 1").subarray(0, 20),
      /ended inside a frame/,
    ],
  ])("ends with code 1 after %s", async (_, bytes, reason) => {
    const { code, answers } = await run([bytes]);
    expect(answers).toMatchObject([{ id: null, ok: false, reason: expect.stringMatching(reason) }]);
    expect(code).toBe(1);
  });

  it("reads empty files, CRLF, byte order marks and odd characters", async () => {
    const { answers } = await run([
      request(1, "javascript", ""),
      request(2, "javascript", "a;\r\n\r\neval(b);\r\n"),
      request(3, "javascript", "\uFEFFeval(b);\n"),
      request(4, "javascript", 'f("😀é"); eval(b);\n'),
      request(5, "python", "x = '\uD800'\n"),
    ]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(answers[0]).toMatchObject({ metrics: { lines: 0, codeLines: 0 }, findings: [] });
    expect(answers[1]).toMatchObject({
      metrics: { lines: 3, codeLines: 2 },
      findings: [{ line: 3, column: 1 }],
    });
    expect(answers[2]).toMatchObject({ findings: [{ line: 1, column: 1 }] });
    expect(answers[3]).toMatchObject({ findings: [{ line: 1, column: 11 }] });
  });

  it("reads a file of 5 MB", async () => {
    const comments = `# ${"a line that explains ".repeat(4)}\n`.repeat(40);
    const unit = `${comments}def f(a, b):\n    if a and b:\n        return a\n    return [x for x in b]\n\n\n`;
    const { answers } = await run([request(1, "python", unit.repeat(Math.ceil(5_000_000 / unit.length)))]);
    expect(answers).toMatchObject([{ id: 1, ok: true }]);
  });

  it("answers whatever bytes come, and ends", async () => {
    const frames = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.json().map((json) => raw(json)),
      ),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(frames, async (bytes) => {
        const { code, answers } = await run(bytes);
        expect([0, 1]).toContain(code);
        expect(answers.every(({ ok }) => !ok)).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  it("applies the user's rules that it was told, gives no answer to them, and says which the engine refuses", async () => {
    const own = (id: string, matcher: object) => ({
      ...{ id, folder: "python", category: "smells", severity: "hint", message: "M.", remedy: "R." },
      ...{ inTests: true, oncePerFile: false, matcher: { rule: matcher } },
    });
    const userRules = [own("user/good", { pattern: "own($A)" }), own("user/bad", { kind: "no_such_kind" })];
    const { code, answers } = await run([
      frameOf({ userRules }),
      frameOf({ id: "check", checkRules: ["user/good", "user/bad"] }),
      frameOf({ userRules: userRules.slice(0, 1) }),
      request(1, "python", "own(1)\n"),
    ]);
    expect(code).toBe(0);
    expect(answers).toEqual([
      {
        ...{ id: "check", ok: true },
        refusals: [{ rule: "user/bad", language: "Python", reason: expect.stringContaining("no_such_kind") }],
      },
      expect.objectContaining({ id: 1, ok: true }),
    ]);
    expect(answers[1]?.findings).toMatchObject([{ rule: "user/good", line: 1, column: 1 }]);
  });

  it("reads frames that come byte by byte", async () => {
    const bytes = Buffer.concat([request(1, "python", "x = 1\n"), request(2, "python", "y = 'é'\n")]);
    const { answers } = await run([...bytes].map((byte) => Buffer.from([byte])));
    expect(answers.map(({ id, ok }) => [id, ok])).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  it("ends quietly when nobody reads its answers", async () => {
    const child = start();
    child.stdout.destroy();
    child.stdin.on("error", () => {});
    for (let id = 0; id < 20; id++) child.stdin.write(request(id, "javascript", "var a;\n".repeat(10_000)));
    child.stdin.end();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(0);
  });
});

describe("the compiled list of rules", () => {
  it("is that of the rule files", () => {
    const file = new URL("rules.json", dist);
    expect(JSON.parse(readFileSync(file, "utf8")).rules).toEqual(JSON.parse(JSON.stringify(readRuleFiles())));
  });
});

function request(id: number | string, language: string, text: string): Uint8Array {
  return frameOf({ id, path: "snippet", language, text });
}

function frameOf(value: unknown): Uint8Array {
  const frame = encodeFrame(value);
  if (frame === null) throw new Error("the value does not fit in a frame");
  return frame;
}

function raw(payload: string): Uint8Array {
  const bytes = Buffer.from(payload);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(bytes.length);
  return Buffer.concat([header, bytes]);
}

function start(): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [program]);
  children.push(child);
  return child;
}

/** Writes all bytes, closes stdin and waits for the end. */
function run(bytes: readonly Uint8Array[]): Promise<Ended> {
  const child = start();
  const decoder = frameDecoder();
  const answers: Answer[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    for (const event of decoder.push(chunk)) {
      if (event.kind !== "frame") throw new Error(event.reason);
      answers.push(event.value as Answer);
    }
  });
  // The program may end before it has read all: that is its right where the stream is out of step.
  child.stdin.on("error", () => {});
  for (const chunk of bytes) child.stdin.write(chunk);
  child.stdin.end();
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, answers }));
  });
}
