// Conformance: what each scenario shows here is what it showed on Erlang, whose logs are in `fixtures/`.
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { deviations, expectedOf } from "./deviations.ts";
import type { ErlangLogs } from "./erlang.ts";
import { fixtureOf } from "./fixtures.ts";
import { groups } from "./groups.ts";
import { play } from "./play.ts";

const all = Object.values(groups).flat();
const fixtures = new Map<string, ErlangLogs>();
for (const group of Object.keys(groups))
  fixtures.set(group, JSON.parse(await readFile(fixtureOf(group), "utf8")) as ErlangLogs);

for (const [group, scenarios] of Object.entries(groups)) {
  describe(`What Erlang shows of ${group}`, () => {
    test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
      "%s",
      async (name, scenario) => {
        const log = fixtures.get(group)?.scenarios[name];
        if (log === undefined)
          throw new Error(
            `Erlang has not played "${name}" yet. Where there is an erl: npm run test:oracle -- --write`,
          );
        expect(await play(scenario)).toEqual(expectedOf(name, log));
      },
    );
  });
}

describe("The scenarios", () => {
  test("have names of their own that begin with the rules they show", () => {
    const names = all.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^([A-Z]\d\d )+\S/.test(name))).toEqual([]);
  });

  test("are all that the fixtures hold", () => {
    const played = [...fixtures].flatMap(([group, { scenarios }]) =>
      Object.keys(scenarios).map((name) => `${group}: ${name}`),
    );
    const told = Object.entries(groups).flatMap(([group, scenarios]) =>
      scenarios.map(({ name }) => `${group}: ${name}`),
    );
    expect(played).toEqual(told);
  });

  test("are played the same way twice", async () => {
    const some = all.filter((_, index) => index % 20 === 0);
    for (const scenario of some) expect(await play(scenario)).toEqual(await play(scenario));
  });
});

describe("A deviation", () => {
  test("belongs to a scenario, and is one", () => {
    const logs = new Map([...fixtures.values()].flatMap(({ scenarios }) => Object.entries(scenarios)));
    for (const [name, { here }] of Object.entries(deviations)) {
      const log = logs.get(name);
      expect(log, `There is no scenario "${name}".`).toBeDefined();
      for (const [observer, lines] of Object.entries(here))
        expect(log?.[observer] ?? [], `${name}, ${observer}: this is what Erlang shows.`).not.toEqual(lines);
    }
  });
});
