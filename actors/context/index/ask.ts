// Asks the index of this program. For processes.
import { CalleeExited, call, NoProcess, sleep } from "../../../runtime/index.ts";
import { retryDelayMs } from "../../runs/limits.ts";
import { contextIndexAt } from "./desk.ts";
import { indexLimits } from "./limits.ts";
import type { ContextAnswers, ContextFailure, ContextQuestion } from "./question.ts";

/** @throws what `call` throws where it is lost again and again */
export async function askContext<Q extends ContextQuestion>(
  question: Q,
  isBounded: boolean,
): Promise<ContextAnswers[Q["kind"]] | ContextFailure> {
  const asked = { timeoutMs: indexLimits.askMs };
  for (let losses = 1; ; losses += 1) {
    try {
      const opened = await call(contextIndexAt, "open", { question, isBounded }, asked);
      if (!opened.ok) return opened;
      const { project, paths } = opened;
      return (await call(project, "ask", { question, paths }, asked)) as ContextAnswers[Q["kind"]];
    } catch (error) {
      const isLost = error instanceof NoProcess || error instanceof CalleeExited;
      if (!isLost || losses >= indexLimits.lossesMax) throw error;
      await sleep(retryDelayMs(losses));
    }
  }
}
