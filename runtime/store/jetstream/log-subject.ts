// The subject of a log: its name in code where that fits, else its beginning for people and its hash for the broker.
import { createHash } from "node:crypto";
import { encodeToken, UnusableName } from "../../wire/token.ts";

const shownCharactersMax = 24;

/**
 * The last tokens of the subject: one or two, so that no name in code is ever taken for a hash.
 * @param log that a journal takes
 */
export function logTokens(log: string): string {
  try {
    return encodeToken(log);
  } catch (error) {
    if (!(error instanceof UnusableName)) throw error;
  }
  const shown = log.slice(0, shownCharactersMax).replace(/[^A-Za-z0-9-]/g, "-");
  return `${shown}.${createHash("sha256").update(log, "utf8").digest("hex")}`;
}
