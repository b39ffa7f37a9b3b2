// Runs a program on the terminal of this one, as an editor is: it reads what is typed and writes where this program would.
import { spawn } from "node:child_process";
import type { ProgramEnd, ProgramOptions } from "../program.ts";

/** Resolves when it has ended; never rejects. There is no shell. */
export function runInForeground({ command, args, cwd, env }: ProgramOptions): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const unstartable = (error: unknown): void => {
      resolve({ kind: "unstartable", message: error instanceof Error ? error.message : String(error) });
    };
    try {
      const child = spawn(command, [...args], {
        ...(cwd === undefined ? {} : { cwd }),
        env: { ...env },
        stdio: "inherit",
      });
      child.on("error", unstartable);
      child.on("exit", (code, signal) => {
        resolve(
          code === null ? { kind: "signalled", signal: signal ?? "unknown" } : { kind: "exited", code },
        );
      });
    } catch (error) {
      unstartable(error);
    }
  });
}
