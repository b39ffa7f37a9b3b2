// Which session a caller of the library means.
import { namedSession, type SessionChoice } from "../sessions.ts";
import type { CallTerms } from "./options.ts";

/** @throws {Misuse} no session can be called so */
export function sessionOf(session: CallTerms["session"]): SessionChoice | undefined {
  if (session === undefined) return undefined;
  return session === true ? {} : { name: namedSession(session) };
}
