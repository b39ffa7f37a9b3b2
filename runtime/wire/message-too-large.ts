// The answer to whoever sends more in one message than goes between nodes.
import { AiexError } from "../errors.ts";
import { wireLimits } from "./limits.ts";

/** A message has no room on the wire, not even in parts. */
export class MessageTooLarge extends AiexError {
  readonly code = "too_large";
  constructor(what: string) {
    const { messageBytesMax, messageContainersMax, messageElementsMax, bigintBytesMax } = wireLimits;
    super(
      `${what} is too large to go to another node: one message has ${messageBytesMax} bytes (16 MiB), ${messageContainersMax} arrays and objects with ${messageElementsMax} parts, and ${bigintBytesMax} bytes in one bigint at most. Send it in parts, or put it where the other node can read it and send the place.`,
      { details: { what, messageBytesMax, messageContainersMax, messageElementsMax, bigintBytesMax } },
    );
  }
}
