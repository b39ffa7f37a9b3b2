// What an operation that asks a model is made of. To add one, write a `ModelOperation` and put it into `model-operations.ts`: the rest,
// from the consent of the person to what it cost, is the same for all of them and is here:
//   ask-model.ts          the parts of an operation (this file)
//   operation-machine.ts  the course of every operation as a machine: gather, disclose, ask, check, ask again, conclude
//   carry-out.ts          carries out that course within a step of a run
//   model-operations.ts   every operation, their plan, and their JSON Schemas
//   grounds.ts            what is sent with that: instructions of the project, what was found earlier, pieces of other files
//   sent-file.ts          a file as it is sent: guarded, masked, line by line
//   model-facts.ts        what asking took, in every document
//   ../prompts/           templates, how they are rendered, how data is fenced; the files are in ../prompts/templates/
//   ../llm/answer-form.ts answers that are to be JSON of a form
import type { z } from "zod";
import type { AnswerCache } from "../analysis/answer-cache.ts";
import type { AnswerSchema, Completion } from "../llm/completion.ts";
import type { TemplateName } from "../prompts/names.ts";
import type { PromptValues } from "../prompts/render.ts";
import type { Reviewer } from "../review/reviewer.ts";
import type { StepContext } from "../runs/step-context.ts";
import type { Remembered } from "./session.ts";
import type { Around } from "./surroundings.ts";

/** Who is asked, and what that may come to. Plain data: a part of the plan. */
export interface AskedModel {
  readonly who: Reviewer;
  /** Set where another model than the entry's own is asked for. */
  readonly model?: string;
  /**
   * True where the person named or configured who is asked: then more may be sent than the files that were named, such as what
   * earlier operations found. A key in the environment is consent for those alone.
   */
  readonly isChosen: boolean;
  readonly limits: OperationLimits;
}

export interface OperationLimits {
  /** Of one request. */
  readonly tokensMax: number;
  /** Of pieces of the project around what was named; 0, or left out, for none. */
  readonly contextTokensMax?: number;
  /** Of all of them, where the price is known. */
  readonly costUsdMax: number;
}

/** What is sent. Beside this an operation keeps in it whatever it needs to check the answer. */
export interface Sent {
  /** Every file of which something is sent. */
  readonly files: readonly { readonly path: string; readonly masked: number }[];
}

/** It cannot be done; `code` is that of an error, and `message` a sentence for people. */
export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  readonly retryable?: boolean;
}

/** What operations use beside their run. */
export interface OperationTools {
  readonly cache: AnswerCache;
  /** Parsers that there are. */
  readonly parsers: number;
}

/** An operation at work. */
export interface Job<Input, Material> {
  readonly input: Input;
  readonly material: Material;
  readonly context: StepContext;
  readonly tools: OperationTools;
}

/** What the model is asked. */
export interface Prompted {
  readonly template: TemplateName;
  readonly values: PromptValues;
  /** Left out where the answer is prose. */
  readonly form?: AnswerSchema;
}

/** The answer is not what was asked for: the model is asked again while it may be. */
export interface Unsound {
  readonly ok: false;
  /** A sentence for the model. */
  readonly problem: string;
  /** What commands printed about it, which is data for the model. Left out where none was run. */
  readonly output?: string;
}

export type Checked<Result> = { readonly ok: true; readonly result: Result } | Unsound;

/** How it stands when an operation is to conclude. */
export interface Concluding {
  /** True where the model is not asked again, whatever is wrong with its answer. */
  readonly isLast: boolean;
  /** Tells readers what is done now, as in "checking". */
  readonly tell: (doing: string) => Promise<void>;
}

export interface ModelOperation<Input, Material extends Sent, Result> {
  /** Also the kind of its runs. */
  readonly name: string;
  /** A verb for people, as in "A model explains it". */
  readonly verb: string;
  /** What it is asked for; `describe` every key. */
  readonly input: z.ZodType<Input>;
  /** What it comes to, without `model`, which all of them have. Its first key is `schema`. */
  readonly result: z.ZodObject & z.ZodType<Result>;
  /** Those that `ask` names; `repair` is always there. */
  readonly prompts: readonly TemplateName[];
  /** Tokens that the model may write. */
  readonly outputTokensMax: number;
  /** Times that it is asked at most. Default: `roundsDefault`. */
  roundsMax?(input: Input): number;
  /** True where what the owner's own checks print about its answer is sent as well. Default: false. */
  verifies?(input: Input): boolean;
  /** A line for people: what the run is. */
  title(input: Input): string;
  /** False where more than what the person named is sent: that needs a provider that was named or configured. Default: true. */
  sendsOnlyNamed?(input: Input): boolean;
  /** A path that may be a directory: then files are sent that the person did not name one by one. Default: none is. */
  tree?(input: Input): string | undefined;
  /** Reads what is needed. Nothing has been sent, and may be refused. */
  gather(input: Input, context: StepContext, tools: OperationTools): Promise<GatheredOr<Material>>;
  /** Values of all variables of the template but those that every operation has: see `grounds.ts`. */
  ask(job: Job<Input, Material>): Prompted;
  /** What of the project it belongs with; undefined, or left out, where that is nothing, such as for a text that is no file. */
  around?(input: Input, material: Material): Around | undefined;
  /** Files and folders that it is about. Default: the files of which something is sent. */
  about?(input: Input, material: Material): readonly string[];
  /** Whether the answer is what was asked for, and what it comes to. It may ask ports and look at files. */
  check(
    answer: Pick<Completion, "text" | "finish">,
    job: Job<Input, Material>,
  ): Checked<Result> | Promise<Checked<Result>>;
  /** Does what follows on it, such as changing files: each such thing an effect of the run. What it finds unsound it leaves no trace of. */
  conclude?(
    result: Result,
    job: Job<Input, Material>,
    how: Concluding,
  ): Promise<{ readonly ok: true; readonly result: Result } | Unsound | Refusal>;
  /** What later operations of the session are to know of it. */
  remember?(result: Result, job: Job<Input, Material>): readonly Remembered[];
  /** What readers are told of the material before the answer comes, such as how many lines there are: plain data. */
  news?(material: Material): Readonly<Record<string, unknown>>;
}

export type GatheredOr<Material> = { readonly ok: true; readonly material: Material } | Refusal;

// biome-ignore lint/suspicious/noExplicitAny: every operation knows its own types, and plans bring its input as data.
export type AnyModelOperation = ModelOperation<any, any, any>;

/** What the run of an operation comes to. All of it is plain data. */
export type OperationOutcome =
  /** The result with `model`. */
  { readonly ok: true; readonly document: Readonly<Record<string, unknown>> } | Refusal;

/** The name under which readers are told what an operation does now; `about` is an `OperationNews`. */
export const operationNews = "operation";

export interface OperationNews {
  readonly operation: string;
  readonly doing: string;
  /** Which time the model is asked, from 1; 0 before. */
  readonly round: number;
  readonly material: Readonly<Record<string, unknown>>;
}
