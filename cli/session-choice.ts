// Which session a command belongs to, as its options say.
import { sessionLimits } from "../actors/context/sessions/limits.ts";
import type { SessionChoice } from "../supervisors/sessions.ts";
import { optionValue, type ParsedCommand } from "./parse.ts";
import { UsageError } from "./usage.ts";

/** Undefined where nothing is to be remembered. @throws {UsageError} */
export function sessionChoice(parsed: ParsedCommand): SessionChoice | undefined {
  const name = optionValue(parsed, "session");
  if (parsed.options.has("no-session")) {
    if (name !== undefined)
      throw new UsageError("--session and --no-session exclude each other. Give one of them.");
    return undefined;
  }
  return name === undefined ? {} : { name: sessionName(name) };
}

/** @throws {UsageError} no session can be called so */
export function sessionName(given: string): string {
  const { nameCharactersMax } = sessionLimits;
  const name = given.normalize("NFC").trim();
  if (name !== "" && name.length <= nameCharactersMax && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return name;
  throw new UsageError(
    `The name of a session has 1 to ${nameCharactersMax} characters that can be seen; given was ${JSON.stringify(given.slice(0, nameCharactersMax))}.`,
  );
}
