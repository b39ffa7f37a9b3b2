// The gate of a node: asks its breakers, its limiter and its budget, in this order, and gives back what was taken where one of
// them refuses.
import { call, cast, self } from "../../../runtime/index.ts";
import { currentProcess } from "../../../runtime/process/current.ts";
import type { Gate, GateAsk, GateReport, Granted } from "../gate.ts";
import { ownWorld } from "../own-world.ts";
import { breakerOf } from "./breaker-protocol.ts";
import { budgetAt } from "./budget.ts";
import { limiterAt } from "./limiter.ts";
import { gateAnswerMs, recheckMs } from "./limits.ts";
import { nothing } from "./rate.ts";

export interface GateSettings {
  /** False where no budget is configured: what is spent is noted then, and nobody has to wait for an answer. */
  readonly isBudgeted?: boolean;
}

/** For code of processes: whose end gives a permit back is who acquired it. What it throws is that a part of the gate does not run. */
export function gateOf({ isBudgeted = true }: GateSettings = {}): Gate {
  return { acquire: (ask) => acquire(ask, isBudgeted), report };
}

async function acquire(ask: GateAsk, isBudgeted: boolean): Promise<Granted> {
  const { entry, model, lane, tokens, costMaxUsd, run, user, waitMsMax } = ask;
  const { clock } = ownWorld();
  const startMs = clock.now();
  const waitMs = (): number => Math.max(0, startMs + waitMsMax - clock.now());
  const timeoutMs = waitMsMax + gateAnswerMs;
  const permit = permitOf(entry);
  const holder = self();
  const breaker = breakerOf(entry);
  const passed = await call(breaker, "acquire", { permit, model, holder, waitMs: waitMsMax }, { timeoutMs });
  if (!passed.granted) return refused({ reason: "breaker", retryInMs: passed.retryInMs });
  const place = { permit, entry, lane, tokens, holder, waitMs: waitMs() };
  const placed = await call(limiterAt, "acquire", place, { timeoutMs });
  if (!placed.granted) {
    cast(breaker, "report", { permit, outcome: "neutral", firstMs: undefined });
    return refused({ reason: "limit", retryInMs: placed.retryInMs, what: placed.what });
  }
  const cost = { permit, entry, model, costMaxUsd, run, user, holder };
  if (isBudgeted) {
    const paid = await call(budgetAt, "reserve", cost, { timeoutMs: gateAnswerMs });
    if (!paid.granted) {
      neverSent(permit);
      return refused({ reason: "budget", retryInMs: paid.retryInMs, what: paid.what });
    }
  } else cast(budgetAt, "begin", cost);
  if (clock.now() - startMs > recheckMs) {
    // It waited, and the provider may have failed meanwhile: nobody goes who came before that.
    const { retryInMs } = await call(breaker, "peek", { model });
    if (retryInMs > 0) {
      neverSent(permit);
      return refused({ reason: "breaker", retryInMs });
    }
  }
  return { granted: true, permit };
}

function report({ permit, outcome, usage, costUsd, firstMs, limits, retryAfterMs }: GateReport): void {
  const entry = entryOf(permit);
  // Of what was never sent the cost is known to be none, and nothing else is.
  const wasSent = usage !== undefined || costUsd !== 0 || outcome !== "neutral";
  const known =
    usage === undefined ? undefined : { requests: 1, tokens: usage.input_tokens + usage.output_tokens };
  cast(breakerOf(entry), "report", { permit, outcome, firstMs });
  cast(limiterAt, "report", { permit, entry, used: wasSent ? known : nothing, limits, retryAfterMs });
  cast(budgetAt, "report", { permit, wasSent, costUsd, usage });
}

/** Gives everything back that was taken for a request that is not made. */
function neverSent(permit: string): void {
  report({
    permit,
    outcome: "neutral",
    usage: undefined,
    costUsd: 0,
    tookMs: 0,
    firstMs: undefined,
    limits: undefined,
    retryAfterMs: undefined,
  });
}

function refused(refusal: Extract<Granted, { readonly granted: false }>["refusal"]): Granted {
  return { granted: false, refusal };
}

/** Nobody else in the cluster has the same one. */
function permitOf(entry: string): string {
  const { node, incarnation, ref } = currentProcess().kernel.nextRef();
  return `${entry}#${node}/${incarnation}/${ref}`;
}

function entryOf(permit: string): string {
  return permit.slice(0, Math.max(0, permit.indexOf("#")));
}
