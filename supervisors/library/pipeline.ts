// A pipeline as a call of the library.
import type { PipelineDocument } from "../../actors/pipeline/outcome.ts";
import type { Target } from "../../actors/pipeline/record.ts";
import { AiexError } from "../../runtime/errors.ts";
import { onDisclosure } from "../runs/analysis.ts";
import type { OperationPlace } from "../runs/operation.ts";
import { pipelineDocumentOf, pipelineOrder } from "../runs/pipeline.ts";
import type { Runs } from "../runs/runs.ts";
import { type Call, callOf, failureOf } from "./call.ts";
import type { PipelineOptions } from "./options.ts";
import { sessionOf } from "./session-of.ts";

/** A step failed, and ended its pipeline; `code` says why. `aiex runs resume` goes on with that step. */
export class PipelineFailed extends AiexError {
  readonly code: string;
  /** What it came to until then. */
  readonly document: PipelineDocument;
  constructor(code: string, message: string, document: PipelineDocument) {
    super(message);
    this.code = code;
    this.document = document;
  }
}

export function pipelineCall(
  runs: Runs,
  place: OperationPlace,
  spec: string | readonly string[],
  { input = ".", review = false, onDisclosure: tell, signal, session, ...terms }: PipelineOptions,
): Call<PipelineDocument> {
  const target: Target =
    typeof input === "string" ? { kind: "path", path: input } : { kind: "text", ...input };
  const text = typeof spec === "string" ? spec : spec.join(" | ");
  return callOf(runs, {
    order: async () =>
      pipelineOrder(place, { ...terms, spec: text, input: target, review, session: sessionOf(session) }),
    onQuestion: onDisclosure(tell ?? (() => undefined)),
    result: (end) => pipelineDocumentOf(runs, end),
    failure: async (end) => {
      const failed = failureOf(end);
      if (end.summary.phase !== "failed") return failed;
      return new PipelineFailed(failed.code, failed.message, await pipelineDocumentOf(runs, end));
    },
    signal,
  });
}
