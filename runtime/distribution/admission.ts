// What a node does not begin with: carriers that take too little, and names that no node can have.
import type { Carrier } from "../carrier.ts";
import { Misuse } from "../process/failures.ts";
import { wireLimits } from "../wire/limits.ts";
import { encodeToken } from "../wire/token.ts";

/** @throws {Misuse} an envelope has no room on it */
export function checkRoom({ payloadBytesMax, place }: Carrier): void {
  if (payloadBytesMax >= wireLimits.envelopeBytesMax) return;
  throw new Misuse(
    `${place} takes ${payloadBytesMax} bytes in one message, and nodes need ${wireLimits.envelopeBytesMax}. Raise max_payload in the configuration of the NATS server (1MB is its default).`,
  );
}

/** Whether there can be a node of that name. */
export function canBeNamed(node: string): boolean {
  try {
    return encodeToken(node) !== "";
  } catch {
    return false;
  }
}
