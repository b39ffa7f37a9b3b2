// A text as a block of Markdown that shows it as it is: no line of it can end the block.
/** @param language a word such as `diff` or `ts`; "" for none */
export function fencedBlock(text: string, language: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const marks = "`".repeat(Math.max(3, longest + 1));
  return `${marks}${language.replace(/[^\w+-]/g, "")}\n${text.replace(/\n$/, "")}\n${marks}`;
}
