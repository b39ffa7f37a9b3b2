// Real programs: started without a shell, in a process group of their own, so that nothing they start outlives them.
import { type ChildProcess, spawn } from "node:child_process";
import type { Program, ProgramEnd, ProgramEvents, ProgramOptions, Programs } from "../program.ts";

/**
 * Milliseconds between a program's end and the end of its output that is waited for. Its group is killed at once; only what
 * has left the group can still hold the output open, and would hold up the news for as long as it lives.
 */
const outputGraceMs = 1_000;

export function realPrograms(): Programs {
  return { start };
}

function start(options: ProgramOptions, events: ProgramEvents): Program {
  let child: ChildProcess;
  try {
    child = spawn(options.command, [...options.args], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } catch (error) {
    // Some ways not to start are thrown and others told later; here all are told later.
    return neverStarted(events, error);
  }
  follow(child, events);
  const { stdin, pid } = child;
  return {
    osPid: pid,
    write: (bytes) => stdin?.writable === true && stdin.write(bytes),
    endInput: () => stdin?.end(),
    // When it has ended its group was killed, and its number may be somebody else's by now.
    kill: () => {
      if (child.exitCode === null && child.signalCode === null) killGroup(child);
    },
  };
}

/** Tells what the program does. Where there were no file descriptors left for it, it has no streams. */
function follow(child: ChildProcess, events: ProgramEvents): void {
  let ended = false;
  const end = (how: ProgramEnd): void => {
    if (ended) return;
    ended = true;
    events.onEnd(how);
  };
  child.stdout?.on("data", (bytes: Buffer) => events.onOutput(bytes));
  child.stderr?.on("data", (bytes: Buffer) => events.onErrorOutput(bytes));
  child.stdin?.on("drain", () => events.onDrain());
  // A program that has gone away tells so by its end; what was still being written to it is lost with it.
  child.stdin?.on("error", () => {});
  child.on("error", (error) => {
    if (child.pid === undefined) end({ kind: "unstartable", message: error.message });
  });
  child.on("exit", () => {
    killGroup(child);
    const grace = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, outputGraceMs);
    child.on("close", () => clearTimeout(grace));
  });
  child.on("close", (code, signal) =>
    end(code === null ? { kind: "signalled", signal: signal ?? "unknown" } : { kind: "exited", code }),
  );
}

function neverStarted(events: ProgramEvents, error: unknown): Program {
  const message = error instanceof Error ? error.message : String(error);
  setImmediate(() => events.onEnd({ kind: "unstartable", message }));
  return { osPid: undefined, write: () => false, endInput: () => {}, kill: () => {} };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    child.kill("SIGKILL");
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone already, or was never made; the program itself is what is left to end.
    child.kill("SIGKILL");
  }
}
