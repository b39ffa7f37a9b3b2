// The last look at a subject before it goes out: what a wire would read as more than one word never passes.
import { InvalidSubject } from "./failures.ts";
import { carrierLimits } from "./limits.ts";

/** Printable ASCII without space, dot, `*` and `>`. */
const token = "[!-)+-\\-/-=?-~]+";
const subjectForm = new RegExp(`^${token}(?:\\.${token})*$`);
const patternForm = new RegExp(`^(?:>|(?:\\*|${token})(?:\\.(?:\\*|${token}))*(?:\\.>)?)$`);

/** @throws {InvalidSubject} */
export function guardSubject(subject: string): void {
  if (!isSubject(subject)) throw new InvalidSubject(subject, "subject");
}

/** @throws {InvalidSubject} */
export function guardPattern(pattern: string): void {
  if (!isPattern(pattern)) throw new InvalidSubject(pattern, "pattern");
}

export function isSubject(text: string): boolean {
  return text.length <= carrierLimits.subjectCharactersMax && subjectForm.test(text);
}

export function isPattern(text: string): boolean {
  return text.length <= carrierLimits.subjectCharactersMax && patternForm.test(text);
}
