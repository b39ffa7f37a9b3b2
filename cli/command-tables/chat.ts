// `aiex ai chat` for the command table.
import type { CommandSpec } from "../command-spec.ts";
import { maxCostOption, modelOptions } from "./options.ts";
import { onOption, sessionOptions } from "./runs.ts";

export const chatCommand: CommandSpec = {
  words: ["ai", "chat"],
  summary: "Talk with a model about the project, from a terminal or a pipe",
  examples: [
    { line: "aiex ai chat", does: "A conversation about code" },
    { line: "aiex ai chat --conversation-type debug --context src/app.ts", does: "Look for a fault" },
    {
      line: 'aiex ai chat --message "$QUESTION" --allow read',
      does: "One question, for a script",
    },
    { line: "git diff | aiex ai chat --message -", does: "A message from a pipe" },
    { line: "aiex ai chat --resume k3f7q2xa", does: "Go on with an earlier one" },
    { line: "aiex ai chat --fork k3f7q2xa", does: "Go on from it with another one, and leave it as it is" },
  ],
  options: [
    {
      name: "conversation-type",
      value: "text",
      placeholder: "TYPE",
      choices: ["coding", "general", "debug"],
      fallback: "coding",
      summary: "What it is about",
    },
    {
      name: "context",
      value: "text",
      placeholder: "PATH|DIR",
      completesFiles: true,
      summary: "A file that is sent along, or a folder whose names of files are; /context adds more",
    },
    {
      name: "message",
      value: "text",
      placeholder: "TEXT|-",
      summary: "Say this, print the answer and leave; - reads it from standard input",
    },
    { name: "resume", value: "text", placeholder: "RUN", summary: "Go on with a conversation" },
    {
      name: "fork",
      value: "text",
      placeholder: "RUN",
      summary: "Begin another conversation with all that was said in that one",
    },
    ...modelOptions("The entry of llm.providers that answers, and no other"),
    {
      name: "allow",
      value: "text",
      placeholder: "WHAT",
      choices: ["read", "change"],
      summary:
        "Let the model read the project, or read and change it, without being asked each time; needed where nobody can be asked",
    },
    {
      name: "format",
      value: "text",
      placeholder: "FORMAT",
      choices: ["text", "json", "ndjson"],
      fallback: "text",
      summary: "How to print it: json is one document at the end, ndjson the events of the run",
    },
    ...sessionOptions,
    onOption,
    {
      name: "deadline",
      value: "time",
      placeholder: "TIME",
      range: { least: 100, most: 3_600_000 },
      summary: "Give an answer up that is not there by then, such as 2m; else after 5m",
    },
    maxCostOption("End the conversation with exit code 6 where models have cost more than that"),
  ],
  notes: [
    "Who answers: --provider, else llm.default_provider, else the entry whose OPENAI_API_KEY, ANTHROPIC_API_KEY, AIEX_OLLAMA_HOST or AIEX_LM_STUDIO_HOST is set. What you type goes there, with secrets masked that are found in it. A file that you name goes along once standard error has said so; a folder too where you chose the provider by name.",
    "The model can ask to read, list, search and analyze files of the project, and propose changes of them. You are asked before it is sent any; --allow read, and a model on this machine, need no asking. You are shown each change and asked before it is made, unless --allow change says so; `aiex undo RUN` takes the changes of a conversation back. .env, secrets.*, keys and all below .ssh are never sent.",
    "Each answer is remembered in the session of the project, for later operations on the files that it is about. Where --provider or llm.default_provider says who answers, more is sent: what earlier ones found, AGENTS.md and its like of a project that you trust, and pieces of files that belong with what you say and name, up to operations.context_tokens.",
    "A line that ends with a backslash goes on with the next; lines of three quotation marks stand around a text of many lines. /help lists the commands, such as /context, /model, /clear, /save and /quit. Ctrl-C ends an answer, which keeps what there is of it; a second one leaves.",
    "A conversation is a run: it is kept when you leave or are cut off, and an answer that was under way goes on with --resume.",
    "Exit codes: 0 the conversation was left; of lines or --message also 2 a command or message that cannot be, 5 something was to be sent and nobody could be asked, 7 a part of an answer, 69 no provider, 75 try again, 124 the deadline passed; 6 the budget is used up, 130 Ctrl-C. See `aiex help exit-codes`.",
  ],
};
