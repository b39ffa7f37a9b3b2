// The commands that a person types into a conversation: lines that begin with a slash.

const commands = {
  help: { takes: "", does: "Show these commands" },
  context: { takes: "[PATH]", does: "Show what belongs to the conversation, or add a file or a folder" },
  model: { takes: "[NAME]", does: "Show who answers, or have another model of the same provider answer" },
  provider: { takes: "NAME", does: "Have another entry of llm.providers answer" },
  clear: { takes: "", does: "Forget what was said; the next message begins anew" },
  undo: { takes: "", does: "Take back the last change of a file; again for the one before" },
  history: { takes: "", does: "Show the conversation so far" },
  save: { takes: "FILE", does: "Write the conversation to a file: .json, else Markdown" },
  cost: { takes: "", does: "Show what the conversation has taken so far" },
  quit: { takes: "", does: "Leave; the conversation is kept" },
} as const satisfies Readonly<Record<string, { readonly takes: string; readonly does: string }>>;

export type SlashName = keyof typeof commands;

export interface Slash {
  readonly name: SlashName;
  /** What stands behind the name. */
  readonly rest: string;
}

/** Undefined for a message; a sentence for people where there is no such command, or it is given what it does not take. */
export function slashIn(text: string): Slash | string | undefined {
  const found = /^\/(\S*)(?:\s+(.*))?$/s.exec(text);
  if (found === null) return undefined;
  const [, word = "", given = ""] = found;
  const rest = given.trim();
  const name = word === "exit" ? "quit" : word === "?" ? "help" : word;
  if (!isName(name)) {
    const advice =
      "/help lists the commands; a message that begins with a slash begins with a space before it.";
    return `There is no command /${word.slice(0, wordCharactersShown)}. ${advice}`;
  }
  const { takes } = commands[name];
  if (takes === "" && rest !== "") return `/${name} takes nothing behind it.`;
  if (takes !== "" && !takes.startsWith("[") && rest === "") return `/${name} needs ${takes} behind it.`;
  return { name, rest };
}

/** What can be meant by the beginning of a line. */
export function slashesFrom(text: string): readonly string[] {
  if (!/^\/[a-z]*$/.test(text)) return [];
  return Object.keys(commands)
    .map((name) => `/${name}`)
    .filter((word) => word.startsWith(text));
}

export function slashHelp(): string {
  const rows = Object.entries(commands).map(
    ([name, { takes, does }]) => `  ${`/${name} ${takes}`.padEnd(19)} ${does}`,
  );
  const lines = [
    "Everything else is a message. A line that ends with a backslash goes on with the next one;",
    'a line of """ begins a text of many lines, and another one ends it.',
    "Ctrl-C ends an answer, and once more the conversation; Ctrl-D leaves it.",
  ];
  return [...rows, "", ...lines].join("\n");
}

function isName(word: string): word is SlashName {
  return Object.hasOwn(commands, word);
}

const wordCharactersShown = 40;
