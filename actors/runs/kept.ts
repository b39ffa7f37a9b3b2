// Values of a run: small ones stand in its log, large ones are kept beside it by their hash.
import { AiexError } from "../../runtime/errors.ts";
import { Misuse } from "../../runtime/process/failures.ts";
import { roomOf, whyUnpackable } from "../../runtime/wire/packable.ts";
import { pack, unpackAll } from "../../runtime/wire/packing.ts";
import { Refusal } from "../../runtime/wire/screen.ts";
import { runLimits } from "./limits.ts";
import type { ValueBlobs } from "./patient-blobs.ts";
import type { Kept } from "./run-entry.ts";

/** What a run has written down cannot be had any more. */
export class KeptMissing extends AiexError {
  readonly code = "kept_missing";
  constructor(place: string, hash: string, why: string) {
    super(
      `A value of the run, ${hash}, ${why} in ${place}. Put it back from a backup, or fork the run from before it with \`aiex runs fork\`.`,
      { details: { place, hash, why } },
    );
  }
}

/** How the bytes of a value begin. JSON is for those that are larger than what nodes send each other. */
const encodings = { packed: 0, json: 1 } as const;

/**
 * Resolves when what is large lasts.
 * @throws {Misuse} the value is no plain data; as `Blobs.put`
 */
export async function keep(blobs: ValueBlobs, value: unknown): Promise<Kept> {
  const bytes = encodeValue(value);
  if (bytes.length <= runLimits.valueBytesMax) return { value };
  return { blob: await blobs.put(bytes), bytes: bytes.length };
}

/** @throws {KeptMissing}; {StoreUnavailable} */
export async function unkeep(blobs: ValueBlobs, kept: Kept): Promise<unknown> {
  if ("value" in kept) return kept.value;
  const bytes = await blobs.get(kept.blob);
  if (bytes === undefined) throw new KeptMissing(blobs.place, kept.blob, "is not there");
  const decoded = decodeValue(bytes);
  if (decoded === undefined) throw new KeptMissing(blobs.place, kept.blob, "cannot be read");
  return decoded.value;
}

/** The bytes of a value, as they are kept under their hash. @throws {Misuse} it is no plain data */
export function encodeValue(value: unknown): Uint8Array {
  const why = whyUnpackable(value, 0, roomOf(0));
  if (why === undefined) return Buffer.concat([Buffer.of(encodings.packed), pack(value)]);
  const text = why === "too_large" && !hasBytes(value) ? JSON.stringify(value) : undefined;
  if (text !== undefined) return Buffer.concat([Buffer.of(encodings.json), Buffer.from(text)]);
  throw new Misuse(
    why === "too_large"
      ? "A value of a run holds bytes and is larger than 16 MiB. Make several smaller steps of it."
      : "A value of a run is no plain data: it holds a function, a class's instance or a circle. Give it objects, arrays, texts, numbers, booleans, null and Uint8Array alone.",
  );
}

/** Undefined for what are no bytes of a value. */
export function decodeValue(bytes: Uint8Array): { readonly value: unknown } | undefined {
  const body = bytes.subarray(1);
  try {
    if (bytes[0] === encodings.json) return { value: JSON.parse(Buffer.from(body).toString()) };
    if (bytes[0] !== encodings.packed) return undefined;
    const values = unpackAll(body, 0);
    return values.length === 1 ? { value: values[0] } : undefined;
  } catch (error) {
    if (error instanceof Refusal || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function hasBytes(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return value instanceof Uint8Array || Object.values(value).some(hasBytes);
}
