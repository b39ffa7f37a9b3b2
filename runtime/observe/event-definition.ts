// What an event is made of: its meaning, its level, what it measures and tells, and the span of time that it begins or ends.
import type { ExitReason } from "../process/exit-reason.ts";
import { Misuse } from "../process/failures.ts";
import type { Pid } from "../process/pid.ts";

export type EventLevel = "debug" | "info" | "warn" | "error";

/** Units as UCUM spells them: milliseconds, bytes, and counts of what stands in the braces. */
export type Unit = "ms" | "By" | `{${string}}`;

/** A number that can be added up or put into a histogram. */
export interface Measurement {
  readonly unit: Unit;
  readonly means: string;
}

declare const told: unique symbol;

/** Something that an event tells beside its numbers; `T` is its type. */
export interface Field<out T = unknown> {
  readonly kind: "pid" | "text" | "boolean" | "reason" | "number" | "data";
  readonly means: string;
  /** True where it has few values, which name nobody and nothing secret: then metrics may be told apart by it. */
  readonly isAttribute: boolean;
  readonly [told]?: T;
}

/** What an event means for a span of time. Spans are told apart by the fields in `key`. */
export type SpanPart<Measure extends string = string, Told extends string = string, Data = never> =
  | {
      readonly is: "begin";
      readonly span: string;
      readonly key: readonly Told[];
      /** The span that it is a part of, and the fields that tell which. */
      readonly within?: { readonly span: string; readonly key: readonly Told[] };
      /** Where it does not always begin one. */
      readonly when?: (data: Data) => boolean;
    }
  | { readonly is: "end"; readonly span: string; readonly key: readonly Told[]; readonly failed: boolean }
  /** The whole of a span, which ends with the event and took what `took` measures, in milliseconds. */
  | { readonly is: "whole"; readonly span: string; readonly took: Measure };

/** Where an event is no news, and so at level `debug`, in words and as a condition. */
export interface Quiet<Data = never> {
  readonly where: string;
  readonly when: (data: Data) => boolean;
}

export interface EventDefinition {
  /** One sentence. */
  readonly means: string;
  readonly level: EventLevel;
  readonly quiet?: Quiet;
  readonly measurements: Readonly<Record<string, Measurement>>;
  readonly metadata: Readonly<Record<string, Field>>;
  readonly span?: SpanPart;
}

/** What an event of this definition carries. */
export type EventData<D extends Pick<EventDefinition, "measurements" | "metadata">> = {
  readonly [N in keyof D["measurements"] | keyof D["metadata"]]: N extends keyof D["metadata"]
    ? D["metadata"][N] extends Field<infer T>
      ? T
      : never
    : number;
};

/** An event of an application's own: its name begins with the application's, and a dot. */
export interface NamedDefinition extends EventDefinition {
  readonly name: `${string}.${string}`;
}

type Measurements = Readonly<Record<string, Measurement>>;
type Metadata = Readonly<Record<string, Field>>;
type NoNumbers = Readonly<Record<never, Measurement>>;

/** A definition whose own fields the compiler knows. */
type Defined<F extends Metadata, M extends Measurements> = Omit<
  EventDefinition,
  "measurements" | "metadata"
> & { readonly measurements: NoInfer<M>; readonly metadata: F };

/** Defines one event; the compiler holds its span to its own fields. */
export function event<F extends Metadata, M extends Measurements = NoNumbers>(definition: {
  readonly means: string;
  readonly level: EventLevel;
  readonly quiet?: Quiet<EventData<{ readonly measurements: M; readonly metadata: F }>>;
  readonly measurements?: M;
  readonly metadata: F;
  readonly span?: SpanPart<
    keyof M & string,
    keyof F & string,
    EventData<{ readonly measurements: M; readonly metadata: F }>
  >;
}): Defined<F, M> {
  return Object.freeze({ measurements: {} as M, ...definition }) as Defined<F, M>;
}

/** The level of one event. */
export function levelOf({ level, quiet }: EventDefinition, data: object): EventLevel {
  return quiet?.when(data as never) === true ? "debug" : level;
}

/**
 * Defines the events of an application. They are told with `tellEvent`, under `prefix`, a dot and their names.
 * @throws {Misuse} a prefix, a name or a field that logs and metrics could not show
 */
export function defineEvents<P extends string, T extends Readonly<Record<string, EventDefinition>>>(
  prefix: P,
  table: T,
): { readonly [N in keyof T & string]: T[N] & { readonly name: `${P}.${N}` } } {
  const named = Object.entries(table).map(([name, definition]) => {
    for (const given of [prefix, name]) if (!eventName.test(given)) throw badName(given);
    const fields = [...Object.keys(definition.measurements), ...Object.keys(definition.metadata)];
    for (const field of fields)
      if (reservedFields.has(field)) throw reservedField(`${prefix}.${name}`, field);
    return [name, Object.freeze({ ...definition, name: `${prefix}.${name}` })] as const;
  });
  return Object.freeze(Object.fromEntries(named)) as never;
}

export function measure(unit: Unit, means: string): Measurement {
  return { unit, means };
}

/** What an event can tell beside its numbers, each with a sentence of what it is. */
export const field = {
  pid: (means: string): Field<Pid> => ({ kind: "pid", means, isAttribute: false }),
  optionalPid: (means: string): Field<Pid | undefined> => ({ kind: "pid", means, isAttribute: false }),
  /** A text of which there may be any number, such as a name that somebody chose while the node ran. */
  text: (means: string): Field<string> => ({ kind: "text", means, isAttribute: false }),
  optionalText: (means: string): Field<string | undefined> => ({ kind: "text", means, isAttribute: false }),
  /** A text of which the code holds a few, such as the name of a logic: metrics are told apart by it. */
  label: (means: string): Field<string> => ({ kind: "text", means, isAttribute: true }),
  boolean: (means: string): Field<boolean> => ({ kind: "boolean", means, isAttribute: true }),
  /** A reason; metrics are told apart by its kind. */
  reason: (means: string): Field<ExitReason> => ({ kind: "reason", means, isAttribute: true }),
  /** A number that is no measurement: adding it up says nothing. */
  number: (means: string): Field<number> => ({ kind: "number", means, isAttribute: false }),
  /** Data of the type `T`, which logs show as far as it can be shown, and nobody else. */
  data: <T = unknown>(means: string): Field<T> => ({ kind: "data", means, isAttribute: false }),
} as const;

/** What a line of the log says of every event: a field of the same name would stand in it twice. */
export const reservedFields: ReadonlySet<string> = new Set(["level", "time", "node", "event", "msg", "err"]);

const eventName = /^[a-z][a-z0-9_]{0,63}$/;

function badName(given: string): Misuse {
  return new Misuse(
    `An event's name, and the prefix before it, begins with a small letter and goes on with at most 63 small letters, digits and "_"; given was ${JSON.stringify(given)}.`,
  );
}

function reservedField(name: string, field: string): Misuse {
  return new Misuse(
    `The event "${name}" has a field "${field}", which every line of the log has already. Choose another name than ${[...reservedFields].join(", ")}.`,
  );
}
