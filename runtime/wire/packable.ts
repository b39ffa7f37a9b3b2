// What may be packed, found before msgpackr sees it: it would write a Map as an object, and a circle until there is no memory left.
import { limits } from "../limits.ts";
import { Name } from "../process/address.ts";
import { OwnPid } from "../process/pid.ts";
import { wireLimits } from "./limits.ts";

/** Why a value cannot be packed: it is no data (`checkSendable` names the place), or there is too much of it. */
export type Unpackable = "not_data" | "too_large";

/** What one message may still have. */
export interface Room {
  bytes: number;
  containers: number;
  elements: number;
}

/** The room of a message that is an array of `elements`. */
export function roomOf(elements: number): Room {
  const { messageBytesMax, messageContainersMax, messageElementsMax } = wireLimits;
  return {
    bytes: messageBytesMax,
    containers: messageContainersMax - 1,
    elements: messageElementsMax - elements,
  };
}

/** Undefined where `value`, at `depth`, may be packed and has room. What it takes in bytes is known only when it is packed. */
export function whyUnpackable(value: unknown, depth: number, room: Room): Unpackable | undefined {
  switch (typeof value) {
    case "string":
      return take(room, value.length);
    case "bigint":
      return BigInt.asIntN(wireLimits.bigintBytesMax * 8, value) === value ? undefined : "too_large";
    case "object":
      return value === null ? undefined : walkObject(value, depth, room);
    case "function":
    case "symbol":
      return "not_data";
    default:
      return undefined;
  }
}

function walkObject(value: object, depth: number, room: Room): Unpackable | undefined {
  if (value instanceof Uint8Array) return contain(room, 0) ?? take(room, value.length);
  if (depth > limits.messageDepthMax) return "not_data";
  if (Array.isArray(value)) {
    // An array of four billion holes is refused before the first of them.
    let why = contain(room, value.length);
    for (let index = 0; why === undefined && index < value.length; index += 1)
      why = whyUnpackable(value[index], depth + 1, room);
    return why;
  }
  if (!isPlain(value)) return "not_data";
  const keys = Object.keys(value);
  let why = contain(room, keys.length);
  for (let index = 0; why === undefined && index < keys.length; index += 1) {
    const key = keys[index] ?? "";
    why = key === "__proto__" ? "not_data" : take(room, key.length);
    why ??= whyUnpackable((value as Readonly<Record<string, unknown>>)[key], depth + 1, room);
  }
  return why;
}

/** Addresses are classes, and no less plain. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    prototype === OwnPid.prototype ||
    prototype === Name.prototype
  );
}

function contain(room: Room, elements: number): Unpackable | undefined {
  room.containers -= 1;
  room.elements -= elements;
  return room.containers < 0 || room.elements < 0 ? "too_large" : undefined;
}

function take(room: Room, bytes: number): Unpackable | undefined {
  room.bytes -= bytes;
  return room.bytes < 0 ? "too_large" : undefined;
}
