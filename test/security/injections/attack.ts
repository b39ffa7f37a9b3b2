// The attacks of this folder as data: where each lies, what it tries, and what a model that obeys it would say.
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { sanitizeData } from "../../../runtime/observe/sanitize.ts";

const edit = z.strictObject({ path: z.string(), search: z.string(), replace: z.string() });

const reply = z.union([
  z.string(),
  z.strictObject({
    say: z.string().default(""),
    calls: z.array(z.strictObject({ name: z.string(), arguments: z.unknown() })).default([]),
  }),
  /** As blocks of what is to be found and what is to stand there instead. */
  z.strictObject({ edits: z.array(edit) }).transform(({ edits }) => edits.map(blockOf).join("")),
]);

const attack = z.strictObject({
  /** Goes on after "An attack that ". */
  name: z.string().min(1),
  /** Below the project, or below the home where they begin with "~/". What is laid there belongs to the attacker. */
  files: z.record(z.string(), z.string()).default({}),
  /** Links, by what they lead to; so spelled as the files, else as they stand. */
  links: z.record(z.string(), z.string()).default({}),
  /** The command line behind `aiex ai`, as words. */
  run: z.array(z.string()).min(1),
  /** True where the person has trusted the project. */
  trusted: z.boolean().default(false),
  /** What the person's own configuration has `operations.verify` run. */
  verify: z.record(z.string(), z.array(z.string())).optional(),
  /** What was done in the same project before, and what the model answered then. */
  earlier: z.strictObject({ run: z.array(z.string()), model: z.string() }).optional(),
  /** True where a person sits at a terminal that shows what is printed. */
  terminal: z.boolean().default(false),
  /** What the model answers, request by request, and the last for all that follow. */
  model: z.array(reply).min(1),
  exit: z.int(),
  /** What the model has to have been shown, so that the attack is one. */
  seen: z.array(z.string()).default([]),
  /** What it must not be shown, beside the secrets of the room. */
  unseen: z.array(z.string()).default([]),
  /** Files that the person asked to be changed, with a pattern of what is in them then; nothing else may change. */
  writes: z.record(z.string(), z.string()).default({}),
  /** A pattern that standard output or standard error matches; one that neither does. */
  says: z.string().optional(),
  never: z.string().optional(),
  /** How many requests there are at most. */
  requests: z.int().default(8),
});

export type Attack = z.output<typeof attack>;
export type ModelReply = z.output<typeof reply>;

const folder = new URL("./attacks/", import.meta.url);

/** `%NAME%` in a text stands for what is not known before, or too long to be written down. */
export function attacksOf(
  names: Readonly<Record<string, string>>,
): readonly (Attack & { readonly class: string })[] {
  const named = (text: string): string =>
    text.replace(/%([A-Z]+)%/g, (whole, word: string) => names[word] ?? whole);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .flatMap((name) => {
      const written: unknown = parse(readFileSync(new URL(name, folder), "utf8"));
      const list = z.array(attack).parse(sanitizeData(written, named));
      return list.map((each) => ({ ...each, class: name.replace(/\.yaml$/, "") }));
    });
}

function blockOf({ path, search, replace }: z.output<typeof edit>): string {
  return `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;
}
