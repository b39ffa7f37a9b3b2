// The commands that look at what is remembered of earlier operations, and forget it.
import { type CommandSpec, formatOption } from "../command-spec.ts";
import { askedNodesOptions } from "./options.ts";

export const whereOptions = askedNodesOptions(
  "Those that a node knows, or a cluster shares; else as AIEX_ON or aiex cluster connect say, or this machine's user's",
);

const where =
  "Sessions of this user's own commands are in $XDG_DATA_HOME/aiex/sessions or ~/.local/share/aiex/sessions; runs of a node or a cluster have theirs there.";

export const contextCommands: readonly CommandSpec[] = [
  {
    words: ["context", "status"],
    summary: "Show where sessions are kept, and how much they take",
    examples: [
      { line: "aiex context status", does: "Those of this machine's user" },
      { line: "aiex context status --on alpha", does: "What node alpha holds" },
      { line: "aiex context status --format json | jq .bytes", does: "The same for programs" },
    ],
    options: [...whereOptions, { ...formatOption, summary: "How to print it" }],
    notes: [
      where,
      "Exit codes: 0, 1 what was changed cannot be written, 75 they cannot be reached now, 76 what --on names cannot be reached.",
    ],
  },
  {
    words: ["context", "sessions"],
    summary: "List sessions: whose, how much, when last used",
    examples: [
      { line: "aiex context sessions", does: "Those of this machine's user, the last used first" },
      { line: "aiex context sessions --on cluster", does: "Those of the cluster" },
      {
        line: "aiex context sessions --format json | jq .sessions",
        does: "The same for programs",
      },
    ],
    options: [...whereOptions, { ...formatOption, summary: "How to print them" }],
    notes: [where, "Exit codes: 0, 75 they cannot be reached now, 76 as above."],
  },
  {
    words: ["context", "clear"],
    summary: "Forget what a session remembers",
    examples: [
      { line: "aiex context clear", does: "That of the project" },
      { line: "aiex context clear --session review-42", does: "The one of that name" },
      { line: "aiex context clear --all", does: "All of this machine's user" },
    ],
    options: [
      {
        name: "session",
        value: "text",
        placeholder: "NAME",
        summary: "The session of that name, where it is not to be that of the project",
      },
      { name: "all", value: "none", summary: "All sessions there are" },
      ...whereOptions,
      { ...formatOption, summary: "How to print the outcome" },
    ],
    notes: [
      "Runs stay as they are: `aiex runs rm` takes those away.",
      "Exit codes: 0 it is empty now, whether anything was in it or not, 75 they cannot be reached now, 76 as above.",
    ],
  },
];
