// What every journal refuses: names, ids, payloads and positions that cannot be.
import { Misuse } from "../process/failures.ts";
import type { Append } from "./journal.ts";
import { journalLimits } from "./limits.ts";

const kinds: readonly string[] = ["claim", "event", "snapshot"];
const shownCharactersMax = 64;

/** @throws {Misuse} no log has such a name */
export function checkLog(log: string): void {
  const { logBytesMax } = journalLimits;
  const bytes = log.length > logBytesMax ? log.length : Buffer.byteLength(log);
  if (bytes > 0 && bytes <= logBytesMax && isText(log)) return;
  throw new Misuse(
    `${shown(log)} cannot be the name of a log: give 1 to ${logBytesMax} bytes of Unicode text in UTF-8; this has ${bytes}${isText(log) ? "" : ", with half of a surrogate pair in it"}.`,
  );
}

/** @throws {Misuse} no journal takes it */
export function checkAppend({ kind, epoch, id, payload, expected }: Append): void {
  const { idCharactersMax, payloadBytesMax } = journalLimits;
  if (!kinds.includes(kind))
    throw new Misuse(`${shown(String(kind))} is no kind of record: give ${kinds.join(", ")}.`);
  if (id.length === 0 || id.length > idCharactersMax || !isText(id))
    throw new Misuse(
      `${shown(id)} cannot be the id of a record: give 1 to ${idCharactersMax} characters of Unicode text; this has ${id.length}.`,
    );
  if (payload.length > payloadBytesMax)
    throw new Misuse(
      `The record ${shown(id)} has ${payload.length} bytes, and a journal takes ${payloadBytesMax} at most. Keep what is larger in a store of its own, or divide it.`,
    );
  if (!Number.isSafeInteger(epoch) || epoch < 1)
    throw new Misuse(`${epoch} cannot be an epoch: give a whole number from 1, which claimLog() gives.`);
  checkPosition(expected);
}

/** @throws {Misuse} no record is behind it */
export function checkPosition(position: number): void {
  if (Number.isSafeInteger(position) && position >= 0) return;
  throw new Misuse(`${position} cannot be a position: give a whole number from 0.`);
}

/** Half of a surrogate pair would become another text in UTF-8. */
function isText(given: string): boolean {
  return !/\p{Surrogate}/u.test(given);
}

function shown(text: string): string {
  return JSON.stringify(text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text);
}
