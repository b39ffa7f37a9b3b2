// The names of workflows: data alone, since the command's help and completion read them.

/** Those that come with the package, in the order of the alphabet. */
export const builtInWorkflowNames = [
  "code_review",
  "documentation",
  "performance_analysis",
  "security_audit",
  "test_generation",
] as const;
export type BuiltInWorkflowName = (typeof builtInWorkflowNames)[number];

/** Capitals are left out, since not every file system tells them from small letters. */
export function isWorkflowName(name: string): boolean {
  return /^[a-z][a-z0-9_-]{0,63}$/.test(name);
}

export const workflowNameRule =
  "A name has small letters, digits, _ and -, begins with a letter, and is 64 characters long at most";

/** What a name may have been meant as that is none; "" where nothing is left of it. */
export function workflowNameFrom(text: string): string {
  const plain = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\s.]+/g, "_");
  return plain
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[^a-z]+/, "")
    .slice(0, 64);
}
