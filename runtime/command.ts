// Runs a command of somebody else's to its end: by argv, in a process group that nothing of it outlives, within a deadline, and with
// a bounded memory for what it prints. A program of ours stands guard over it, so that it ends also where this one is killed.
import { fileURLToPath } from "node:url";
import { answerIn, type CommandAnswer, type CommandOrder } from "./command-order.ts";
import { encodeFrame, frameDecoder } from "./framing.ts";
import { limits } from "./limits.ts";
import { Misuse } from "./process/failures.ts";
import type { Program } from "./program.ts";
import type { TimerHandle, World } from "./world.ts";

export interface CommandOptions {
  /** The program and its arguments; no shell reads them. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Its whole environment; nothing is inherited beyond it. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds that it has; then its group is asked to end, and after `limits.commandGraceMs` ended. */
  readonly deadlineMs: number;
  /** The Node.js executable that runs the guard. */
  readonly node: string;
}

export interface CommandEnd extends Omit<CommandAnswer, "end"> {
  /** `killed`: by `kill`, or its guard was. */
  readonly end: CommandAnswer["end"] | { readonly kind: "killed" };
  readonly elapsedMs: number;
}

export interface RunningCommand {
  /** Never rejects. */
  readonly ended: Promise<CommandEnd>;
  /** Ends it and everything of its group at once. */
  kill(): void;
}

// Beside the sources lies no program that Node could run; the built one is used from there, too.
const guard = import.meta.url.endsWith(".ts")
  ? "../dist/runtime/programs/command-program.js"
  : "./programs/command-program.js";

/** @throws {Misuse} the deadline is none, or it is more than fits in a frame */
export function startCommand(
  { programs, timers, clock }: Pick<World, "programs" | "timers" | "clock">,
  { command, args, cwd, env, deadlineMs, node }: CommandOptions,
): RunningCommand {
  const { commandGraceMs: graceMs, commandOutputBytesMax: outputBytesMax } = limits;
  const order: CommandOrder = { command, args, deadlineMs, graceMs, outputBytesMax };
  const frame = encodeFrame(order);
  if (frame === null || !(deadlineMs > 0))
    throw new Misuse(
      `A command has arguments that fit in a frame and a deadline above 0 ms; given was ${deadlineMs}.`,
    );
  const begun = clock.now();
  const decoder = frameDecoder();
  let program: Program | undefined;
  let late: TimerHandle;
  const ended = new Promise<CommandEnd>((resolve) => {
    let answer: CommandAnswer | undefined;
    const path = fileURLToPath(new URL(guard, import.meta.url));
    program = programs.start(
      { command: node, args: [path], cwd, env },
      {
        onOutput: (bytes) => {
          for (const event of decoder.push(bytes))
            answer ??= event.kind === "frame" ? answerIn(event.value) : undefined;
        },
        onErrorOutput: () => {},
        onDrain: () => {},
        onEnd: (end) => {
          timers.clear(late);
          const own = end.kind === "unstartable" ? end : ({ kind: "killed" } as const);
          resolve({
            ...(answer ?? { end: own, head: "", tail: "", cutBytes: 0 }),
            elapsedMs: clock.now() - begun,
          });
        },
      },
    );
  });
  const kill = (): void => program?.kill();
  // The guard keeps the time; this is for one that was stopped.
  late = timers.set(deadlineMs + graceMs + limits.commandGuardMs, kill);
  program?.write(frame);
  return { ended, kill };
}
