// What a blob is called, what every store refuses of it, and what it gives back: whole bytes, or none.
import { createHash } from "node:crypto";
import { Misuse } from "../process/failures.ts";
import { storeLimits } from "./limits.ts";

/** SHA-256 in hex: the name of these bytes in every store of blobs. */
export function blobHash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** True for what `blobHash` may have made. Nothing is kept under other texts. */
export function isBlobHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** @throws {Misuse} no store of blobs takes as much */
export function checkBlob(bytes: Uint8Array): void {
  const { blobBytesMax } = storeLimits;
  if (bytes.length <= blobBytesMax) return;
  throw new Misuse(
    `${bytes.length} bytes are too many to be kept under one hash: give ${blobBytesMax} at most, and divide what is larger.`,
  );
}

/** The bytes that a store has under a hash, where they are what was kept. */
export function wholeBlob(hash: string, bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes !== undefined && blobHash(bytes) === hash ? bytes : undefined;
}
