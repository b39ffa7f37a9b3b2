// Patterns: a part of what is expected. What a pattern does not name may be anything.
import { isDeepStrictEqual } from "node:util";

/** A predicate, or a value of which every field that is given has to be there; arrays are compared whole. */
export type Pattern<T> = ((value: T) => boolean) | Part<T>;

export type Part<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Part<T[K]> | undefined }
    : T;

export function matchesPattern<T>(pattern: Pattern<T>, value: T): boolean {
  if (typeof pattern !== "function") return holdsPart(value, pattern);
  return (pattern as (value: T) => boolean)(value);
}

function holdsPart(value: unknown, part: unknown): boolean {
  if (!isPlain(part)) return isDeepStrictEqual(value, part);
  if (typeof value !== "object" || value === null) return false;
  return Object.keys(part).every((key) => holdsPart(Reflect.get(value, key), Reflect.get(part, key)));
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
