// What a node can be called: a name, or a name at a machine, as Erlang writes it.
import { Misuse } from "../process/failures.ts";
import { encodeToken } from "../wire/token.ts";

const nodeName = /^[A-Za-z0-9_-]+(@[A-Za-z0-9.-]+)?$/;

/** @throws {Misuse} no node can have this name */
export function checkNodeName(name: unknown): asserts name is string {
  if (typeof name === "string" && nodeName.test(name) && hasToken(name)) return;
  throw new Misuse(
    `A node's name is made of 1 to 64 letters, digits, "_" and "-", where wanted with "@" and the name of a machine behind it (alpha, alpha@host-1.lan); given was ${JSON.stringify(name)}.`,
  );
}

/** Short enough to be a part of a subject. */
function hasToken(name: string): boolean {
  try {
    return encodeToken(name) !== "";
  } catch {
    return false;
  }
}
