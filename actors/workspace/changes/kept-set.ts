// A change set as it is kept on the disk: who wanted what, and every file as it was before and as it is after. Pure.
import { createHash } from "node:crypto";
import { z } from "zod";
import { blobHash, isBlobHash } from "../../../runtime/store/blob-guard.ts";
import { changeLimits } from "./limits.ts";

/** One file of it, without its bytes. */
export interface KeptChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Permission bits that it had; null where it was not there. */
  readonly mode: number | null;
  /** Permission bits that it is given where it is made; null for those of any new file. */
  readonly newMode: number | null;
  /** Directories that are made for it, the outermost first. */
  readonly makes: readonly string[];
  /** Directories that are taken away with it where nothing else is in them, the innermost first. */
  readonly clears: readonly string[];
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

export interface KeptHead {
  readonly id: string;
  readonly run: string;
  readonly title: string;
  /** By the wall clock, in milliseconds. */
  readonly at: number;
  /** The root of the workspace. */
  readonly root: string;
  /** The names of the sets that this one takes back; none for one that is new work. */
  readonly undoes: readonly string[];
  readonly changes: readonly KeptChange[];
}

export interface KeptSet extends KeptHead {
  readonly changes: readonly (KeptChange & {
    readonly was: Uint8Array | undefined;
    readonly becomes: Uint8Array | undefined;
  })[];
}

/** It is not what was written. */
export class SetDamaged extends Error {}

/** Its head and what the head is, as two lines of JSON, then the bytes of every file before and after. */
export function packSet(set: KeptSet): Uint8Array {
  const changes = set.changes.map(({ was: _, becomes: __, ...change }) => change);
  const head = Buffer.from(JSON.stringify({ ...set, changes } satisfies KeptHead));
  const first = { v: 1, bytes: head.length, sha256: sumOf(head) };
  const files = set.changes.flatMap(({ was, becomes }) => [was ?? nothing, becomes ?? nothing]);
  return Buffer.concat([Buffer.from(`${JSON.stringify(first)}\n`), head, newline, ...files]);
}

/** @throws {SetDamaged} */
export function unpackSet(bytes: Uint8Array): KeptSet {
  const { head, end } = headOf(bytes);
  let at = end;
  const taken = (count: number, hash: string | null): Uint8Array | undefined => {
    const part = bytes.subarray(at, at + count);
    at += count;
    if (hash === null) return undefined;
    if (blobHash(part) !== hash) throw new SetDamaged("The bytes of a file in it are not what was kept.");
    return part;
  };
  const changes = head.changes.map((change) => ({
    ...change,
    was: taken(change.beforeBytes, change.before),
    becomes: taken(change.afterBytes, change.after),
  }));
  if (at !== bytes.length) throw new SetDamaged("It is longer or shorter than what was kept.");
  return { ...head, changes };
}

/** @param bytes its beginning, with the whole head. @throws {SetDamaged} */
export function unpackHead(bytes: Uint8Array): KeptHead {
  return headOf(bytes).head;
}

/** How long the beginning is that `unpackHead` needs. @param bytes the first of it. @throws {SetDamaged} */
export function headBytes(bytes: Uint8Array): number {
  const { start, length } = firstLine(bytes);
  return start + length;
}

/** The first line is shorter: numbers and one hash. */
export const firstLineBytesMax = 200;

const nothing = new Uint8Array();
const newline = Buffer.from("\n");

const hash = z.string().refine(isBlobHash).nullable();
const size = z.int().min(0);
const mode = z.int().min(0).max(0o777).nullable();
const headShape = z.object({
  id: z.string(),
  run: z.string(),
  title: z.string(),
  at: z.number(),
  root: z.string(),
  undoes: z.array(z.string()),
  changes: z.array(
    z.object({
      ...{ path: z.string(), before: hash, after: hash, mode, newMode: mode },
      ...{ makes: z.array(z.string()), clears: z.array(z.string()) },
      ...{ beforeBytes: size, afterBytes: size },
    }),
  ),
});
const firstShape = z.object({
  v: z.literal(1),
  bytes: size.max(changeLimits.headBytesMax),
  sha256: z.string(),
});

function headOf(bytes: Uint8Array): { readonly head: KeptHead; readonly end: number } {
  const { start, length, sha256 } = firstLine(bytes);
  const written = bytes.subarray(start, start + length);
  if (sumOf(written) !== sha256) throw new SetDamaged("Its head is not what was written.");
  const head = headShape.safeParse(jsonIn(written));
  if (!head.success) throw new SetDamaged("Its head is that of another version of aiex.");
  const end = start + length + newline.length;
  if (bytes.length >= end && bytes[end - 1] !== newline[0])
    throw new SetDamaged("Its head does not end where it says.");
  return { head: head.data, end };
}

function firstLine(bytes: Uint8Array) {
  const length = bytes.subarray(0, firstLineBytesMax).indexOf(newline[0] ?? 0);
  const first = firstShape.safeParse(jsonIn(bytes.subarray(0, Math.max(0, length))));
  if (!first.success) throw new SetDamaged("It does not begin as a change set does.");
  return { start: length + newline.length, length: first.data.bytes, sha256: first.data.sha256 };
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function sumOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
