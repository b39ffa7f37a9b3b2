// A regular expression that matches exactly one of some texts.

/** Anchored at both ends, in the syntax that ast-grep reads. */
export function alternatives(texts: readonly string[]): string {
  return `^(?:${texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|#&~-]/g, "\\$&")).join("|")})$`;
}
