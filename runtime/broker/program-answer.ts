// Asks a program one thing by its arguments, and reads what it prints.
import type { ProgramEnd } from "../program.ts";
import type { World } from "../world.ts";
import { brokerLimits } from "./limits.ts";

export interface ProgramAnswer {
  readonly output: string;
  readonly end: ProgramEnd;
}

/** Never rejects. A program that takes too long is killed, and its end says so. */
export function askProgram(
  world: Pick<World, "programs" | "timers">,
  command: string,
  args: readonly string[],
): Promise<ProgramAnswer> {
  return new Promise((resolve) => {
    const decoder = new TextDecoder();
    let output = "";
    const take = (bytes: Uint8Array): void => {
      if (output.length < brokerLimits.answerCharactersMax) output += decoder.decode(bytes, { stream: true });
    };
    const program = world.programs.start(
      { command, args, env: {} },
      {
        onOutput: take,
        onErrorOutput: take,
        onDrain: () => {},
        onEnd: (end) => {
          world.timers.clear(deadline);
          resolve({ output, end });
        },
      },
    );
    const deadline = world.timers.set(brokerLimits.questionMsMax, () => program.kill());
    program.endInput();
  });
}
