// Follows a part of a run to its end, from the desk of the node that has the step: through the owners that the part has meanwhile.
import { AiexError } from "../../runtime/errors.ts";
import { CalleeExited, CallTimeout, call, NoProcess, named, sleep } from "../../runtime/index.ts";
import { childLimits } from "./child-limits.ts";
import { ChildUsage } from "./child-usage.ts";
import { decodeValue } from "./kept.ts";
import { retryDelayMs } from "./limits.ts";
import { type RunAnswer, type RunDesk, runDeskName } from "./run-desk-protocol.ts";
import { endedWithParent } from "./run-end.ts";
import type { Kept, RunEntry } from "./run-entry.ts";
import type { RunSpec } from "./run-spec.ts";
import { isOver, type RunSummary } from "./run-summary.ts";
import type { StepContext, StepUsage } from "./step-context.ts";

/** What a part came to. `node`: the one that ended it. */
export type ChildEnd =
  | {
      readonly ok: true;
      readonly run: string;
      readonly node: string | null;
      readonly output: unknown;
    }
  | {
      readonly ok: false;
      readonly run: string;
      readonly node: string | null;
      readonly code: string;
      readonly message: string;
    };

export interface FollowedChild {
  readonly end: ChildEnd;
  /** The last entry whose usage is counted. */
  readonly counted: number;
  /** What it cost since the one that was counted before. */
  readonly usage: readonly StepUsage[];
}

export interface ChildFollowingOptions {
  readonly context: StepContext;
  readonly spec: RunSpec;
  readonly part: string;
  /** The last entry whose usage is counted already, and what that came to. */
  readonly counted: number;
  readonly countedUsd: number;
  /** Whether one that failed is tried again. */
  readonly isAgain: boolean;
}

type Calls = RunDesk["calls"];
type Value<C extends keyof Calls> = Calls[C]["reply"] extends RunAnswer<infer V> ? V : never;

const { lookEveryMs, pageBytesMax, askMs, againMsMax, resumesMax, ownerMs } = childLimits;
const desk = named<RunDesk>(runDeskName);

/** Its functions are for code of processes. */
export class ChildFollowing {
  readonly #options: ChildFollowingOptions;
  readonly #id: string;
  /** What readers were told last. */
  #told = "";

  constructor(options: ChildFollowingOptions) {
    this.#options = options;
    this.#id = options.spec.id;
  }

  /** Begins it where it is not there yet. What the desk refuses is how it ended. */
  async toEnd(): Promise<FollowedChild> {
    const { context, spec, counted, isAgain } = this.#options;
    try {
      const wasThere = isAgain && (await this.#isThere());
      await this.#asked("submit", { spec, on: undefined, beside: context.run });
      return await this.#ended(await this.#over(wasThere));
    } catch (error) {
      if (!(error instanceof DeskRefused)) throw error;
      const { code, message } = error;
      return { end: { ok: false, run: this.#id, node: null, code, message }, counted, usage: [] };
    }
  }

  async #isThere(): Promise<boolean> {
    try {
      await this.#page(Number.MAX_SAFE_INTEGER);
      return true;
    } catch (error) {
      if (error instanceof DeskRefused && error.code === "unknown_run") return false;
      throw error;
    }
  }

  /** Resolves when it is over, and is not to be tried again. */
  async #over(wasThere: boolean): Promise<RunSummary> {
    let isAgain = wasThere && this.#options.isAgain;
    // The second entry says which node has it first; then only its end is waited for.
    let summary = await this.#looked(2);
    for (let resumes = 0; ; ) {
      this.#tell(summary);
      if (isOver(summary.phase)) {
        if (!(await this.#mayGoOn(summary, isAgain))) return summary;
      }
      isAgain = false;
      if (isOver(summary.phase) || summary.phase === "interrupted") {
        resumes += 1;
        if (resumes > resumesMax) return summary;
        summary = await this.#resumed(summary, resumes);
      } else summary = await this.#looked(Number.MAX_SAFE_INTEGER);
    }
  }

  /** Of one that is over. One that ended with its run is tried again with it. */
  async #mayGoOn({ phase, n }: RunSummary, isAgain: boolean): Promise<boolean> {
    if (phase !== "failed" || isAgain) return phase === "failed";
    const [last] = (await this.#page(n)).entries;
    return last?.type === "failed" && last.code === endedWithParent;
  }

  async #resumed(before: RunSummary, resumes: number): Promise<RunSummary> {
    const { context, spec, countedUsd } = this.#options;
    await sleep(retryDelayMs(resumes));
    // What is kept for it now comes on top of what is counted.
    const bound = spec.costUsdMax === undefined ? {} : { costUsdMax: countedUsd + spec.costUsdMax };
    const request = { id: this.#id, by: context.user, onUnknown: undefined };
    await this.#asked("resume", { ...request, ...(before.phase === "failed" ? bound : {}) });
    let summary = await this.#looked(before.n + 1);
    for (let waitedMs = 0; summary.epoch <= before.epoch && waitedMs < ownerMs; waitedMs += againMsMax) {
      await sleep(againMsMax);
      summary = await this.#looked(before.n + 1);
    }
    return summary;
  }

  async #looked(from: number): Promise<RunSummary> {
    const request = { id: this.#id, from, waitMs: lookEveryMs, bytesMax: 1 };
    return (await this.#asked("read", request, lookEveryMs)).summary;
  }

  async #page(from: number) {
    return await this.#asked("read", { id: this.#id, from, waitMs: 0, bytesMax: pageBytesMax });
  }

  /** What it came to, with what it cost since it was counted. */
  async #ended({ n, node, phase }: RunSummary): Promise<FollowedChild> {
    const { counted } = this.#options;
    const usage = new ChildUsage();
    let last: RunEntry | undefined;
    for (let next = Math.min(counted + 1, n); next <= n; ) {
      const { entries, next: after } = await this.#page(next);
      // It may go on meanwhile, since somebody has it: what comes behind its end is counted the next time.
      for (const entry of entries.filter((each) => each.n <= n)) {
        last = entry;
        if (entry.n > counted) usage.take(entry);
      }
      if (after === next) break;
      next = after;
    }
    const about = { run: this.#id, node: node ?? null };
    const told = { counted: n, usage: usage.all };
    if (last?.type === "done") {
      const { value, isThere } = await this.#output(last.output);
      if (isThere) return { end: { ok: true, ...about, output: value }, ...told };
      const message = `What run ${this.#id} came to cannot be read.`;
      return { end: { ok: false, ...about, code: "kept_missing", message }, ...told };
    }
    if (last?.type === "failed")
      return { end: { ok: false, ...about, code: last.code, message: last.message }, ...told };
    const code = phase === "cancelled" ? "run_cancelled" : "run_interrupted";
    return {
      end: { ok: false, ...about, code, message: `Its run, ${this.#id}, is ${phase}.` },
      ...told,
    };
  }

  async #output(kept: Kept): Promise<{ readonly isThere: boolean; readonly value?: unknown }> {
    if ("value" in kept) return { isThere: true, value: kept.value };
    const pieces: Uint8Array[] = [];
    for (let offset = 0; offset < kept.bytes; ) {
      const request = { id: this.#id, hash: kept.blob, offset, bytesMax: pageBytesMax };
      const { bytes } = await this.#asked("blob", request);
      if (bytes.length === 0) break;
      pieces.push(bytes);
      offset += bytes.length;
    }
    const decoded = decodeValue(Buffer.concat(pieces));
    return decoded === undefined ? { isThere: false } : { isThere: true, value: decoded.value };
  }

  /** That it began, has another owner, needs a person, or ended. */
  #tell({ phase, waiting, node, tokens, costUsd }: RunSummary): void {
    const isHeld = waiting?.for === "answer" || waiting?.for === "workspace";
    const shown = isOver(phase) || (phase === "waiting" && isHeld) ? phase : "running";
    const told = `${shown} ${node}`;
    if (node === undefined || told === this.#told) return;
    this.#told = told;
    const { context, part } = this.#options;
    const about = { part, run: this.#id, phase: shown, node, tokens, costUsd };
    // Nothing waits for it: what is written later is read later.
    void context.tell("part", about).catch(() => undefined);
  }

  /** A desk that is being started again, or takes nothing now, is asked again: every call may be made twice. @throws {DeskRefused} */
  async #asked<C extends keyof Calls>(verb: C, payload: Calls[C]["payload"], waitMs = 0): Promise<Value<C>> {
    for (let losses = 1; ; losses += 1) {
      try {
        const timeoutMs = waitMs + askMs;
        const answer = (await call(desk, verb, payload as never, {
          timeoutMs,
        })) as unknown as RunAnswer<Value<C>>;
        if (answer.ok) return answer.value;
        if (!passing.has(answer.code)) throw new DeskRefused(answer.code, answer.message);
      } catch (error) {
        if (!isLost(error)) throw error;
      }
      await sleep(Math.min(againMsMax, retryDelayMs(losses)));
    }
  }
}

class DeskRefused extends AiexError {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function isLost(error: unknown): boolean {
  return error instanceof NoProcess || error instanceof CalleeExited || error instanceof CallTimeout;
}

/** Refusals that say nothing of the run, and are over in a moment. */
const passing: ReadonlySet<string> = new Set(["store_unavailable", "draining", "run_held"]);
