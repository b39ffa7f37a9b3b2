// Where a broker is: what the URLs of its servers say, with the credentials taken out of them.
import { sanitizeLine } from "../observe/sanitize.ts";
import { Misuse } from "../process/failures.ts";

export type NatsCredentials =
  | { readonly kind: "nkey"; readonly seed: string }
  /** The text of a credentials file: a JWT and its seed. */
  | { readonly kind: "creds"; readonly text: string }
  | { readonly kind: "user"; readonly user: string; readonly password: string }
  | { readonly kind: "token"; readonly token: string };

export interface NatsAddress {
  /** `host:port` of each server. */
  readonly hosts: readonly string[];
  readonly hostnames: readonly string[];
  /** The URLs as a person may see them. */
  readonly place: string;
  /** Of the first URL that has any. */
  readonly credentials: NatsCredentials | undefined;
  /** One of the URLs asks for TLS. */
  readonly isTls: boolean;
}

const portDefault = "4222";

/**
 * Reads `nats://host:port`, `tls://host`, `host:port` and `host`, each with `user:password@` or `token@` before the host.
 * @throws {Misuse} there is none, or one is no such URL
 */
export function natsAddress(servers: string | readonly string[]): NatsAddress {
  const urls = (typeof servers === "string" ? servers.split(",") : servers).map(urlOf);
  if (urls.length === 0)
    throw new Misuse("No address of a broker was given. Give at least one, as nats://host:4222.");
  return {
    hosts: urls.map((url) => `${url.hostname}:${url.port || portDefault}`),
    hostnames: urls.map((url) => url.hostname.replace(/^\[|\]$/g, "")),
    place: urls.map((url) => `${url.protocol}//${url.hostname}:${url.port || portDefault}`).join(","),
    credentials: urls.map(credentialsOf).find((credentials) => credentials !== undefined),
    isTls: urls.some((url) => url.protocol === "tls:"),
  };
}

function urlOf(text: string): URL {
  const trimmed = text.trim();
  let url: URL | undefined;
  try {
    url = new URL(trimmed.includes("://") ? trimmed : `nats://${trimmed}`);
  } catch {
    url = undefined;
  }
  const isWhole = url !== undefined && url.hostname !== "" && ["", "/"].includes(url.pathname);
  if (url === undefined || !isWhole || !["nats:", "tls:"].includes(url.protocol)) {
    // Credentials may stand before an @, whatever else is wrong.
    const shown = sanitizeLine(trimmed.replace(/^(.*:\/\/)?.*@/s, "$1"));
    throw new Misuse(`"${shown}" is no address of a broker. Give it as nats://host:4222 or tls://host:4222.`);
  }
  return url;
}

function credentialsOf(url: URL): NatsCredentials | undefined {
  if (url.username === "") return undefined;
  const user = decoded(url.username);
  if (url.password === "") return { kind: "token", token: user };
  return { kind: "user", user, password: decoded(url.password) };
}

/** A lone % stands for itself: passwords are pasted as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
