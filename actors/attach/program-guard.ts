// Keeps code of shells from ending the program, and brings home what it prints past its own console. Both go by the group leader.
import { AiexError } from "../../runtime/errors.ts";
import { processOfCode } from "../../runtime/process/current.ts";
import type { ShellOutput } from "./output.ts";

/** The program as far as a shell could harm it: Node's `process`, or what stands in for it. */
export interface GuardedProgram {
  readonly pid: number;
  readonly stdout: { write: unknown };
  readonly stderr: { write: unknown };
}

/** Code of a shell asked for the end of the program. */
class EndRefused extends AiexError {
  readonly code = "end_refused";
  constructor(what: string) {
    super(
      `${what} would end the whole node, and was refused: .exit leaves this shell. To stop the node, run "aiex node stop NAME".`,
      { details: { what } },
    );
  }
}

/**
 * Stands before the program from the first shell on, and for good: a timer that a shell left behind may fire at any time.
 * It costs one look at whose code is running, and only where the program is written to or told to end.
 */
export class ProgramGuard {
  readonly #program: GuardedProgram | undefined;
  /** Where what their processes print goes, by the numbers of the shells; undefined for one that is closed. */
  readonly #shells = new Map<number, ShellOutput | undefined>();
  #stands = false;

  constructor(program: GuardedProgram | undefined) {
    this.#program = program;
  }

  /** From now on processes whose group leader has the number `leader` belong to a shell. */
  add(leader: number, output: ShellOutput): void {
    this.#shells.set(leader, output);
    if (this.#stands || this.#program === undefined) return;
    this.#stands = true;
    for (const name of ["exit", "reallyExit", "abort"]) this.#refuse(name, () => true);
    this.#refuse("kill", (given) => given[1] !== 0);
    this.#bringHome(this.#program.stdout);
    this.#bringHome(this.#program.stderr);
  }

  close(leader: number): void {
    this.#shells.set(leader, undefined);
  }

  #refuse(name: string, isRefused: (given: readonly unknown[]) => boolean): void {
    const program = this.#program;
    const original: unknown = program && Reflect.get(program, name);
    if (program === undefined || typeof original !== "function") return;
    const guarded = (...given: readonly unknown[]): unknown => {
      if (this.#isShell() && isRefused(given)) throw new EndRefused(`process.${name}()`);
      return Reflect.apply(original, program, given);
    };
    Reflect.set(program, name, guarded);
  }

  #bringHome(stream: { write: unknown }): void {
    const original = stream.write;
    if (typeof original !== "function") return;
    stream.write = (...given: readonly unknown[]): unknown => {
      const leader = leaderOfCode();
      if (leader === undefined || !this.#shells.has(leader)) return Reflect.apply(original, stream, given);
      const [chunk] = given;
      const text = chunk instanceof Uint8Array ? new TextDecoder().decode(chunk) : String(chunk);
      this.#shells.get(leader)?.write(text);
      const done = given.find((value) => typeof value === "function");
      if (done !== undefined) queueDone(done as () => void);
      return true;
    };
  }

  #isShell(): boolean {
    const leader = leaderOfCode();
    return leader !== undefined && this.#shells.has(leader);
  }
}

function leaderOfCode(): number | undefined {
  return processOfCode()?.groupLeader?.id;
}

function queueDone(done: () => void): void {
  void Promise.resolve().then(done);
}
