// What a command may touch of the machine and of the library beneath, as one value, so that tests can stand in for it.

import type { AuditLog } from "../actors/audit/audit-log.ts";
import type { ChangeKeeper } from "../actors/workspace/changes/keeper.ts";
import type { ProgramEnd, ProgramOptions } from "../runtime/program.ts";
import type { World } from "../runtime/world.ts";
import type { Aiex } from "../supervisors/aiex.ts";
import type { ListedNode } from "../supervisors/cluster/node-list.ts";
import type { RunningNode } from "../supervisors/cluster/running-node.ts";
import type { ConfigurationRow, FlagSetting } from "../supervisors/config.ts";
import type { Serving } from "../supervisors/openai/serve.ts";
import type { OwnSessions } from "../supervisors/own-sessions.ts";
import type { PipelineCheck, PipelineCheckOrder } from "../supervisors/pipeline-check.ts";
import type { PromptBook } from "../supervisors/prompts.ts";
import type { RemoteConnection, RemoteTarget } from "../supervisors/remote/connection.ts";
import type { SavedConnection } from "../supervisors/remote/saved-connection.ts";
import type { RuleBook } from "../supervisors/rule-book.ts";
import type { AnalysisOrder } from "../supervisors/runs/analysis.ts";
import type { ChatOrder, Partner, PartnerChoice } from "../supervisors/runs/chat.ts";
import type { OperationOrder } from "../supervisors/runs/operation.ts";
import type { OwnDesk } from "../supervisors/runs/own-desk.ts";
import type { PipelineOrder } from "../supervisors/runs/pipeline.ts";
import type { RemoteRuns } from "../supervisors/runs/remote.ts";
import type { RunOrder, ServedWorkspace } from "../supervisors/runs/runs.ts";
import type { WorkflowBook } from "../supervisors/workflows.ts";

/** Where text goes: standard output or standard error. */
export interface TextOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Of a terminal. */
  readonly rows?: number;
  /** Resolves when the text has been handed to the system; never rejects. */
  write(text: string): Promise<void>;
}

/** Standard input. */
export interface ByteInput extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
}

/** The running library, as far as the command needs it. */
export interface Library extends Pick<Aiex, "runs" | "llm" | "context" | "testRules" | "stop"> {
  /** Why its runs end with this program, where they do: a sentence for people. */
  readonly notice: string | undefined;
}

export interface Settings {
  readonly rows: readonly ConfigurationRow[];
  readonly warnings: readonly string[];
  /** Every rule there is, for looking at. */
  readonly ruleBook: RuleBook;
  /** Every prompt of operations, for looking at. */
  readonly promptBook: PromptBook;
  /** The workflows of the package, the user and the project. */
  workflows(): Promise<WorkflowBook>;
  /** What an analysis is as a run. @throws {UnknownProvider} */
  order(analysis: AnalysisOrder): Promise<RunOrder>;
  /** What another operation that asks a model is as a run. @throws {UnknownProvider}; {ConfigurationError} a prompt is wrong */
  operation(order: OperationOrder): Promise<RunOrder>;
  /** What a conversation is as a run. @throws {UnknownProvider}; a path cannot belong to it (`path_refused`) */
  chat(chat: ChatOrder): Promise<RunOrder>;
  /** What a pipeline means and is expected to take, or what is wrong with it. Fails with a `FileError`. @throws {UnknownProvider} */
  checkPipeline(order: PipelineCheckOrder): Promise<PipelineCheck>;
  /** What a pipeline is as a run. @throws {UnknownProvider} nobody can be asked; {ConfigurationError} a prompt is wrong; {Misuse} it is none */
  pipeline(order: PipelineOrder): Promise<RunOrder>;
  /** Who answers in a conversation where that is wanted. @throws {UnknownProvider} */
  partner(choice: PartnerChoice): Promise<Partner>;
  /** What `aiex cluster connect` has saved. */
  connection(): Promise<SavedConnection | undefined>;
  /** The files of this machine, for a run that is elsewhere. */
  workspace(): Promise<ServedWorkspace>;
  /** The sessions of this machine's user. */
  sessions(): Promise<OwnSessions>;
  /** What was audited of this user's programs. */
  audit(): AuditLog;
  /** Where what this command does is audited; undefined where nothing is. */
  auditing(): AuditLog | undefined;
  /** What runs have changed in the files of this machine. */
  changes(): Promise<ChangeKeeper>;
  /** Starts the library with these settings. `onFailure` hears of what fails in it beside all that is asked of it. */
  start(onFailure: (thrown: unknown) => void): Promise<Library>;
  /** As `start`, with nothing that works: this user's runs are looked at, ended and taken away there. */
  startDesk(onFailure: (thrown: unknown) => void): Promise<OwnDesk>;
}

/** Ways to nodes, as the configuration has them. */
export interface Remotes {
  readonly warnings: readonly string[];
  /** The brokers of the configuration; undefined where none are set. */
  readonly url: string | undefined;
  /** Connects to what is meant; throws what `openRemote` throws. */
  open(to: RemoteTarget): Promise<RemoteConnection>;
  /**
   * The runs of what is meant. Where the node that is asked is gone, another one of its cluster is asked.
   * @throws what `open` throws
   */
  runs(to: RemoteTarget): Promise<RemoteRuns>;
  /** What `aiex cluster connect` has saved. */
  saved(): Promise<SavedConnection | undefined>;
  /** Gives the path of the file. */
  save(connection: SavedConnection): Promise<string>;
  forget(): Promise<void>;
}

/** Nodes of this machine, as the configuration has them. */
export interface Nodes {
  readonly warnings: readonly string[];
  /** Starts one in this program. `onFailure` hears of what fails in it and belongs to nobody. */
  start(request: {
    readonly managesBroker: boolean;
    readonly onFailure: (thrown: unknown) => void;
  }): Promise<RunningNode>;
  /** Starts one in this program that serves language models to other tools. */
  serve(request: {
    readonly host: string;
    /** 0 for any that is free. */
    readonly port: number;
    /** Undefined for the one in the data folder. */
    readonly tokenFile: string | undefined;
    /** As for a node. */
    readonly managesBroker: boolean;
    readonly onFailure: (thrown: unknown) => void;
  }): Promise<Serving>;
  /** Those that run, and whom they know. */
  list(): Promise<readonly ListedNode[]>;
}

export interface Host {
  readonly world: World;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly stdin: ByteInput;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Runs a program on the terminal of this one, to its end. */
  inForeground(options: ProgramOptions): Promise<ProgramEnd>;
  /** Loads the configuration, with these options of the command; throws `ConfigurationError`. */
  settings(flags?: readonly FlagSetting[]): Promise<Settings>;
  /** As `settings`, with what leads to nodes that run. */
  remotes(): Promise<Remotes>;
  /** As `settings`, with these options of the command, for nodes of this machine. */
  nodes(flags: readonly FlagSetting[]): Promise<Nodes>;
}
