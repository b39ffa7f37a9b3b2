// What a server sends is checked by hand: a schema for each piece of an answer would cost more than all the rest of reading it.
import { ProviderError } from "../provider.ts";
import { identifierCharactersMax } from "./limits.ts";
import type { Peer } from "./peer.ts";
import type { JsonObject } from "./wire.ts";

/** Nothing where it is left out. @throws {ProviderError} it is no text */
export function textIn(value: unknown, name: string, peer: Peer): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  throw misshapen(peer, name, "text");
}

/** Undefined where it is left out. @throws {ProviderError} it is no object */
export function objectIn(value: unknown, name: string, peer: Peer): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  throw misshapen(peer, name, "an object");
}

/** Empty where it is left out. @throws {ProviderError} it is no list */
export function listIn(value: unknown, name: string, peer: Peer): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw misshapen(peer, name, "a list");
}

/** A count that is none costs the count and not the answer. */
export function countIn(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** A name or an id as a provider gives it; undefined where it is none that can be passed on. */
export function identifierIn(value: unknown): string | undefined {
  const isOne =
    typeof value === "string" && value.length <= identifierCharactersMax && /^[\x21-\x7e]+$/.test(value);
  return isOne ? value : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function misshapen({ kind }: Peer, name: string, what: string): ProviderError {
  return new ProviderError(
    "protocol",
    `What it sent is not what the interface of ${kind} sends (${name}: it is not ${what}). Check the kind and base_url of its entry.`,
  );
}
