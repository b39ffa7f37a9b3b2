// Which session a command belongs to, as its options say.
import { Misuse } from "../runtime/process/failures.ts";
import { namedSession, type SessionChoice } from "../supervisors/sessions.ts";
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
  try {
    return namedSession(given);
  } catch (error) {
    throw error instanceof Misuse ? new UsageError(error.message) : error;
  }
}
