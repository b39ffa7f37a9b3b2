// What an event tells as attributes of metrics and spans: text, numbers and booleans, short and sanitized.
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { type ExitReason, formatReason } from "../process/exit-reason.ts";
import { formatPid, type Pid } from "../process/pid.ts";
import type { EventDefinition, Field } from "./event-definition.ts";
import type { RuntimeEvent } from "./events.ts";
import { observeLimits as limits } from "./limits.ts";
import { reasonKind } from "./reason-kind.ts";
import { type ShownOptions, shownText, shownValue } from "./shown-value.ts";

/** Those fields that have few values, for metrics. */
export function metricAttributes({ data }: RuntimeEvent, { metadata }: EventDefinition): Attributes {
  return attributesOf(data, metadata, (value, { kind, isAttribute }) => {
    if (!isAttribute) return undefined;
    return kind === "reason" ? reasonKind(value as ExitReason) : simple(value, {});
  });
}

/** Every field that can be told in a few words, for spans. What lies in a process's state stays there. */
export function spanAttributes(
  { data }: RuntimeEvent,
  { metadata }: EventDefinition,
  options: ShownOptions,
): Attributes {
  return attributesOf(data, metadata, (value, { kind }) => {
    if (value === undefined || kind === "data") return undefined;
    if (kind === "pid") return formatPid(value as Pid);
    if (kind === "reason") return simple(formatReason(shownValue(value, options) as ExitReason), options);
    return simple(value, options);
  });
}

function attributesOf(
  data: object,
  metadata: EventDefinition["metadata"],
  attributeOf: (value: unknown, field: Field) => AttributeValue | undefined,
): Attributes {
  const attributes: Attributes = {};
  for (const [name, field] of Object.entries(metadata)) {
    const value = attributeOf(Reflect.get(data, name), field);
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

function simple(value: unknown, { mask }: ShownOptions): AttributeValue | undefined {
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  return shownText(value, mask).slice(0, limits.attributeCharactersMax);
}
