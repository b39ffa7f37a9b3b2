// Checkpoints as bytes, and back: packed as messages are, and read with the same distrust.
import { checkSendable } from "../process/data.ts";
import { Misuse } from "../process/failures.ts";
import { wireLimits } from "../wire/limits.ts";
import { roomOf, whyUnpackable } from "../wire/packable.ts";
import { pack, unpackAll } from "../wire/packing.ts";
import { Refusal } from "../wire/screen.ts";
import { isRecord, isWhole } from "../wire/shape.ts";
import type { Checkpoint, KeptDelay, KeptEvent } from "./checkpoint.ts";
import { CheckpointTooLarge, CheckpointUnusable, NotDurable } from "./failures.ts";
import { checkpointLimits } from "./limits.ts";

/**
 * The bytes of a checkpoint, `checkpointLimits.checkpointBytesMax` at most.
 * @throws {NotDurable} it holds what is no data, naming the place; {CheckpointTooLarge}
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const why = whyUnpackable(checkpoint, 0, roomOf(0));
  if (why === "not_data") throw noData(checkpoint);
  if (why === "too_large") throw new CheckpointTooLarge(checkpoint.key, undefined);
  const bytes = pack(checkpoint);
  if (bytes.length > checkpointLimits.checkpointBytesMax)
    throw new CheckpointTooLarge(checkpoint.key, bytes.length);
  return new Uint8Array(bytes);
}

/**
 * The checkpoint that was encoded. It shares no memory with `bytes`.
 * @throws {CheckpointUnusable} `damaged`: these are not the bytes of a checkpoint; `version`: a later program made it
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  if (!(bytes instanceof Uint8Array)) throw damaged(`what was given is ${typeof bytes} and no bytes`);
  if (bytes.length > checkpointLimits.checkpointBytesMax) throw damaged(`there are ${bytes.length} bytes`);
  const [fields, ...more] = unpacked(bytes);
  if (!isRecord(fields) || more.length > 0) throw damaged("it is not one object");
  const { v, key, version, delays, postponed, snapshot } = fields;
  if (isWhole(v) && v > 1) {
    throw new CheckpointUnusable(
      "version",
      `This checkpoint has the layout ${v}, which a later version of this program has made; this one reads 1. Update this node.`,
      { layout: v },
    );
  }
  if (v !== 1) throw damaged('"v" is not 1');
  if (!isKey(key)) throw damaged('"key" is no name');
  if (!isWhole(version)) throw damaged('"version" is no whole number');
  if (!("snapshot" in fields)) throw damaged('it has no "snapshot"');
  if (!Array.isArray(delays) || !delays.every(isDelay)) throw damaged('"delays" has another shape');
  if (!Array.isArray(postponed) || !postponed.every(isEvent)) throw damaged('"postponed" has another shape');
  return { v, key, version, snapshot, delays, postponed };
}

/** A checkpoint that shares nothing with `checkpoint`. @throws as `encodeCheckpoint` */
export function copyOfCheckpoint(checkpoint: Checkpoint): Checkpoint {
  return decodeCheckpoint(encodeCheckpoint(checkpoint));
}

/** True for what a durable logic may be called. */
export function isKey(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= checkpointLimits.keyCharactersMax;
}

function unpacked(bytes: Uint8Array): unknown[] {
  try {
    return unpackAll(bytes, 0);
  } catch (error) {
    if (error instanceof Refusal) throw damaged(error.why);
    throw error;
  }
}

function isDelay(value: unknown): value is KeptDelay {
  if (!isRecord(value)) return false;
  const { from, to, key, remainingMs, event } = value;
  return (
    (from === "timeouts" || isPath(from)) &&
    isPath(to) &&
    typeof key === "string" &&
    typeof remainingMs === "number" &&
    Number.isFinite(remainingMs) &&
    remainingMs >= 0 &&
    isEvent(event)
  );
}

function isPath(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((id) => typeof id === "string");
}

function isEvent(value: unknown): value is KeptEvent {
  return isRecord(value) && typeof value.type === "string";
}

/** The packing only says that something is no data; the check that messages go through names the place. */
function noData(checkpoint: Checkpoint): NotDurable {
  const instead =
    "Keep strings, numbers, booleans, null, undefined, bigints, arrays, plain objects and Uint8Array alone in the state, and make the rest from them.";
  const place = `The checkpoint of "${checkpoint.key}"`;
  for (const part of ["snapshot", "delays", "postponed"] as const) {
    try {
      checkSendable(checkpoint[part], part);
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      const { path, given } = error.details;
      return new NotDurable(`${place}: ${path}`, `is ${given}`, instead);
    }
  }
  return new NotDurable(place, `holds something that is no data, or is nested too deeply`, instead);
}

function damaged(why: string): CheckpointUnusable {
  const { checkpointBytesMax } = checkpointLimits;
  const { messageContainersMax } = wireLimits;
  return new CheckpointUnusable(
    "damaged",
    `These are not the bytes of a checkpoint: ${why}. One has up to ${checkpointBytesMax} bytes and ${messageContainersMax} arrays and objects, as encodeCheckpoint gives them; take an earlier one, or begin anew.`,
    { why },
  );
}
