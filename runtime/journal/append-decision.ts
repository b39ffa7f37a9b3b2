// Whether an append is made, by what is in the log already: every journal decides the same.
import type { Append, Appended, JournalRecord, LogEnd } from "./journal.ts";

/**
 * `behind` is the record that follows `append.expected`, where the log goes on there. Undefined where the append may be made:
 * at its expected position.
 */
export function decideAppend(
  end: LogEnd,
  append: Append,
  behind: JournalRecord | undefined,
): Exclude<Appended, { readonly kind: "unknown" }> | undefined {
  if (behind !== undefined && isSame(behind, append))
    return { kind: "appended", position: behind.position, isRepeat: true };
  if (append.epoch < end.epoch) return { kind: "fenced", end };
  if (append.expected !== end.position) return { kind: "conflict", end };
  // Two owners of one epoch would both go on.
  if (append.kind === "claim" && append.epoch === end.epoch) return { kind: "fenced", end };
  return undefined;
}

/** All of it: two owners that give their claims the same id by accident are still two. */
function isSame(record: JournalRecord, { id, kind, epoch, payload }: Append): boolean {
  return (
    record.id === id &&
    record.kind === kind &&
    record.epoch === epoch &&
    Buffer.compare(record.payload, payload) === 0
  );
}
