// How an owner begins: it claims the log with the next epoch, which ends every earlier owner, and reads what there is.
import { StoreUnavailable } from "../store/failures.ts";
import { ClaimLost, JournalDamaged } from "./failures.ts";
import type { Journal, JournalRecord, LogEnd } from "./journal.ts";
import { journalLimits } from "./limits.ts";

export interface ClaimOptions {
  /** Who claims it: kept in the record, for people. */
  readonly owner: string;
  /** The name of the claim's record, which no other claim has. */
  readonly id: string;
  /** Asked before each attempt: false where whoever claims it may not own it any more, and would only end who does. */
  readonly goesOn?: () => boolean;
}

export interface Claimed {
  readonly epoch: number;
  /** Behind the claim: what the first append of the new owner expects. */
  readonly end: LogEnd;
  readonly snapshot: JournalRecord | undefined;
  /** The events behind the snapshot, or all of them. */
  readonly events: readonly JournalRecord[];
}

/**
 * @throws {JournalDamaged} what the log says cannot be read; it is claimed then, or its end is what cannot be read
 * @throws {ClaimLost} others were quicker each time, nobody said what became of the claim, or it does not go on
 * @throws {StoreUnavailable}; {JournalFailed}
 */
export async function claimLog(journal: Journal, log: string, options: ClaimOptions): Promise<Claimed> {
  const { epoch, position, isFirst } = await claim(journal, log, options);
  const end = { position, epoch };
  // It was taken as the first of its log: there is nothing to be read.
  if (isFirst) return { epoch, end, snapshot: undefined, events: [] };
  const snapshot = await journal.snapshot(log);
  const events = await eventsBehind(journal, log, snapshot?.position ?? 0, position);
  return { epoch, end, snapshot, events };
}

async function claim(
  journal: Journal,
  log: string,
  { owner, id, goesOn = () => true }: ClaimOptions,
): Promise<LogEnd & { readonly isFirst: boolean }> {
  const payload = new TextEncoder().encode(owner);
  let end = await journal.end(log);
  let why = "";
  for (let attempt = 0; attempt < journalLimits.claimAttemptsMax; attempt += 1) {
    if (!goesOn()) throw new ClaimLost(journal.place, log, attempt, "who claims it may not own it any more");
    const epoch = end.epoch + 1;
    const append = { kind: "claim", epoch, id, payload, expected: end.position } as const;
    const outcome = await journal.append(log, append);
    if (outcome.kind === "appended")
      return { epoch, position: outcome.position, isFirst: end.position === 0 && !outcome.isRepeat };
    why = outcome.kind === "unknown" ? outcome.why : "somebody else claimed it meanwhile";
    // The same append again tells what became of it.
    if (outcome.kind !== "unknown") end = outcome.end;
  }
  throw new ClaimLost(journal.place, log, journalLimits.claimAttemptsMax, why);
}

/** Whoever led before may answer with what it had then: only what has the claim in it is all that was acknowledged. */
async function eventsBehind(
  journal: Journal,
  log: string,
  after: number,
  claimedAt: number,
): Promise<JournalRecord[]> {
  const events: JournalRecord[] = [];
  let from = after;
  for (;;) {
    const { records, isEnd, damage } = await journal.read(log, from);
    for (const record of records) if (record.kind === "event") events.push(record);
    if (damage !== undefined) throw new JournalDamaged(journal.place, log, damage.position, damage.why);
    from = records.at(-1)?.position ?? from;
    if (isEnd && from < claimedAt)
      throw new StoreUnavailable(journal.place, "what was read is older than the claim");
    if (isEnd) return events;
  }
}
