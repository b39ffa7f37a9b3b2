// The typed errors of the carriers: what a connection or a publish can answer besides success.
import { AiexError } from "../errors.ts";
import { sanitizeLine } from "../observe/sanitize.ts";

/** More bytes than the carrier takes at once. */
export class PayloadTooLarge extends AiexError {
  readonly code = "too_large";
  constructor(bytes: number, bytesMax: number) {
    super(`A payload of ${bytes} bytes was given; at most ${bytesMax} travel at once. Send it in parts.`, {
      details: { bytes, bytesMax },
    });
  }
}

/** A subject or pattern that cannot go out as it is: written to the wire it might be read as something else. */
export class InvalidSubject extends AiexError {
  readonly code = "invalid_subject";
  constructor(given: string, what: "subject" | "pattern") {
    const shown = sanitizeLine(given.slice(0, shownCharactersMax));
    super(
      `"${shown}" is no ${what}. It has tokens of printable ASCII without spaces, parted by dots${what === "subject" ? ", and no wildcard" : ""}.`,
      { details: { given: shown, what } },
    );
  }
}

/** Nothing listens on the socket. */
export class SocketUnreachable extends AiexError {
  readonly code = "socket_unreachable";
  constructor(path: string, because: string, cause?: unknown) {
    super(
      `Nothing answers at ${sanitizeLine(path)}: ${because}. Start a node, or give the path of one that runs.`,
      {
        details: { path },
        retryable: true,
        ...(cause === undefined ? {} : { cause }),
      },
    );
  }
}

/** The place for the socket cannot be used: a live program has it, or it is not safe there. */
export class SocketRefused extends AiexError {
  readonly code = "socket_refused";
  constructor(path: string, because: string, cause?: unknown) {
    super(`No socket can be opened at ${sanitizeLine(path)}: ${because}`, {
      details: { path },
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** No broker answers. It may later. */
export class BrokerUnreachable extends AiexError {
  readonly code = "broker_unreachable";
  constructor(place: string, because: string, cause?: unknown) {
    super(`No broker answers at ${place}: ${because}. Check the address, and whether the nats-server runs.`, {
      details: { place },
      retryable: true,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** The broker does not take these credentials. */
export class BrokerDenied extends AiexError {
  readonly code = "broker_denied";
  constructor(place: string, because: string, cause?: unknown) {
    super(`The broker at ${place} does not let us in: ${because}. Check the credentials.`, {
      details: { place },
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** There is no safe line to the broker: certificates that do not fit, or TLS on one side only. */
export class BrokerInsecure extends AiexError {
  readonly code = "broker_tls_failed";
  constructor(place: string, because: string, cause?: unknown) {
    super(`TLS with the broker at ${place} failed: ${because}. Check the certificates and the host's name.`, {
      details: { place },
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** Enough to know a subject again. */
const shownCharactersMax = 100;
