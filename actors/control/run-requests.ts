// What can be asked from outside about runs: `runs` reads, `work` has something done. They wrap the calls of the desk.
import { z } from "zod";
import { runLimits } from "../runs/limits.ts";
import { isRunId, isRunIdPrefix } from "../runs/run-id.ts";
import { controlLimits } from "./limits.ts";

const id = z.string().refine(isRunId, "is no id of a run");
/** A person, for the record. */
const by = z.string().min(1).max(controlLimits.personCharactersMax);
const waitMs = z.number().min(0).max(controlLimits.longPollMsMax);
const word = z.string().min(1).max(1_000);
const answer = z.string().min(1).max(runLimits.answerCharactersMax);

/** Asked as `runs`. Who may look may ask this. */
export const runsRequest = z.discriminatedUnion("what", [
  z.object({ what: z.literal("list") }),
  z.object({ what: z.literal("find"), prefix: z.string().refine(isRunIdPrefix, "is no beginning of an id") }),
  z.object({
    what: z.literal("read"),
    id,
    from: z.int().min(1),
    waitMs,
    bytesMax: z.number().min(1),
  }),
  z.object({
    what: z.literal("blob"),
    id,
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    offset: z.int().min(0),
    bytesMax: z.number().min(1),
  }),
]);

/** Asked as `work`. What holds data of steps is JSON as `toPlainJson` makes it. */
export const workRequest = z.discriminatedUnion("what", [
  z.object({ what: z.literal("submit"), spec: z.unknown(), on: word.optional() }),
  z.object({ what: z.literal("cancel"), id, by }),
  z.object({ what: z.literal("resume"), id, by, onUnknown: z.enum(["retry", "done", "fail"]).optional() }),
  z.object({ what: z.literal("answer"), id, question: word, choice: answer, by }),
  z.object({ what: z.literal("cut_short"), id, by }),
  z.object({ what: z.literal("fork"), id, at: z.int().min(1).optional(), by }),
  z.object({ what: z.literal("remove"), id }),
  /** Long poll of a command that has a workspace: what it found out, for what it is to find out next. */
  z.object({ what: z.literal("workspace"), workspace: z.unknown(), answers: z.unknown(), waitMs }),
]);

/** Of both: the desk's own answer, as `toPlainJson` makes it. */
export const runsAnswer = z.object({ answer: z.unknown() });

export type RunsRequest = z.output<typeof runsRequest>;
export type WorkRequest = z.output<typeof workRequest>;
export type RunsAnswer = z.output<typeof runsAnswer>;
