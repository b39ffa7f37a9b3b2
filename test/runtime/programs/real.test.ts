// Real programs at the seam itself: each end is told exactly once, and nothing that is done too late does harm.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeFrame, frameDecoder } from "../../../runtime/framing.ts";
import { realWorld } from "../../../runtime/index.ts";
import type { Program, ProgramEnd, ProgramOptions } from "../../../runtime/program.ts";
import { expectGone, type ProgramFile, writeObedient } from "./obedient.ts";

let file: ProgramFile;
beforeAll(async () => {
  file = await writeObedient();
});
afterAll(() => file.remove());

interface Running {
  readonly program: Program;
  readonly said: unknown[];
  readonly ends: ProgramEnd[];
  /** The next thing that it says. */
  answer(): Promise<unknown>;
  readonly ended: Promise<ProgramEnd>;
}

function start(options: Partial<ProgramOptions> = {}): Running {
  const said: unknown[] = [];
  const ends: ProgramEnd[] = [];
  const decoder = frameDecoder();
  let heard: () => void = () => {};
  let ended: (end: ProgramEnd) => void = () => {};
  const end = new Promise<ProgramEnd>((resolve) => {
    ended = resolve;
  });
  const program = realWorld().programs.start(
    { command: process.execPath, args: [file.path], env: {}, ...options },
    {
      onOutput: (bytes) => {
        for (const event of decoder.push(bytes)) if (event.kind === "frame") said.push(event.value);
        heard();
      },
      onErrorOutput: () => {},
      onDrain: () => heard(),
      onEnd: (how) => {
        ends.push(how);
        ended(how);
      },
    },
  );
  const answer = async () => {
    while (said.length === 0) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
    return said.shift();
  };
  return { program, said, ends, answer, ended: end };
}

function frame(value: unknown): Uint8Array {
  return encodeFrame(value) ?? new Uint8Array();
}

describe("realPrograms()", () => {
  test("tells a program that its input is over, and its end once, after its last word", async () => {
    const { program, ended, ends, said } = start();
    program.write(frame("last word"));
    program.endInput();
    expect(await ended).toEqual({ kind: "exited", code: 0 });
    expect(said).toEqual(["last word"]);
    expect(program.osPid).toBeGreaterThan(0);
    program.kill();
    program.endInput();
    expect(program.write(frame("too late"))).toBe(false);
    expect(ends).toHaveLength(1);
  });

  test("ends a program at once, and once more is nothing", async () => {
    const { program, ended, ends, answer } = start();
    program.write(frame({ does: "family" }));
    const family = (await answer()) as { own: number; child: number };
    program.kill();
    program.kill();
    expect(await ended).toEqual({ kind: "signalled", signal: "SIGKILL" });
    await expectGone(family.own, family.child);
    expect(ends).toHaveLength(1);
  });

  test("says when a program wants no more for now, and when it does again", async () => {
    const { program, answer, ended } = start();
    const text = "x".repeat(4 * 1024 * 1024);
    expect(program.write(frame({ does: "length", text }))).toBe(false);
    expect(await answer()).toBe(text.length);
    expect(program.write(frame("more"))).toBe(true);
    expect(await answer()).toBe("more");
    program.kill();
    await ended;
  });

  test("never throws for a program that cannot be started, whatever the reason, and tells it later", async () => {
    const reasons: Partial<ProgramOptions>[] = [
      { command: "/no/such/program" },
      { command: "" },
      { command: "no\u0000program" },
      { args: ["no\u0000argument"] },
      { env: { NO: "no\u0000value" } },
      { cwd: "/no/such/folder" },
      { cwd: fileURLToPath(import.meta.url) },
    ];
    for (const reason of reasons) {
      const { program, ends, ended } = start(reason);
      expect(ends).toEqual([]);
      expect(program.osPid).toBeUndefined();
      expect(program.write(frame("anybody"))).toBe(false);
      program.endInput();
      program.kill();
      expect(await ended).toMatchObject({ kind: "unstartable", message: expect.any(String) });
      expect(ends).toHaveLength(1);
    }
  });

  test.skipIf(process.platform === "win32")("tells so when there are no file descriptors left", () => {
    const packageRoot = fileURLToPath(new URL("../../..", import.meta.url));
    const script = `
      import { openSync } from "node:fs";
      import { realWorld } from "aiex/runtime";
      const world = realWorld();
      try { for (;;) openSync("/dev/null"); } catch {}
      const say = (end) => process.stdout.write(JSON.stringify(end.kind));
      world.programs.start({ command: process.execPath, args: ["--version"], env: {} }, { onOutput() {}, onErrorOutput() {}, onDrain() {}, onEnd: say });
    `;
    const words = [
      "-c",
      'ulimit -n 256; exec "$0" --input-type=module --eval "$1"',
      process.execPath,
      script,
    ];
    expect(execFileSync("/bin/sh", words, { cwd: packageRoot, encoding: "utf8" })).toBe('"unstartable"');
  });
});
