// Has a run read by the one process that reads it for all of this node, and has that begin where there is none.
import {
  call,
  child,
  exit,
  type Name,
  named,
  type Supervisor,
  sleep,
  startChild,
  whereis,
} from "../../runtime/index.ts";
import type { RunHome } from "./desk-home.ts";
import { deskLimits } from "./desk-limits.ts";
import { RunRefusal, unknownRun } from "./desk-refused.ts";
import { retryDelayMs } from "./limits.ts";
import { type RunAbout, type RunReader, readerName, runReader } from "./reader.ts";
import type { ReadRunRequest, RunAnswer, RunPage } from "./run-desk-protocol.ts";
import { isOver, type RunSummary } from "./run-summary.ts";

export class DeskPages {
  readonly #readers: Supervisor;

  /** @param readers who has the readers */
  constructor(readers: Supervisor) {
    this.#readers = readers;
  }

  /** Call it in a process. @throws {RunRefusal} */
  async read(home: RunHome, request: ReadRunRequest): Promise<RunPage> {
    const waitMs = Math.min(request.waitMs, deskLimits.readWaitMsMax);
    const answer = await this.#asked<RunAnswer<RunPage>>(home, request.id, (reader) =>
      call(reader, "read", { ...request, waitMs }, { timeoutMs: waitMs + deskLimits.askMs }),
    );
    if (answer.ok) return answer.value;
    throw new RunRefusal(answer.code, answer.message);
  }

  /** @throws {RunRefusal} */
  about(home: RunHome, id: string, question?: string): Promise<RunAbout> {
    return this.#asked(home, id, (reader) =>
      call(reader, "about", { question }, { timeoutMs: deskLimits.askMs }),
    );
  }

  /** How a run stands. @throws {RunRefusal} */
  async summary(home: RunHome, id: string): Promise<RunSummary> {
    return (await this.read(home, { id, from: Number.MAX_SAFE_INTEGER, waitMs: 0, bytesMax: 1 })).summary;
  }

  /** How a run stands as soon as `isSo`, and after a while in any case. @throws {RunRefusal} */
  async settled(home: RunHome, id: string, isSo: (summary: RunSummary) => boolean): Promise<RunSummary> {
    let summary = await this.summary(home, id);
    for (let looks = 0; looks < settledLooksMax && !isSo(summary); looks += 1) {
      const waitMs = deskLimits.settleMs / settledLooksMax;
      // Of a run that is over nobody waits for more, though somebody may be about to go on with it.
      if (isOver(summary.phase) || summary.phase === "interrupted") await sleep(waitMs);
      summary = (await this.read(home, { id, from: summary.n + 1, waitMs, bytesMax: 1 })).summary;
    }
    return summary;
  }

  /** What was read of a run that is gone is gone as well. */
  forget(id: string): void {
    const pid = whereis(readerName(id));
    if (pid !== undefined) exit(pid, "shutdown");
  }

  async #asked<Answer>(
    home: RunHome,
    id: string,
    ask: (reader: Name<RunReader>) => Promise<unknown>,
  ): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#begun(home, id);
        return (await ask(named<RunReader>(readerName(id)))) as Answer;
      } catch (error) {
        if (error instanceof RunRefusal) throw error;
        // It may have ended because nobody had asked it for long, or with a store that was away; or its supervisor is being begun again.
        if (tries < triesMax) {
          await sleep(retryDelayMs(tries));
          continue;
        }
        const why = error instanceof Error ? error.message : String(error);
        throw new RunRefusal("store_unavailable", `Run ${id} cannot be read now: ${why}`);
      }
    }
  }

  async #begun(home: RunHome, id: string): Promise<void> {
    const name = readerName(id);
    if (whereis(name) !== undefined) return;
    const spec = child(runReader({ id, home }), { id, name, restart: "temporary" });
    const outcome = await startChild(this.#readers, spec);
    if (outcome.ok || whereis(name) !== undefined) return;
    const { error } = outcome;
    const reason = error === "start_failed" ? outcome.reason : error;
    if (reason === "unknown_run") throw unknownRun(id);
    const words =
      typeof reason === "object" && "error" in reason
        ? (reason.error as { readonly message: string }).message
        : JSON.stringify(reason);
    throw new RunRefusal("store_unavailable", `Run ${id} cannot be read now: ${words}`);
  }
}

/** With the pauses between them some tenths of a second: longer than a supervisor takes to come back. */
const triesMax = 6;
const settledLooksMax = 50;
