// The commands that look at the audit log, for the command table.
import type { AuditWord } from "../../actors/audit/record.ts";
import { type CommandSpec, formatOption, type OptionSpec } from "../command-spec.ts";

const whatWords = [
  "read_refused",
  "change_refused",
  "sent_to_model",
  "changes_applied",
  "changes_undone",
  "trust_given",
  "trust_revoked",
  "head_noted",
  "audit_shortened",
  "audit_torn",
] as const satisfies readonly AuditWord[];

const whichOptions: readonly OptionSpec[] = [
  { name: "what", value: "text", placeholder: "WHAT", choices: whatWords, summary: "Records of one kind" },
  {
    name: "since",
    value: "text",
    placeholder: "TIME",
    summary: "Records from a time on, in UTC, such as 2026-11-23 or 2026-11-23T14:00",
  },
  {
    name: "last",
    value: "number",
    whole: true,
    placeholder: "N",
    range: { least: 1, most: 1_000_000 },
    fallback: "50",
    summary: "The latest N of them",
  },
  {
    ...formatOption,
    choices: ["text", "json", "ndjson"],
    summary: "How to print them; ndjson prints a record a line",
  },
];

export const auditCommands: readonly CommandSpec[] = [
  {
    words: ["audit", "verify"],
    summary: "Check that the audit log is what was written",
    examples: [
      { line: "aiex audit verify", does: "Whether a record was changed, taken out or put in" },
      {
        line: "aiex audit verify beta-audit.jsonl",
        does: "And whether what another node noted of it is still there",
      },
    ],
    arguments: [
      {
        placeholder: "FILE",
        required: false,
        repeats: true,
        completesFiles: true,
        summary: "files of the audit logs of other nodes, which note the last records of this one",
      },
    ],
    options: [{ ...formatOption, summary: "How to print the outcome" }],
    notes: [
      "What was cut off at the end is found out only by what other nodes have noted, or by the hash of the last record that you kept.",
      "Exit codes: 0 it is whole, 1 it is not.",
    ],
  },
  {
    words: ["audit", "list"],
    summary: "List what was audited, the latest last",
    examples: [
      { line: "aiex audit list", does: "The latest records" },
      { line: "aiex audit list --what sent_to_model --since 2026-11-23", does: "What went to models since" },
    ],
    options: whichOptions,
    notes: [],
  },
  {
    words: ["audit", "search"],
    summary: "Find records of the audit log by words in them",
    examples: [
      { line: "aiex audit search src/app.ts", does: "Everything about a file" },
      { line: "aiex audit search k3f7q2xa changes_applied", does: "What a run has changed" },
    ],
    arguments: [
      {
        placeholder: "WORD",
        required: true,
        repeats: true,
        summary: "what a record holds, whatever the case; all of them",
      },
    ],
    options: whichOptions,
    notes: [],
  },
];
