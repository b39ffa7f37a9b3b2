// The names of the templates that come with the package, in the order of the alphabet: data alone, since the command's help reads them.

export const templateNames = [
  "comments",
  "document",
  "explain",
  "generate",
  "refactor",
  "repair",
  "test-generate",
  "verification",
] as const;
export type TemplateName = (typeof templateNames)[number];
