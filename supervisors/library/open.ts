// The library's short way: open it, have something done, and it is closed behind you. Configuration and folders are the command's own.
import { homedir } from "node:os";
import type { AnalysisReport } from "../../actors/analysis/report.ts";
import type { Documentation } from "../../actors/operations/document.ts";
import type { CommentsWritten } from "../../actors/operations/document-comments.ts";
import type { Explanation } from "../../actors/operations/explain.ts";
import type { Generation } from "../../actors/operations/generate.ts";
import type { Refactoring } from "../../actors/operations/refactor.ts";
import type { TestGeneration } from "../../actors/operations/test-generate.ts";
import type { PipelineDocument } from "../../actors/pipeline/outcome.ts";
import { FileError } from "../../runtime/file-system.ts";
import type { World } from "../../runtime/world.ts";
import { realWorld } from "../../runtime/worlds/real.ts";
import type { Aiex, AiexOptions } from "../aiex.ts";
import { type AuditBook, auditBook, auditOf, openAudit } from "../audit.ts";
import { ChangesRefused } from "../changes.ts";
import { type Configuration, loadConfiguration } from "../config.ts";
import { type PromptBook, promptBook } from "../prompts.ts";
import { type AnalysisInput, analysisOrder, analysisReport, onDisclosure } from "../runs/analysis.ts";
import { chatOrder } from "../runs/chat.ts";
import { operationOrder } from "../runs/operation.ts";
import { operationDocument } from "../runs/operation-end.ts";
import type { RunOrder, Runs } from "../runs/runs.ts";
import { type SessionDesk, sessionDesk } from "../session-desk.ts";
import { type TrustDesk, trustDesk } from "../trust-desk.ts";
import { type WorkflowBook, workflowBookFor } from "../workflows.ts";
import { type Call, callOf } from "./call.ts";
import { type Conversation, conversationOf } from "./conversation.ts";
import type {
  AnalyzeOptions,
  ChatOptions,
  DocumentCommentsOptions,
  DocumentOptions,
  ExplainOptions,
  GenerateOptions,
  ModelTerms,
  OpenOptions,
  PipelineOptions,
  RefactorOptions,
  TestGenerateOptions,
} from "./options.ts";
import { pipelineCall } from "./pipeline.ts";
import { sessionOf } from "./session-of.ts";

/** What was taken back. */
export interface TakenBack {
  readonly run: string;
  /** The files that are as they were before that run. */
  readonly paths: readonly string[];
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
   * Does one step after the other, each with what those before it made and found: see docs/pipelines.md for what stands in `spec`. The
   * steps may be given one by one. Rejects with `PipelineFailed` where a step fails, which has what was done until then.
   */
  pipeline(spec: string | readonly string[], options?: PipelineOptions): Call<PipelineDocument>;
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
  /** What is known of a project, and what of it would go to a model. No model is asked. */
  readonly context: Aiex["context"];
  /** What earlier work came to: see `session` of the options of calls. */
  readonly sessions: SessionDesk;
  /** The prompts of operations, those of the package and the user's own in their places. */
  readonly templates: PromptBook;
  /** The workflows of the package, the user's own, and those of a project that they trust. */
  readonly workflows: WorkflowBook;
  /**
   * Which projects the user trusts: their code is run by `verify`, and models are given their instructions. The settings of one count
   * from the next `aiex.open` on.
   */
  readonly trust: TrustDesk;
  /** What was audited of this user's programs. */
  readonly audit: AuditBook;
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
  const configuration = await loadConfiguration({
    ...{ world, env, home, flags },
    directory: directory ?? process.cwd(),
  });
  for (const warning of configuration.warnings) onNotice?.(warning);
  const started = await start({ world, configuration, ...(onNotice === undefined ? {} : { onNotice }) });
  return appOf(started, configuration, world, onNotice);
}

function appOf(
  { runs, llm, context: ofProject, node, changes, stop }: Aiex,
  configuration: Configuration,
  world: World,
  onNotice: OpenOptions["onNotice"],
): App {
  const directory = configuration.values.workspace.project_dir ?? process.cwd();
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
    refactor: ({ file, type, mode, verify, ...terms }) =>
      operated<Refactoring>(runs, place, "refactor", { file, type, mode, verify }, terms),
    generate: ({ type, requirements, context, output, force, verify, ...terms }) => {
      const input = { type, requirements, context, output, force, verify };
      return operated<Generation>(runs, place, "generate", input, terms);
    },
    testGenerate: ({ file, coverage, output, force, verify, ...terms }) => {
      const input = { file, coverage, output, force, verify };
      return operated<TestGeneration>(runs, place, "test_generate", input, terms);
    },
    document: ({ file, text, ...terms }) =>
      operated<Documentation>(runs, place, "document", { file, text }, terms),
    documentComments: ({ file, mode, ...terms }) =>
      operated<CommentsWritten>(runs, place, "document_comments", { file, mode }, terms),
    pipeline: (spec, options = {}) => pipelineCall(runs, place, spec, options),
    undo: (run) => takenBack(changes, run),
    chat: async ({
      context,
      allow,
      session,
      onDisclosure: tell,
      onPermission,
      onChange,
      ...options
    } = {}) => {
      const asked = { ...options, paths: context, allowed: allow ?? "ask" } as const;
      const order = await chatOrder(place, { ...asked, session: sessionOf(session) });
      return conversationOf(runs, await runs.submit(order), {
        ...{ onDisclosure: tell, onPermission, onChange },
      });
    },
    context: ofProject,
    sessions: sessionDesk(node, place),
    templates: promptBook({ files: world.files, userFolder: configuration.folders.user }),
    workflows: workflowBookFor(configuration, { files: world.files, directory }),
    trust: trustDesk({
      ...{ files: world.files, clock: world.clock, book: configuration.trust, directory },
      onChange: (what, path) => noted(auditOf(world, configuration, node.name), what, path, onNotice),
    }),
    audit: auditBook(openAudit(world, configuration, node.name), place),
    ...{ runs, llm, node, close, [Symbol.asyncDispose]: close },
  };
}

/** Who is trusted is trusted, where that cannot be audited as well. */
async function noted(
  audit: ReturnType<typeof auditOf>,
  what: Parameters<Parameters<typeof trustDesk>[0]["onChange"]>[0],
  path: string,
  tell: OpenOptions["onNotice"],
): Promise<void> {
  try {
    await audit?.note(what, { path });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    tell?.(`It is not in the audit log: ${error.message}`);
  }
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
  {
    type = "all",
    review = false,
    provider,
    model,
    onDisclosure: tell,
    signal,
    session,
    ...terms
  }: AnalyzeOptions,
): Call<AnalysisReport> {
  const choice = { ...given("provider", provider), ...given("model", model) };
  return callOf(runs, {
    order: async () =>
      analysisOrder(place, {
        ...terms,
        session: sessionOf(session),
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
  { provider, model, onDisclosure: tell, signal, session, ...terms }: ModelTerms,
): Call<Result> {
  const known = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const order = async (): Promise<RunOrder> =>
    operationOrder(place, {
      ...{ ...terms, operation, input: known, provider, model },
      session: sessionOf(session),
    });
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
