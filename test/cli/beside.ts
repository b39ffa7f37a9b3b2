// The built command as a program beside this one, which it may ask: a model that is played here, for one.
import { type ChildProcess, spawn } from "node:child_process";
import { builtMain } from "./fixtures.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Beside {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly said: Readonly<Omit<Ended, "code">>;
  readonly ended: Promise<Ended>;
}

export interface BesideOptions {
  readonly cwd: string;
  /** Beside the path, and a language unless it names another. */
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
}

export function startBeside(words: readonly string[], { cwd, env, input = "" }: BesideOptions): Beside {
  const child = spawn(process.execPath, [builtMain, ...words], {
    env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...env },
    cwd,
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  // It may end before it has read that.
  child.stdin.on("error", () => {}).end(input);
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...said })));
  return { child, said, ended };
}
