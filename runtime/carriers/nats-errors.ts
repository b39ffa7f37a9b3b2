// What the client says when something fails, as the typed errors of this program.
import type { TlsOptions } from "nats";
import type { AiexError } from "../errors.ts";
import { sanitizeLine } from "../observe/sanitize.ts";
import { BrokerDenied, BrokerInsecure, BrokerUnreachable } from "./failures.ts";

const denials = new Set([
  "AUTHORIZATION_VIOLATION",
  "AUTHENTICATION_EXPIRED",
  "AUTHENTICATION_TIMEOUT",
  "ACCOUNT_EXPIRED",
  "BAD_AUTHENTICATION",
  "BAD_CREDS",
]);

/** Node's codes for certificates that do not fit, and for talk that is no TLS. */
const insecure =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH|TLS$)/;

const words: Readonly<Record<string, string>> = {
  CONNECTION_REFUSED: "the connection was refused",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "there is no host of this name",
  TIMEOUT: "it did not answer in time",
  CONNECTION_TIMEOUT: "it did not answer in time",
  AUTHORIZATION_VIOLATION: "it does not know these credentials",
  AUTHENTICATION_EXPIRED: "these credentials have expired",
  ACCOUNT_EXPIRED: "the account of these credentials has expired",
  AUTHENTICATION_TIMEOUT: "it had no credentials in time",
  BAD_CREDS: "this is no text of a credentials file",
};

/** Why a first attempt to connect failed, with these settings for TLS where there are any. */
export function brokerError(error: unknown, place: string, tls?: TlsOptions | null): AiexError {
  const code = codeOf(error);
  // A broker that misses our certificate says so when the handshake is over, and the client does not pass it on.
  const isUnproven = code === "TIMEOUT" && tls !== undefined && tls !== null && tls.cert === undefined;
  const because =
    wordsOf(error) + (isUnproven ? ", or it asks for a certificate of ours and was given none" : "");
  if (isDenial(error)) return new BrokerDenied(place, because, error);
  if (insecure.test(code)) return new BrokerInsecure(place, because, error);
  // The client's word for a wish that the server does not grant; we have but this one.
  if (code === "SERVER_OPT_NA") return new BrokerInsecure(place, "TLS was asked for, and it has none", error);
  return new BrokerUnreachable(place, because, error);
}

/** True where the broker will say the same again. */
export function isDenial(error: unknown): boolean {
  return denials.has(codeOf(error));
}

/** An error of the client or of the system, in words that are safe to show. */
export function wordsOf(error: unknown): string {
  if (error === undefined || error === null) return "the broker closed the connection";
  const said = error instanceof Error ? error.message : String(error);
  return words[codeOf(error)] ?? sanitizeLine(said.replace(/^'|'$/g, "")).slice(0, wordsCharactersMax);
}

/** A sentence. */
const wordsCharactersMax = 300;

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "";
}
