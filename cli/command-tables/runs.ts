// The commands that look at runs, follow them, go on with them and take them away; and what a command that makes one can say of it.
import {
  type ArgumentSpec,
  type CommandSpec,
  connectionOptions,
  formatOption,
  type OptionSpec,
  timeoutOption,
} from "../command-spec.ts";
import { maxCostOption, onOptionOf, reportFormatWords } from "./options.ts";

const runFormatWords = ["text", "json", "ndjson"] as const;
/** How the result of a run is printed that is followed; without one of them as it was asked for. */
const followFormatWords = [...reportFormatWords, "ndjson"] as const;
const runPhaseWords = ["queued", "running", "waiting", "interrupted", "done", "failed", "cancelled"] as const;
export const onUnknownWords = ["ask", "retry", "fail"] as const;
export const effectChoiceWords = ["retry", "done", "fail"] as const;

/** For a command whose run may be elsewhere. */
export const onOption = onOptionOf(
  "Run it on a node, on any of the cluster, or in this process; else on the cluster that aiex cluster connect has saved, or here",
);

const detachOption: OptionSpec = {
  name: "detach",
  value: "none",
  summary: "Print the id of the run and leave; needs a run that is on a node",
};

/** For a command that uses what earlier ones found. */
export const sessionOptions: readonly OptionSpec[] = [
  {
    name: "session",
    value: "text",
    placeholder: "NAME",
    summary: "The session that remembers what it finds, where it is not to be that of the project",
  },
  { name: "no-session", value: "none", summary: "Remember nothing, and use nothing that is remembered" },
];

/** For a command that makes a run. */
export const workOptions: readonly OptionSpec[] = [
  onOption,
  detachOption,
  {
    name: "deadline",
    value: "time",
    placeholder: "TIME",
    range: { least: 100, most: 604_800_000 },
    summary: "Give up with exit code 124 where it is not done by then, such as 10m",
  },
  maxCostOption("Give up with exit code 6 where models have cost more than that"),
  {
    name: "on-unknown",
    value: "text",
    placeholder: "WHAT",
    choices: onUnknownWords,
    fallback: "ask",
    summary: "What to do about an effect of which nobody knows after a crash whether it happened",
  },
];

const run: ArgumentSpec = {
  placeholder: "RUN",
  required: true,
  completesRuns: true,
  summary: "the id of a run, or how it begins, as aiex runs list prints it",
};

const whereOptions: readonly OptionSpec[] = [
  onOptionOf("Look there as well, beside the runs of this machine's own commands; with here at those alone"),
  ...connectionOptions,
  timeoutOption,
];

const format = { ...formatOption, choices: runFormatWords };

const where =
  "Runs of this user's own commands are in $XDG_DATA_HOME/aiex/runs or ~/.local/share/aiex/runs. Those of a cluster are looked at too with --on, with AIEX_ON, and where a cluster is configured or connected.";

const followOptions: readonly OptionSpec[] = [
  {
    name: "format",
    value: "text",
    placeholder: "FORMAT",
    choices: followFormatWords,
    summary: "How to print the result, else as it was asked for; ndjson prints the events",
  },
  ...whereOptions,
];

const effectOption: OptionSpec = {
  name: "on-unknown",
  value: "text",
  placeholder: "WHAT",
  choices: effectChoiceWords,
  summary: "Answer what is open about effects: do them again, take them as done, or give up",
};

const atOption = (summary: string): OptionSpec => ({
  name: "at",
  value: "number",
  whole: true,
  placeholder: "N",
  range: { least: 1, most: 999_999_999 },
  summary,
});

const followedCodes =
  "Exit codes: those of the command that made the run (0, 4, 7 and the like), 1 it failed or was cancelled, 5 it waits for an answer and nobody is there, 6 its budget is used up, 75 nobody goes on with it, 76 its node or cluster cannot be reached, 124 its deadline passed, 130 and 143 interrupted.";

export const runCommands: readonly CommandSpec[] = [
  {
    words: ["runs", "list"],
    summary: "List runs: state, steps, cost, node",
    examples: [
      { line: "aiex runs list", does: "The latest of them" },
      { line: "aiex runs list --state interrupted", does: "Those that can be gone on with" },
      { line: "aiex runs list --children", does: "With those that are parts of others" },
      { line: "aiex runs list --format json | jq -r .runs[].id", does: "The same for programs" },
    ],
    options: [
      {
        name: "state",
        value: "text",
        placeholder: "STATE",
        choices: runPhaseWords,
        summary: "Only runs in this state",
      },
      {
        name: "children",
        value: "none",
        summary: "Also runs that are parts of others",
      },
      ...whereOptions,
      { ...format, summary: "How to print the runs; ndjson prints one a line" },
    ],
    notes: [
      where,
      "Exit codes: 0, 7 those of the connected cluster could not be listed, 76 what --on names cannot be reached.",
    ],
  },
  {
    words: ["runs", "show"],
    summary: "Show how a run stands, or stood after any of its events",
    examples: [
      { line: "aiex runs show q3jz5k2m", does: "By the beginning of its id" },
      { line: "aiex runs show q3jz5k2m --at 12", does: "As it was after event 12" },
      { line: "aiex runs show q3jz5k2m --format ndjson", does: "Its events until now, one a line" },
    ],
    arguments: [run],
    options: [
      atOption("Show it as it was after event N"),
      ...whereOptions,
      { ...format, summary: "How to print it" },
    ],
    notes: [where],
  },
  {
    words: ["runs", "follow"],
    summary: "Follow a run to its end, and print its result",
    examples: [
      { line: "aiex runs follow q3jz5k2m", does: "How far it is, then its result" },
      { line: "aiex runs follow q3jz5k2m --from 1", does: "Each event from the first on, then its result" },
      { line: "aiex runs follow q3jz5k2m --from 40 --format ndjson", does: "Events for programs" },
    ],
    arguments: [run],
    options: [
      {
        ...atOption("Print each event from N on; on standard error, but for ndjson"),
        name: "from",
      },
      ...followOptions,
    ],
    notes: [
      where,
      "Ctrl-C leaves the run as it is. An event has one number for ever: who was cut off at N goes on with --from N+1, on whichever node.",
      followedCodes,
    ],
  },
  {
    words: ["runs", "cancel"],
    summary: "Cancel a run",
    examples: [
      { line: "aiex runs cancel q3jz5k2m", does: "It ends where it is" },
      { line: "aiex runs cancel q3jz5k2m --format json", does: "The outcome for programs" },
    ],
    arguments: [run],
    options: [...whereOptions, { ...formatOption, summary: "How to print the outcome" }],
    notes: [
      "What it has done stays done. `aiex runs fork` goes on from any event of it.",
      "Exit codes: 0 it is cancelled, 1 there is none or it is over, 75 another program works on it.",
    ],
  },
  {
    words: ["runs", "resume"],
    summary: "Go on with a run that was interrupted, failed or waits",
    examples: [
      { line: "aiex runs resume q3jz5k2m", does: "After Ctrl-C, a crash or a power cut" },
      { line: "aiex runs resume q3jz5k2m --on-unknown retry", does: "Do again what may have happened" },
      { line: "aiex runs resume q3jz5k2m --detach", does: "On its cluster, without following it" },
    ],
    arguments: [run],
    options: [effectOption, detachOption, ...followOptions],
    notes: [
      "What its finished steps found is not done again. One of this machine's own goes on in this process, one of a cluster on its nodes; both are followed.",
      followedCodes,
    ],
  },
  {
    words: ["runs", "fork"],
    summary: "Make a run that goes on from an event of another one",
    examples: [
      { line: "aiex runs fork q3jz5k2m --at 12", does: "All that was until event 12, then anew" },
      { line: "aiex runs fork q3jz5k2m", does: "From its end" },
    ],
    arguments: [run],
    options: [
      atOption("The last event that the two share; else the last one"),
      detachOption,
      ...followOptions,
    ],
    notes: ["The run that it is forked from stays as it is. The new one is followed.", followedCodes],
  },
  {
    words: ["runs", "rm"],
    summary: "Take runs away that are over or interrupted",
    examples: [
      { line: "aiex runs rm q3jz5k2m", does: "One, with its events, its parts and all that it kept" },
      { line: "aiex runs rm q3jz5k2m x7w2aaaa", does: "Several" },
    ],
    arguments: [{ ...run, repeats: true }],
    options: [...whereOptions, { ...formatOption, summary: "How to print the outcome" }],
    notes: [
      "Those that are over go by themselves after runs.keep_days.",
      "Exit codes: 0 they are gone, 1 one was not there or is at work, 75 another program works on one.",
    ],
  },
];
