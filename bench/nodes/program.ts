// A program that a comparison between nodes runs beside itself: asked for figures over Node's own channel, and ended by us.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Place, prefixFor } from "./place.ts";
import type { Answer, Figures } from "./works.ts";

/** A pair of programs under test has as long to start as a slow machine takes. */
const startMsMax = 30_000;

export class Program {
  readonly #child: ChildProcess;
  readonly #name: string;

  /** Starts a program of this folder, or of another one whose path from here is given. */
  constructor(place: Place, name: string, given: readonly string[]) {
    const program = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const [command = "", ...words] = [...prefixFor(place), process.execPath, program, ...given];
    this.#name = [name, ...given].join(" ");
    this.#child = spawn(command, words, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    endWithUs(this.#child);
  }

  /** Waits until it says that it is ready; gives what it says of itself. */
  async ready(): Promise<Figures> {
    return this.#answer(AbortSignal.timeout(startMsMax));
  }

  /** The figures of one work. */
  async figures(work: object): Promise<Figures> {
    this.#child.send(work);
    return this.#answer();
  }

  async end(): Promise<void> {
    await ended(this.#child);
  }

  /** Without a word, as a machine does that loses power. */
  async kill(): Promise<void> {
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  async #answer(signal?: AbortSignal): Promise<Figures> {
    const waiting = new AbortController();
    const both = AbortSignal.any(signal === undefined ? [waiting.signal] : [waiting.signal, signal]);
    const exit = once(this.#child, "exit", { signal: both }).then(([code]) => {
      throw new Error(`"${this.#name}" ended with ${code}.`);
    });
    try {
      const [answer] = (await Promise.race([once(this.#child, "message", { signal: both }), exit])) as [
        Answer,
      ];
      if ("problem" in answer) throw new Error(answer.problem);
      return answer.figures;
    } finally {
      exit.catch(() => {});
      waiting.abort();
    }
  }
}

/** Ends a program and waits until it is gone. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** However this program ends, none of its own is left behind. */
export function endWithUs(child: ChildProcess): void {
  children.add(child);
  child.once("exit", () => children.delete(child));
}
