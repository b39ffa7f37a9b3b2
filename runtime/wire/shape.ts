// What a decoded signal must look like, field by field: what passes is what frame.ts says, whoever sent it.
import { type RemoteSpawnOptions, type Signal, signalKinds } from "./frame.ts";

type Check = (value: unknown) => boolean;

interface Field {
  readonly name: string;
  readonly check: Check;
}

interface SignalShape {
  readonly fields: readonly Field[];
  /** Elements that must be there, the kind among them; those behind may be left out. */
  readonly elementsMin: number;
}

/** True for what counts and numbers: 0 to 2^53 - 1. */
export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** True for what is read by the names of its fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

const whole = isWhole;
const anything: Check = () => true;
const text: Check = (value) => typeof value === "string";
const flag: Check = (value) => typeof value === "boolean";
const bytes: Check = (value) => value instanceof Uint8Array;
const reason: Check = (value) => typeof value === "string" || isRecord(value);
const idOrName: Check = (value) => isWhole(value) || typeof value === "string";
const target: Check = (value) => idOrName(value) || (isRecord(value) && isWhole(value.ref));
const failure: Check = (value) =>
  isRecord(value) &&
  (value.kind === "exited" ? reason(value.reason) : value.kind === "overload" && isWhole(value.messagesMax));
const startError: Check = (value) =>
  isRecord(value) &&
  text(value.code) &&
  text(value.message) &&
  (value.reason === undefined || reason(value.reason)) &&
  (value.holder === undefined || isWhole(value.holder));
const mailbox: Check = (value) =>
  isRecord(value) &&
  isWhole(value.max) &&
  value.max > 0 &&
  (value.onFull === "kill" || value.onFull === "dropNewest" || value.onFull === "dropOldest");

const spawnOptionChecks: Readonly<Record<keyof RemoteSpawnOptions, Check>> = {
  name: text,
  link: flag,
  trapExit: flag,
  monitor: whole,
  output: flag,
  startTimeoutMs: whole,
  mailbox,
};
const spawnOptions: Check = (value) =>
  isRecord(value) &&
  Object.entries(spawnOptionChecks).every(([name, check]) => value[name] === undefined || check(value[name]));

const from = { name: "from", check: whole };
const to = { name: "to", check: whole };
const ref = { name: "ref", check: whole };
const id = { name: "id", check: whole };
const toTarget = { name: "to", check: target };
const type = { name: "type", check: text };
const payload = { name: "payload", check: anything };
const message = { name: "message", check: anything };
const why = { name: "reason", check: reason };
const priority = { name: "priority", check: (value: unknown) => value === undefined || flag(value) };

const kinds = signalKinds;
const shapes: readonly (SignalShape | undefined)[] = byKind([
  [kinds.send, [from, toTarget, message], priority],
  [kinds.cast, [from, toTarget, type, payload], priority],
  [kinds.call, [from, toTarget, ref, type, payload]],
  [kinds.reply, [from, ref, { name: "value", check: anything }]],
  [kinds.callFailed, [from, ref, { name: "failure", check: failure }]],
  [kinds.abandon, [from, ref]],
  [kinds.link, [from, to]],
  [kinds.unlink, [from, to, id]],
  [kinds.unlinkAck, [from, to, id]],
  [kinds.linkExit, [from, to, why]],
  [kinds.exit, [from, to, why]],
  [kinds.monitor, [from, { name: "to", check: idOrName }, ref, { name: "output", check: flag }]],
  [kinds.demonitor, [from, ref]],
  [kinds.down, [from, to, ref, why], { name: "output", check: anything }],
  [
    kinds.spawn,
    [
      from,
      ref,
      { name: "logic", check: text },
      { name: "input", check: anything },
      { name: "options", check: spawnOptions },
    ],
  ],
  [kinds.spawned, [from, ref, id, { name: "ready", check: flag }]],
  [kinds.spawnFailed, [from, ref, { name: "error", check: startError }]],
  [kinds.spawnAbandon, [from, ref]],
  [
    kinds.groupSend,
    [from, { name: "scope", check: text }, { name: "group", check: text }, message],
    priority,
  ],
  [kinds.stop, [from, toTarget, ref, why]],
  [kinds.fragment, [from, id, { name: "isLast", check: flag }, { name: "bytes", check: bytes }]],
]);

/** The signal that `value` is; "unknown" where it is of a kind that a later version may have; else what is wrong with it. */
export function signalOf(value: unknown): Signal | "unknown" | { readonly why: string } {
  if (!Array.isArray(value) || !isWhole(value[0]) || value[0] === 0)
    return { why: "a signal that is no array with its kind in front" };
  const kind = value[0];
  const shape = shapes[kind];
  if (shape === undefined) return "unknown";
  const { fields, elementsMin } = shape;
  if (value.length < elementsMin) return { why: `a signal of kind ${kind} with ${value.length} elements` };
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index];
    if (field !== undefined && !field.check(value[index + 1]))
      return { why: `a signal of kind ${kind} whose "${field.name}" is of another shape` };
  }
  if (kind === kinds.spawn) value[5] = onlySpawnOptions(value[5]);
  return value as unknown as Signal;
}

/** How people call the element of a signal at `index`: "message", "payload", … */
export function fieldName(kind: number, index: number): string {
  return shapes[kind]?.fields[index - 1]?.name ?? `element ${index}`;
}

/** What a stranger adds to the options must not become an option of ours by a spread. */
function onlySpawnOptions(options: RemoteSpawnOptions): RemoteSpawnOptions {
  const known = Object.entries(options).filter(
    ([name, value]) => Object.hasOwn(spawnOptionChecks, name) && value !== undefined,
  );
  const { mailbox } = options;
  return {
    ...Object.fromEntries(known),
    ...(mailbox === undefined ? {} : { mailbox: { max: mailbox.max, onFull: mailbox.onFull } }),
  };
}

function byKind(
  rows: readonly (readonly [kind: number, fields: readonly Field[], optional?: Field])[],
): (SignalShape | undefined)[] {
  const table: (SignalShape | undefined)[] = [];
  for (const [kind, fields, optional] of rows)
    table[kind] = {
      fields: optional === undefined ? fields : [...fields, optional],
      elementsMin: fields.length + 1,
    };
  return table;
}
