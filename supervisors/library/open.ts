// The library's short way: open it, have something done, and it is closed behind you. Configuration and folders are the command's own.
import { homedir } from "node:os";
import type { AnalysisReport, AnalysisType } from "../../actors/analysis/report.ts";
import type { ConversationType } from "../../actors/chat/conversation.ts";
import type { Documentation } from "../../actors/operations/document.ts";
import type { CommentsInput, CommentsWritten } from "../../actors/operations/document-comments.ts";
import type { Explanation } from "../../actors/operations/explain.ts";
import type { GenerateInput, Generation } from "../../actors/operations/generate.ts";
import type { RefactorInput, Refactoring } from "../../actors/operations/refactor.ts";
import type { TestGeneration } from "../../actors/operations/test-generate.ts";
import type { Disclosure } from "../../actors/review/disclosure.ts";
import { realWorld } from "../../runtime/worlds/real.ts";
import type { Aiex, AiexOptions } from "../aiex.ts";
import { ChangesRefused } from "../changes.ts";
import { type Configuration, loadConfiguration } from "../config.ts";
import { type AnalysisInput, analysisOrder, analysisReport, onDisclosure } from "../runs/analysis.ts";
import { chatOrder } from "../runs/chat.ts";
import { operationOrder } from "../runs/operation.ts";
import { operationDocument } from "../runs/operation-end.ts";
import type { RunOrder, Runs } from "../runs/runs.ts";
import { type Call, callOf } from "./call.ts";
import { type Conversation, type ConversationConsent, conversationOf } from "./conversation.ts";

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
}

export interface TestGenerateOptions extends ModelTerms, Pick<GenerateOptions, "output" | "force"> {
  /** The file that is tested. */
  readonly file: string;
  /** The share of its lines that the tests are to run through, 0 to 1. */
  readonly coverage?: number;
}

export interface DocumentOptions extends ModelTerms, Pick<ExplainOptions, "file" | "text"> {}

export interface DocumentCommentsOptions extends ModelTerms {
  /** A file, or a directory. */
  readonly file: string;
  /** `apply` changes the files, as one set that `undo` takes back. Default: "preview". */
  readonly mode?: Exclude<CommentsInput["mode"], "interactive">;
}

/** What was taken back. */
export interface TakenBack {
  readonly run: string;
  /** The files that are as they were before that run. */
  readonly paths: readonly string[];
}

export interface ChatOptions extends Omit<ModelTerms, "signal" | "onDisclosure">, ConversationConsent {
  /** Default: "coding". */
  readonly type?: ConversationType;
  /** Files that are sent along, and folders whose names of files are. */
  readonly context?: readonly string[];
  /** `read`: the model may look at the project without `onPermission` being asked; `change`: and change it without `onChange`. */
  readonly allow?: "read" | "change";
}

export interface App extends AsyncDisposable {
  /** Analyzes a file, a directory or a text. */
  analyze(input: string | AnalysisInput, options?: AnalyzeOptions): Call<AnalysisReport>;
  /** Has a model explain a file. */
  explain(options: ExplainOptions): Call<Explanation>;
  /** Has a model refactor a file, or the files of a directory. */
  refactor(options: RefactorOptions): Call<Refactoring>;
  /** Has a model write a file. */
  generate(options: GenerateOptions): Call<Generation>;
  /** Has a model write the tests of a file. */
  testGenerate(options: TestGenerateOptions): Call<TestGeneration>;
  /** Has a model write a page of documentation about a file, in Markdown. */
  document(options: DocumentOptions): Call<Documentation>;
  /** Has a model write comments of documentation into a file, or the files of a directory; nothing else in them changes. */
  documentComments(options: DocumentCommentsOptions): Call<CommentsWritten>;
  /**
   * Takes back all that a run has changed in files: the last run that changed any, unless one is named by how its id begins.
   * @throws {ChangesRefused} a file is not as the run left it (`changed_since`), or there is nothing to take back; nothing has changed then
   */
  undo(run?: string): Promise<TakenBack>;
  /**
   * Begins a conversation about the project.
   * @throws {UnknownProvider} there is nobody who could answer; a path of `context` is missing (`path_refused`)
   */
  chat(options?: ChatOptions): Promise<Conversation>;
  /** The runs of this user's programs: to list, follow, resume and fork them. */
  readonly runs: Aiex["runs"];
  /** Its language models: how they are, what they have, what was used. */
  readonly llm: Aiex["llm"];
  /** The node underneath, for processes of one's own. */
  readonly node: Aiex["node"];
  /** Stops everything in good order. Runs that are under way are let go, and can be gone on with. */
  close(): Promise<void>;
}

/** @throws {ConfigurationError} the configuration is wrong */
export async function openLibrary(
  start: (options: AiexOptions) => Promise<Aiex>,
  { directory, home = homedir(), env = process.env, settings = {}, onNotice }: OpenOptions = {},
): Promise<App> {
  const world = realWorld();
  const given = directory === undefined ? settings : { ...settings, "workspace.project_dir": directory };
  const flags = Object.entries(given).map(([key, value]) => ({ flag: `settings["${key}"]`, key, value }));
  const configuration = await loadConfiguration({ world, env, home, flags });
  for (const warning of configuration.warnings) onNotice?.(warning);
  const started = await start({ world, configuration, ...(onNotice === undefined ? {} : { onNotice }) });
  return appOf(started, configuration, { world, directory: directory ?? process.cwd() });
}

function appOf(
  { runs, llm, node, changes, stop }: Aiex,
  configuration: Configuration,
  { world, directory }: { readonly world: ReturnType<typeof realWorld>; readonly directory: string },
): App {
  const place = { files: world.files, configuration, directory };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= stop();
    return closing;
  };
  return {
    analyze: (input, options = {}) => analyzed(runs, place, input, options),
    explain: ({ file, text, level, focus, ...terms }) =>
      operated<Explanation>(runs, place, "explain", { file, text, level, focus }, terms),
    refactor: ({ file, type, mode, ...terms }) =>
      operated<Refactoring>(runs, place, "refactor", { file, type, mode }, terms),
    generate: ({ type, requirements, context, output, force, ...terms }) =>
      operated<Generation>(runs, place, "generate", { type, requirements, context, output, force }, terms),
    testGenerate: ({ file, coverage, output, force, ...terms }) =>
      operated<TestGeneration>(runs, place, "test_generate", { file, coverage, output, force }, terms),
    document: ({ file, text, ...terms }) =>
      operated<Documentation>(runs, place, "document", { file, text }, terms),
    documentComments: ({ file, mode, ...terms }) =>
      operated<CommentsWritten>(runs, place, "document_comments", { file, mode }, terms),
    undo: (run) => takenBack(changes, run),
    chat: async ({ context, allow, onDisclosure: tell, onPermission, onChange, ...options } = {}) => {
      const order = await chatOrder(place, { ...options, paths: context, allowed: allow ?? "ask" });
      return conversationOf(runs, await runs.submit(order), {
        ...{ onDisclosure: tell, onPermission, onChange },
      });
    },
    ...{ runs, llm, node, close, [Symbol.asyncDispose]: close },
  };
}

async function takenBack(changes: Aiex["changes"], run: string | undefined): Promise<TakenBack> {
  const undone = await changes.undo(run);
  if (!undone.ok) throw new ChangesRefused(undone);
  return { run: undone.run, paths: undone.files.map(({ path }) => path) };
}

type Place = Parameters<typeof analysisOrder>[0];

function analyzed(
  runs: Runs,
  place: Place,
  input: string | AnalysisInput,
  { type = "all", review = false, provider, model, onDisclosure: tell, signal, ...terms }: AnalyzeOptions,
): Call<AnalysisReport> {
  const choice = { ...given("provider", provider), ...given("model", model) };
  return callOf(runs, {
    order: () =>
      analysisOrder(place, {
        ...terms,
        input: typeof input === "string" ? { kind: "path", path: input } : input,
        type,
        ...(review ? { review: choice } : {}),
      }),
    onQuestion: onDisclosure(tell ?? (() => undefined)),
    result: (end) => analysisReport(runs, end),
    signal,
  });
}

function operated<Result>(
  runs: Runs,
  place: Place,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { provider, model, onDisclosure: tell, signal, ...terms }: ModelTerms,
): Call<Result> {
  const known = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const order = (): Promise<RunOrder> =>
    operationOrder(place, { ...terms, operation, input: known, provider, model });
  return callOf(runs, {
    order,
    onQuestion: onDisclosure(tell ?? (() => undefined)),
    result: (end) => operationDocument(end) as Result,
    signal,
  });
}

function given<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: string };
}
