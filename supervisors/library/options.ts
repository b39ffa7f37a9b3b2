// What callers of the library may say: how it is opened, and the options of each of its calls.
import type { AnalysisType } from "../../actors/analysis/report.ts";
import type { ConversationType } from "../../actors/chat/conversation.ts";
import type { CommentsInput } from "../../actors/operations/document-comments.ts";
import type { Explanation } from "../../actors/operations/explain.ts";
import type { GenerateInput } from "../../actors/operations/generate.ts";
import type { RefactorInput } from "../../actors/operations/refactor.ts";
import type { PipelineMode } from "../../actors/pipeline/step-work.ts";
import type { Disclosure } from "../../actors/review/disclosure.ts";
import type { ConversationConsent } from "./conversation.ts";

export interface OpenOptions {
  /** The project, and where relative paths start. Default: the folder that the program runs in. */
  readonly directory?: string;
  /** Whose configuration, runs and caches. Default: the user's home. */
  readonly home?: string;
  /** Default: that of the program. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Settings that go before all others, by their keys: `{ "llm.default_provider": "work" }`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Hears sentences for people: what the configuration warns of, and that runs cannot be kept. */
  readonly onNotice?: (sentence: string) => void;
}

/** What bounds a piece of work, and who hears of it. */
export interface CallTerms {
  /** Milliseconds from now, after which it is given up. */
  readonly deadlineMs?: number;
  /** US dollars that models may cost. */
  readonly costUsdMax?: number;
  /** Lets its run go, to be gone on with later. */
  readonly signal?: AbortSignal;
  /**
   * Where it is remembered what it comes to, for later work on the same files: in the session of that name, or, with `true`, in that
   * of the project. What is in it already is told the model. Default: nowhere.
   */
  readonly session?: string | true;
}

export interface ModelTerms extends CallTerms {
  /** The entry of llm.providers that is asked, and no other; else llm.default_provider, else one whose key is in the environment. */
  readonly provider?: string;
  readonly model?: string;
  /** Is told what is about to be sent, and awaited before anything is; where it rejects, nothing is sent. */
  readonly onDisclosure?: (disclosure: Disclosure) => void | Promise<void>;
}

export interface AnalyzeOptions extends ModelTerms {
  /** Default: "all". */
  readonly type?: AnalysisType;
  /** True where a model reviews too. Without it nothing leaves the machine. */
  readonly review?: boolean;
}

export interface PipelineOptions extends ModelTerms {
  /** A file or a folder, or a text with the name that a file of it would have. Default: the project. */
  readonly input?: string | { readonly name: string; readonly text: string };
  /** Default: "sequential". */
  readonly mode?: PipelineMode;
  /** True where the steps behind one that failed are done all the same: `status` is "partial" then. Default: false. */
  readonly continueOnError?: boolean;
  /** True where a condition about what nobody knows is an error. Default: false, and it does not hold. */
  readonly strict?: boolean;
  /** What is wanted, in words: the prompts of its steps have it. */
  readonly wish?: string;
  /** True where an analysis may be reviewed by a model too. Default: false. */
  readonly review?: boolean;
}

export interface ExplainOptions extends ModelTerms {
  readonly file: string;
  /** The text of the file, where it is not the one on the disk. */
  readonly text?: string;
  readonly level?: Explanation["level"];
  readonly focus?: Explanation["focus"];
}

export interface RefactorOptions extends ModelTerms {
  /** A file, or a directory. */
  readonly file: string;
  /** Default: "all". */
  readonly type?: RefactorInput["type"];
  /** `apply` changes the files, as one set that `aiex undo` takes back. Default: "preview". */
  readonly mode?: Exclude<RefactorInput["mode"], "interactive">;
  /**
   * Whether your own checks (`operations.verify` of the user's configuration) decide if the changes stay; with `preview` they are
   * taken back in any case. `verification` of the result says what the checks came to. Rejects with `bad_configuration` where there
   * are none, `trust_refused` where the project is not trusted; nothing is sent then. Default: false.
   */
  readonly verify?: boolean;
}

export interface GenerateOptions extends ModelTerms {
  readonly type: GenerateInput["type"];
  /** What it has to do, in words. */
  readonly requirements: string;
  /** A file that it goes with, which the model is shown. */
  readonly context?: string;
  /** The path of the new file; left out where none is to be written. */
  readonly output?: string;
  /** Whether a file that is there may be replaced. Default: false. */
  readonly force?: boolean;
  /**
   * Whether your own checks (`operations.verify` of the user's configuration) decide if the file stays: where the last answer fails
   * as well, `path` is null and `verification` says why. Rejects with `usage` without `output`, `bad_configuration` where there are
   * no checks, `trust_refused` where the project is not trusted; nothing is sent then. Default: false.
   */
  readonly verify?: boolean;
}

export interface TestGenerateOptions
  extends ModelTerms,
    Pick<GenerateOptions, "output" | "force" | "verify"> {
  /** The file that is tested. */
  readonly file: string;
  /** The share of its lines that the tests are to run through, 0 to 1; measured with `verify`: see `coverage` of the result. */
  readonly coverage?: number;
}

export interface DocumentOptions extends ModelTerms, Pick<ExplainOptions, "file" | "text"> {}

export interface DocumentCommentsOptions extends ModelTerms {
  /** A file, or a directory. */
  readonly file: string;
  /** `apply` changes the files, as one set that `undo` takes back. Default: "preview". */
  readonly mode?: Exclude<CommentsInput["mode"], "interactive">;
}

export interface ChatOptions extends Omit<ModelTerms, "signal" | "onDisclosure">, ConversationConsent {
  /** Default: "coding". */
  readonly type?: ConversationType;
  /** Files that are sent along, and folders whose names of files are. */
  readonly context?: readonly string[];
  /** `read`: the model may look at the project without `onPermission` being asked; `change`: and change it without `onChange`. */
  readonly allow?: "read" | "change";
}
