// Real programs: started without a shell, in a process group of their own, so that nothing they start outlives them.
import { spawn } from "node:child_process";
import type { Program, ProgramEnd, ProgramEvents, ProgramOptions, Programs } from "../program.ts";

export function realPrograms(): Programs {
  return { start };
}

function start(options: ProgramOptions, events: ProgramEvents): Program {
  const child = spawn(options.command, [...options.args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  let ended = false;
  const end = (how: ProgramEnd): void => {
    if (ended) return;
    ended = true;
    events.onEnd(how);
  };
  child.stdout.on("data", (bytes: Buffer) => events.onOutput(bytes));
  child.stderr.on("data", (bytes: Buffer) => events.onErrorOutput(bytes));
  child.stdin.on("drain", () => events.onDrain());
  // A program that has gone away tells so by its end; what was still being written to it is lost with it.
  child.stdin.on("error", () => {});
  child.on("error", (error) => end({ kind: "unstartable", message: error.message }));
  child.on("close", (code, signal) =>
    end(code === null ? { kind: "signalled", signal: signal ?? "unknown" } : { kind: "exited", code }),
  );
  return {
    osPid: child.pid,
    write: (bytes) => child.stdin.writable && child.stdin.write(bytes),
    endInput: () => child.stdin.end(),
    kill: () => killGroup(child.pid, () => child.kill("SIGKILL")),
  };
}

function killGroup(osPid: number | undefined, killOne: () => void): void {
  if (osPid === undefined) return;
  if (process.platform === "win32") {
    killOne();
    return;
  }
  try {
    process.kill(-osPid, "SIGKILL");
  } catch {
    // The group is gone already, or was never made; the program itself is what is left to end.
    killOne();
  }
}
