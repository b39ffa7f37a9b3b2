import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type EventDefinition, reservedFields } from "../../../runtime/observe/event-definition.ts";
import { events } from "../../../runtime/observe/events.ts";

const table: [string, EventDefinition][] = Object.entries(events);

describe("Every event of the table", () => {
  test.each(table)("of %s has a name and a sentence fit for people", (name, { means }) => {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(means).toMatch(/^[A-Z].*\.$/);
  });

  test.each(table)("of %s has fields that do not stand in each other's way", (_, definition) => {
    const fields = [...Object.keys(definition.measurements), ...Object.keys(definition.metadata)];
    expect(new Set(fields).size).toBe(fields.length);
    expect(fields.filter((field) => reservedFields.has(field))).toEqual([]);
  });

  test.each(table)(
    "of %s ends a measurement's name with its unit, where it is one of time or memory",
    (_, definition) => {
      for (const [name, { unit }] of Object.entries(definition.measurements)) {
        if (unit === "ms") expect(name).toMatch(/Ms$/);
        if (unit === "By") expect(name).toMatch(/Bytes$/);
      }
    },
  );

  test.each(table)(
    "of %s tells metrics apart by no pid, no data and nothing that somebody chose",
    (_, { metadata }) => {
      const told = Object.entries(metadata).filter(([, { isAttribute }]) => isAttribute);
      expect(told.filter(([, { kind }]) => kind === "pid" || kind === "data" || kind === "number")).toEqual(
        [],
      );
      expect(told.map(([name]) => name)).not.toContain("name");
      expect(told.map(([name]) => name)).not.toContain("child");
    },
  );
});

describe("Every span of the table", () => {
  test("that an event ends is begun by another, over the same fields", () => {
    const parts = table.flatMap(([, { span }]) => (span === undefined ? [] : [span]));
    const begun = parts.flatMap((part) => (part.is === "begin" ? [`${part.span} ${part.key}`] : []));
    const ended = parts.flatMap((part) => (part.is === "end" ? [`${part.span} ${part.key}`] : []));
    expect(begun.length).toBeGreaterThan(0);
    expect([...new Set(ended)].sort()).toEqual([...new Set(begun)].sort());
  });
});

describe("The runtime", () => {
  test("tells of every event in the table somewhere", () => {
    const runtime = new URL("../../../runtime/", import.meta.url);
    const sources = readdirSync(runtime, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith("events.ts"))
      .map((name) => readFileSync(new URL(name, runtime), "utf8"))
      .join("\n");
    const silent = table.map(([name]) => name).filter((name) => !sources.includes(`emit("${name}"`));
    expect(silent).toEqual([]);
  });
});
