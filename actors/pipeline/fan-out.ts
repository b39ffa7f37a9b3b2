// Does steps for each of several parts, each in a run of its own wherever there is room for it, and puts what they come to together.

import { estimateTokens } from "../llm/tokens.ts";
import type { AskedModel } from "../operations/ask-model.ts";
import { consented } from "../operations/consent.ts";
import { costOfRounds } from "../operations/cost-of-rounds.ts";
import { sentFile, sentText } from "../operations/sent-file.ts";
import type { Disclosure } from "../review/disclosure.ts";
import { followChild } from "../runs/child.ts";
import { inputOfStep, operationOfStep } from "./asked-words.ts";
import type { PartsDocument } from "./documents.ts";
import { partWarningsMax, promptTokens } from "./fan-out-limits.ts";
import type { PipelineStep } from "./language/check.ts";
import { specificationOf } from "./language/normal.ts";
import { type PipelineParts, pipelineNews } from "./news.ts";
import type { PipelineOutcome } from "./outcome.ts";
import type { Part } from "./parts.ts";
import { planOfPipeline } from "./planned.ts";
import type { Flow, PartRecord, ResultDocument } from "./record.ts";
import { heldFound, viewOf } from "./view.ts";
import type { Done, WordJob } from "./words.ts";

export interface FanOut {
  readonly parts: readonly Part[];
  readonly warnings: readonly string[];
  /** What is done for each. */
  readonly segment: readonly PipelineStep[];
  /** True where one has to be over before the next begins. */
  readonly isAlone: boolean;
}

/** @throws what the run's context throws: the step is then tried again, and what its parts came to is kept */
export async function fannedOut(job: WordJob, fan: FanOut): Promise<Done> {
  const { work, context, flow } = job;
  const { step, terms } = work;
  const sent = await agreed(job, fan);
  if (!sent.ok) return sent;
  const { parts } = sent;
  const news: PipelineParts = { step: step.number, total: parts.length };
  await context.tell(pipelineNews.parts, news);
  const records = await done(job, { ...fan, parts });
  const failed = records.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first !== undefined && !terms.continueOnError) {
    const message = `${failed.length} of its ${parts.length} parts failed. ${JSON.stringify(first.name)}: ${first.reason ?? ""}`;
    return { ok: false, code: first.code, message: message.trim() };
  }
  const result: PartsDocument = {
    schema: "aiex.parts/1",
    parts: records.map(({ name, status, reason, result: own }) => ({ name, status, reason, result: own })),
  };
  const texts = Object.assign({}, flow.texts, ...records.map((record) => record.texts));
  const found = heldFound([...flow.found, ...records.flatMap((record) => record.found)]);
  return {
    ...{ ok: true, result, flow: { ...flow, texts, found } },
    parts: records.map(({ name, run, node, status, reason }) => ({ name, run, node, status, reason })),
    warnings: [...fan.warnings, ...sent.leftOut, ...warningsOf(records)],
  };
}

interface Ended extends PartRecord {
  readonly result: ResultDocument | null;
  readonly texts: Flow["texts"];
  readonly code: string;
  readonly found: Flow["found"];
  readonly warnings: readonly string[];
}

/** Each once, with the part of which it is told. */
function warningsOf(records: readonly Ended[]): readonly string[] {
  const names = new Map<string, string[]>();
  for (const { name, warnings } of records)
    for (const warning of warnings) names.set(warning, [...(names.get(warning) ?? []), name]);
  return [...names].slice(0, partWarningsMax).map(([warning, [first = "", ...others]]) => {
    const rest = others.length === 0 ? "" : ` and ${others.length} more of its parts`;
    return `In ${JSON.stringify(first)}${rest}: ${warning}`;
  });
}

/** In the order of the parts. Where one fails that ends the step, no other is begun. */
async function done(job: WordJob, { parts, segment, isAlone }: FanOut): Promise<readonly Ended[]> {
  const { terms } = job.work;
  const ended = new Map<number, Ended>();
  let next = 0;
  let isOver = false;
  const among = isAlone ? 1 : Math.min(terms.partsAtOnce, parts.length);
  const worker = async (): Promise<void> => {
    while (!isOver && next < parts.length) {
      const index = next;
      next += 1;
      const part = parts[index];
      if (part === undefined) return;
      const record = await doneBy(job, part, { segment, among });
      ended.set(index, record);
      if (record.status === "failed" && !terms.continueOnError) isOver = true;
    }
  };
  await Promise.all(Array.from({ length: among }, worker));
  return [...ended].sort(([one], [other]) => one - other).map(([, record]) => record);
}

async function doneBy(
  { work, context, round }: WordJob,
  { name, flow }: Part,
  { segment, among }: { readonly segment: readonly PipelineStep[]; readonly among: number },
): Promise<Ended> {
  const { terms, prompts } = work;
  const spec = specificationOf(segment);
  const plan = planOfPipeline({
    ...{ spec, steps: segment, begin: flow, prompts },
    // A file that came of a folder is streamed as it is.
    terms: { ...terms, isPart: true, mode: terms.mode === "streaming" ? "sequential" : terms.mode },
  });
  // Whoever has a failed run go on has its failed parts go on, and begins none of them anew.
  const key = `${round}part ${name}`;
  const title = `${spec}: ${name}`;
  const child = await followChild(context, { key, part: name, kind: "pipeline", title, plan, among });
  const base = { name, run: child.run, node: child.ok ? child.node : null };
  const nothing = { result: null, texts: {}, found: [], warnings: [] };
  if (!child.ok) return { ...base, ...nothing, status: "failed", reason: child.message, code: child.code };
  const { document, flow: after } = child.output as PipelineOutcome;
  const problem =
    document.steps.find(({ status }) => status === "failed") ??
    // Nothing came of it: no step of it was done.
    (document.result === null ? document.steps.findLast(({ status }) => status === "skipped") : undefined);
  return {
    ...base,
    status: document.status === "completed" ? "done" : "failed",
    reason: problem?.reason ?? null,
    code: "step_failed",
    result: document.steps.length > 1 ? document : document.result,
    texts: after.texts,
    found: foundSince(flow.found, after.found),
    warnings: document.warnings,
  };
}

/** What a part has found or chosen itself: what it was given is known to its step, and may be left out of what it hands on. */
function foundSince(given: Flow["found"], handedOn: Flow["found"]): Flow["found"] {
  const known = new Set(given.map((one) => JSON.stringify(one)));
  return handedOn.filter((one) => !known.has(JSON.stringify(one)));
}

type Agreed =
  | { readonly ok: true; readonly parts: readonly Part[]; readonly leftOut: readonly string[] }
  | Extract<Done, { readonly ok: false }>;

/** Tells what is about to be sent of all parts, where a model is asked about them, and leaves out what cannot be sent. */
async function agreed(job: WordJob, { parts, segment }: FanOut): Promise<Agreed> {
  const { work, context, flow, prefix } = job;
  const { asked } = work.terms;
  const asking = segment.flatMap((step) => {
    const operation = operationOfStep(step);
    return operation === undefined ? [] : [{ step, operation }];
  });
  if (asked === null || asking.length === 0) return { ok: true, parts, leftOut: [] };
  const view = viewOf(context, flow, `${prefix}parts/`);
  const kept: Part[] = [];
  const leftOut: { readonly path: string; readonly reason: string }[] = [];
  const alongEachMax = asked.isChosen ? (asked.limits.contextTokensMax ?? 0) : 0;
  const told = {
    ...{ files: [] as string[], tokens: 0, masked: 0, costMaxUsd: 0 as number | null, verifies: false },
  };
  for (const part of parts) {
    const { target } = part.flow;
    const sent =
      target.kind === "text"
        ? sentText(target.name, target.text)
        : await sentFile(view.context, target.path, { isNamed: true });
    if (!sent.ok) {
      leftOut.push({ path: part.name, reason: sent.message });
      continue;
    }
    kept.push(part);
    told.files.push(part.name);
    told.masked += sent.file.masked;
    const tokens = estimateTokens(sent.file.lines.join("\n")) + promptTokens + alongEachMax;
    for (const { step, operation } of asking) {
      const input: unknown = operation.input.parse(inputOfStep(step, target, false));
      const cost = costOfRounds(operation, input, { tokens, price: asked.who.price });
      told.verifies ||= operation.verifies?.(input) === true;
      told.tokens += tokens;
      told.costMaxUsd = cost === null || told.costMaxUsd === null ? null : told.costMaxUsd + cost;
    }
  }
  const reasons = leftOut.map(({ path, reason }) => `${JSON.stringify(path)} was left out. ${reason}`);
  if (kept.length === 0) {
    return {
      ok: false,
      code: "no_code",
      message: `None of its parts can be sent. ${reasons[0] ?? ""}`.trim(),
    };
  }
  const [first] = asking;
  const verb = first !== undefined && asking.length === 1 ? first.operation.verb : "works on";
  const disclosure = disclosureOf(asked, { ...told, leftOut, verb, alongEachMax });
  if (await consented(view.context, disclosure)) return { ok: true, parts: kept, leftOut: reasons };
  const message = "Nothing was sent, since whoever was told that it would be said no.";
  return { ok: false, code: "declined", message };
}

function disclosureOf(
  { who: { provider, kind, model, host, place } }: AskedModel,
  {
    verifies,
    ...told
  }: Pick<Disclosure, "files" | "tokens" | "masked" | "costMaxUsd" | "leftOut" | "alongEachMax"> & {
    readonly verb: string;
    readonly verifies: boolean;
  },
): Disclosure {
  return { provider, kind, model, host, place, ...told, ...(verifies ? { verifies } : {}) };
}
