// A real program that does what it is asked, good or bad, and what a test needs to see whether a program still runs.
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";

/** Speaks frames on its streams. A request is `{ does, … }`; every other is answered with itself. */
const source = `
import { spawn } from "node:child_process";
import { closeSync, writeSync } from "node:fs";

let pending = Buffer.alloc(0);
const frame = (text) => {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
};
const say = (value) => process.stdout.write(frame(JSON.stringify(value)));
// Not for ever: where a test fails nobody else would end it.
const stay = "process.on('SIGTERM', () => {}); process.on('SIGHUP', () => {}); setTimeout(() => {}, 120000);";
const grandchild = (detached) => spawn(process.execPath, ["-e", stay], { stdio: "inherit", detached });
const deeds = {
  pid: () => say(process.pid),
  surroundings: () => say({ env: process.env, cwd: process.cwd(), words: process.argv.slice(2) }),
  length: ({ text }) => say(text.length),
  text: ({ length }) => say("x".repeat(length)),
  later: ({ ms, value }) => setTimeout(() => say(value), ms),
  family: () => say({ own: process.pid, child: grandchild(false).pid }),
  leave: ({ code, withFamily, detached }) => {
    const child = withFamily ? grandchild(detached === true) : undefined;
    if (child !== undefined) say({ own: process.pid, child: child.pid });
    setImmediate(() => process.exit(code));
  },
  crash: () => { writeSync(2, "about to crash"); process.kill(process.pid, "SIGSEGV"); },
  throw: () => { throw new Error("cannot do that"); },
  garbage: () => process.stdout.write("Segmentation fault (not really)\\n"),
  malformed: () => process.stdout.write(frame("{")),
  twice: () => { say(1); say(2); },
  unasked: ({ ms }) => { say("asked"); setTimeout(() => say("unasked"), ms); },
  deaf: () => { process.stdin.pause(); process.stdin.destroy(); setInterval(() => {}, 1000); },
  mute: () => { closeSync(1); setInterval(() => {}, 1000); },
  complain: ({ megabytes }) => {
    const line = "!".repeat(65535) + "\\n";
    for (let written = 1; written < megabytes * 16; written += 1) process.stderr.write(line);
    process.stderr.write(line, () => say("complained"));
  },
  hang: () => { for (;;); },
};
process.stdin.on("end", () => process.exit(0));
process.stdin.on("data", (bytes) => {
  pending = Buffer.concat([pending, bytes]);
  while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32BE(0)) {
    const length = pending.readUInt32BE(0);
    const request = JSON.parse(pending.subarray(4, 4 + length));
    pending = pending.subarray(4 + length);
    const deed = deeds[request?.does];
    if (deed === undefined) say(request);
    else deed(request);
  }
});
`;

export interface ProgramFile {
  readonly folder: string;
  readonly path: string;
  remove(): Promise<void>;
}

/** Writes the program into a folder of its own. */
export async function writeObedient(): Promise<ProgramFile> {
  const folder = await mkdtemp(join(tmpdir(), "aiex-obedient-"));
  const path = join(folder, "obedient.mjs");
  await writeFile(path, source);
  return { folder, path, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** True as long as the system runs it; one that only waits to be collected by its parent runs no more. */
export function isRunning(osPid: number): boolean {
  try {
    process.kill(osPid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${osPid}/stat`, "utf8"));
  } catch {
    // Not every system tells more than that there is such a number.
    return true;
  }
}

export async function expectGone(...osPids: readonly number[]): Promise<void> {
  await vi.waitFor(() => expect(osPids.filter(isRunning)).toEqual([]), { timeout: 20_000, interval: 5 });
}
