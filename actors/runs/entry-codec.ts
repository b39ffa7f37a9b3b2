// Entries as the records of a journal, and back: one record holds a batch, and is read with the distrust that a file deserves.
import { pack, unpackOne } from "../../runtime/wire/packing.ts";
import { isRecord, isWhole } from "../../runtime/wire/shape.ts";
import type { RunEntry, RunEntryType, RunFact } from "./run-entry.ts";

/** Entries that were written together. */
export interface Batch {
  /** The number of the first. */
  readonly first: number;
  readonly at: number;
  readonly node: string;
  readonly facts: readonly RunFact[];
}

const version = 1;

/** The bytes of a fact, to be put into a batch. @throws what msgpackr throws for what is no data */
export function packFact(fact: RunFact): Uint8Array {
  return new Uint8Array(pack(fact));
}

export function packBatch(
  batch: Omit<Batch, "facts"> & { readonly facts: readonly Uint8Array[] },
): Uint8Array {
  return new Uint8Array(pack({ v: version, ...batch }));
}

/** Undefined for what is no batch: damaged, or written by a later program. */
export function unpackBatch(bytes: Uint8Array): Batch | undefined {
  const value = unpackOne(bytes);
  if (!isRecord(value) || value.v !== version) return undefined;
  const { first, at, node } = value;
  const packed = Array.isArray(value.facts) ? value.facts : [];
  const facts = packed.map((fact) => (fact instanceof Uint8Array ? unpackOne(fact) : undefined));
  const isBatch =
    isWhole(first) && first > 0 && typeof at === "number" && typeof node === "string" && facts.length > 0;
  return isBatch && facts.every(isFact) ? { first, at, node, facts: facts as readonly RunFact[] } : undefined;
}

export function entriesOf({ first, at, node, facts }: Batch): readonly RunEntry[] {
  return facts.map((fact, index) => ({ ...fact, n: first + index, at, node }));
}

type Kind = "text" | "number" | "boolean" | "kept" | "any" | "spec" | "texts";

/** What each entry must have. What else it may have is read where it is there. */
const fields: Readonly<Record<RunEntryType, Readonly<Record<string, Kind>>>> = {
  accepted: { spec: "spec", steps: "number" },
  owned: { epoch: "number", reason: "text" },
  released: { why: "text" },
  step_started: { step: "text", operation: "text", attempt: "number" },
  step_finished: { step: "text", output: "kept", added: "number" },
  step_failed: { step: "text", attempt: "number", reason: "text" },
  noted: { step: "text", key: "text", value: "kept" },
  intent: { effect: "text", step: "text", kind: "text", about: "any" },
  outcome: { effect: "text", fate: "text", found: "boolean" },
  asked: { question: "text", step: "text", text: "text", choices: "texts" },
  answered: { question: "text", choice: "text", by: "text" },
  cut_short: { step: "text", by: "text" },
  waiting: { for: "text", why: "text" },
  going_on: {},
  allowed: { costUsdMax: "number" },
  usage: { step: "text", provider: "text", interrupted: "boolean" },
  text: { step: "text", text: "text" },
  told: { step: "text", name: "text", about: "any" },
  done: { output: "kept" },
  failed: { code: "text", message: "text" },
  cancelled: { by: "text" },
};

function isFact(value: unknown): boolean {
  if (!isRecord(value) || typeof value.type !== "string" || !Object.hasOwn(fields, value.type)) return false;
  return Object.entries(fields[value.type as RunEntryType]).every(([name, kind]) => isOf(value[name], kind));
}

function isOf(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "boolean":
      return typeof value === "boolean";
    case "texts":
      return Array.isArray(value) && value.every((text) => typeof text === "string");
    case "kept":
      return isKept(value);
    case "spec":
      return (
        isRecord(value) &&
        typeof value.id === "string" &&
        typeof value.kind === "string" &&
        isKept(value.plan)
      );
    case "any":
      return true;
  }
}

function isKept(value: unknown): boolean {
  return isRecord(value) && ("value" in value || (typeof value.blob === "string" && isWhole(value.bytes)));
}
