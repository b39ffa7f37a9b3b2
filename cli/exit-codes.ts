// The exit codes of the command: their meanings, which error ends with which, and the table that help and README publish.
import { AiexError } from "../runtime/errors.ts";

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  failedSteps: 3,
  gateNotMet: 4,
  denied: 5,
  budgetReached: 6,
  partial: 7,
  noProvider: 69,
  internal: 70,
  temporary: 75,
  unreachable: 76,
  badConfiguration: 78,
  deadline: 124,
  interrupted: 130,
  pipeClosed: 141,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface ExitCodeRow {
  readonly code: ExitCode;
  readonly meaning: string;
}

/** In ascending order, one row for each code. */
export const exitCodeRows: readonly ExitCodeRow[] = [
  { code: 0, meaning: "ok: the command did what it was asked, whatever a report says" },
  { code: 1, meaning: "failed: no such file, a result that could not be written, and the like" },
  { code: 2, meaning: "usage: an unknown command or option, or a value that is not accepted" },
  { code: 3, meaning: "finished, with failed steps" },
  {
    code: 4,
    meaning: "gate not met: below --fail-under or --coverage, or nothing to judge by",
  },
  { code: 5, meaning: "denied: by the system's permissions or by the configuration" },
  { code: 6, meaning: "budget reached" },
  {
    code: 7,
    meaning: "partial result: not all of the input judged, or not all handed over",
  },
  { code: 69, meaning: "no provider available" },
  { code: 70, meaning: "internal error: a fault in aiex, please report it" },
  { code: 75, meaning: "temporary failure: the same command may succeed later" },
  { code: 76, meaning: "node or cluster unreachable or unhealthy" },
  { code: 78, meaning: "bad configuration" },
  { code: 124, meaning: "a deadline passed" },
  { code: 130, meaning: "ended by SIGINT (Ctrl-C)" },
  { code: 141, meaning: "the reader of the output went away" },
  { code: 143, meaning: "ended by SIGTERM" },
];

/** The code that an error ends the command with. What is no `AiexError` is a fault of this program. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof AiexError)) return exitCodes.internal;
  const known = codesByError.get(error.code);
  if (known !== undefined) return known;
  return error.retryable ? exitCodes.temporary : exitCodes.failed;
}

/** True for the code of an error that an exit code is meant for. */
export function hasExitCode(code: string): boolean {
  return codesByError.has(code);
}

/** The text of `aiex help exit-codes`. */
export function exitCodeHelp(): string {
  const rows = exitCodeRows.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `aiex exit codes\n\n${rows.join("\n")}\n`;
}

/** The table as Markdown, for the README. */
export function exitCodeMarkdown(): string {
  const rows = exitCodeRows.map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return `| code | meaning |\n| ---: | --- |\n${rows.join("\n")}\n`;
}

// Codes of errors that are not here end with 75 where they are retryable and with 1 otherwise.
const codesByError: ReadonlyMap<string, ExitCode> = new Map([
  ["usage", exitCodes.usage],
  ["bad_path", exitCodes.usage],
  ["bad_specification", exitCodes.usage],
  ["file_denied", exitCodes.denied],
  ["confidential", exitCodes.denied],
  ["declined", exitCodes.denied],
  ["outside_root", exitCodes.denied],
  ["trust_refused", exitCodes.denied],
  ["read_only_file_system", exitCodes.denied],
  ["bad_configuration", exitCodes.badConfiguration],
  ["bad_workflow", exitCodes.badConfiguration],
  ["unknown_workflow", exitCodes.usage],
  ["bad_workflow_name", exitCodes.usage],
  ["bad_workflow_value", exitCodes.usage],
  ["built_in_workflow", exitCodes.usage],
  ["workflow_waits", exitCodes.denied],
  ["no_provider", exitCodes.noProvider],
  ["unknown_provider", exitCodes.usage],
  ["all_unavailable", exitCodes.noProvider],
  ["nodedown", exitCodes.unreachable],
  ["no_node", exitCodes.unreachable],
  ["node_unreachable", exitCodes.unreachable],
  ["name_held", exitCodes.unreachable],
  ["unknown_node", exitCodes.unreachable],
  ["cut_off", exitCodes.unreachable],
  ["lease_held", exitCodes.unreachable],
  ["nodes_missing", exitCodes.unreachable],
  ["move_pending", exitCodes.deadline],
  ["socket_unreachable", exitCodes.unreachable],
  ["broker_unreachable", exitCodes.unreachable],
  ["broker_tls_failed", exitCodes.unreachable],
  ["broker_denied", exitCodes.denied],
  ["credentials_refused", exitCodes.denied],
  ["denied", exitCodes.denied],
  ["folder_open", exitCodes.denied],
  ["which_node", exitCodes.usage],
  ["bad_cluster", exitCodes.usage],
  ["bad_brokers", exitCodes.usage],
  ["bad_names", exitCodes.usage],
  ["no_such_process", exitCodes.failed],
  ["ambiguous_run", exitCodes.usage],
  ["no_such_event", exitCodes.usage],
  ["run_held", exitCodes.temporary],
  ["run_interrupted", exitCodes.temporary],
  ["draining", exitCodes.temporary],
  ["store_unavailable", exitCodes.temporary],
  ["budget", exitCodes.budgetReached],
  ["deadline", exitCodes.deadline],
  ["answer_needed", exitCodes.denied],
  ["call_failed", exitCodes.failed],
  ["timeout", exitCodes.deadline],
  ["start_timeout", exitCodes.deadline],
  ["callee_exited", exitCodes.internal],
  ["start_failed", exitCodes.internal],
  ["calling_self", exitCodes.internal],
  ["misuse", exitCodes.internal],
]);
