// What the command answers by itself: help, version and completion scripts, without loading anything it does not need.
import { commands, isCommandWord, shellWords } from "./command-table.ts";
import { helpFor } from "./help.ts";
import { version } from "./version.ts";

/** The text to print for `words` (the arguments), or undefined where the rest of the program has to look at them. */
export async function answer(words: readonly string[]): Promise<string | undefined> {
  const [first] = words;
  if (first === undefined) return helpFor([]);
  if (first === "--version" || first === "-V" || (first === "version" && words.length === 1)) {
    return `aiex ${version}\n`;
  }
  if (asksForHelp(words)) return helpFor(commandWords(words));
  if (first === "help") return topicHelp(words.slice(1));
  if (first === "completion" && words.length === 2) return completionScript(words[1]);
  return undefined;
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  const looked = end === -1 ? words : words.slice(0, end);
  return looked.includes("--help") || looked.includes("-h");
}

/** The command that `words` begin with; else what stands before the first option. */
function commandWords(words: readonly string[]): readonly string[] {
  const firstOption = words.findIndex((word) => word.startsWith("-"));
  const leading = words.slice(0, firstOption === -1 ? words.length : firstOption);
  const named = commands.filter((candidate) =>
    candidate.words.every((word, index) => isCommandWord(word, leading[index])),
  );
  // A group may be a command itself.
  const [longest] = named.toSorted((one, other) => other.words.length - one.words.length);
  return longest?.words ?? leading;
}

async function topicHelp(topic: readonly string[]): Promise<string | undefined> {
  if (topic.length === 1 && topic[0] === "exit-codes") {
    const { exitCodeHelp } = await import("./exit-codes.ts");
    return exitCodeHelp();
  }
  return helpFor(topic);
}

async function completionScript(word: string | undefined): Promise<string | undefined> {
  const shell = shellWords.find((candidate) => candidate === word);
  if (shell === undefined) return undefined;
  const { completionFor } = await import("./completion.ts");
  return completionFor(shell);
}
