// Languages that use each other's definitions by name.

/** Languages that name the file of whatever they use. Of the others a name alone tells where something may be from. */
const importing: ReadonlySet<string> = new Set(["javascript", "python", "cpp"]);

/** The same for languages of which one may call the other; "" for none. */
export function familyOf(language: string | null | undefined): string {
  if (language === "typescript" || language === "tsx") return "javascript";
  return language === "c" ? "cpp" : (language ?? "");
}

export function isImporting(language: string | null): boolean {
  return importing.has(familyOf(language));
}
