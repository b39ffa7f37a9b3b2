// LCOV, as `lcov.info` has it: a record for each source file, with a line for each of its lines. Pure.
import { type Covered, LineHits, type Meant } from "./covered.ts";

/** Undefined where it is no such report; null where it says nothing of the file. */
export function lcovIn(text: string, isMeant: Meant): Covered | null | undefined {
  const hits = new LineHits();
  let isReport = false;
  let isOurs = false;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, Math.min(end, at + lineCharactersMax)).trim();
    at = end + 1;
    if (line.startsWith("SF:")) {
      isReport = true;
      isOurs = isMeant(line.slice("SF:".length));
    } else if (line === "end_of_record") isOurs = false;
    else if (isOurs && line.startsWith("DA:")) {
      const [number, count] = line.slice("DA:".length).split(",");
      if (isWhole(number) && count !== undefined) hits.take(Number(number), Number(count) > 0);
    }
  }
  return isReport ? (hits.covered ?? null) : undefined;
}

/** The longest is that with a path. */
const lineCharactersMax = 8_192;

function isWhole(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,9}$/.test(text);
}
