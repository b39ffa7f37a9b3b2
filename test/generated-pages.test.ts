// The pages that are made from the code say what the code says today.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type AnyStateMachine, createMachine, setup } from "xstate";
import { attachEvents } from "../actors/attach/events.ts";
import { indexEvents } from "../actors/context/index/events.ts";
import { sessionEvents } from "../actors/context/sessions/events.ts";
import { llmEvents } from "../actors/llm/events.ts";
import { pipelineEvents } from "../actors/pipeline/events.ts";
import type { EventDefinition } from "../runtime/index.ts";
import { events } from "../runtime/observe/events.ts";

type Load = (module: string) => Promise<unknown>;

interface Script {
  generatedPages(load: Load): Promise<ReadonlyMap<string, string>>;
  builtInMachines(
    load: Load,
  ): Promise<readonly { readonly source: string; readonly machine: AnyStateMachine }[]>;
  statechart(machine: AnyStateMachine): string;
}

const repository = new URL("../", import.meta.url);
const script = {
  ...(await import(new URL("scripts/docs/pages.js", repository).href)),
  ...(await import(new URL("scripts/docs/machines.js", repository).href)),
  ...(await import(new URL("scripts/docs/statechart.js", repository).href)),
} as Script;
const sources: Load = (module) => import(new URL(`${module}.ts`, repository).href);
const pages = await script.generatedPages(sources);
const machines = await script.builtInMachines(sources);

describe("The generated pages", () => {
  it.each([...pages.keys()])("%s is up to date (`npm run docs` writes it anew)", (path) => {
    expect(readFileSync(new URL(path, repository), "utf8")).toBe(pages.get(path));
  });

  it("tell of every event, and of all that it carries", () => {
    const own = [llmEvents, pipelineEvents, sessionEvents, indexEvents, attachEvents].flatMap((table) =>
      Object.values(table),
    );
    const tables = new Map<string, EventDefinition>([
      ...Object.entries(events),
      ...own.map((definition) => [definition.name, definition] as const),
    ]);
    const page = pages.get("docs/events.md") ?? "";
    const sections = page.split("\n### ").slice(1);
    expect(sections.map((section) => section.split("\n")[0])).toEqual([...tables.keys()]);
    for (const [index, definition] of [...tables.values()].entries()) {
      const fields = [...Object.keys(definition.measurements), ...Object.keys(definition.metadata)];
      const rows = [...(sections[index] ?? "").matchAll(/^\| `(\w+)` \|/gm)].map(([, field]) => field);
      expect(rows.filter((row) => fields.includes(row ?? ""))).toEqual(fields);
    }
  });

  it("draw every machine of the actors", () => {
    const actors = new URL("actors/", repository);
    const files = readdirSync(actors, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .filter((name) => readFileSync(new URL(name, actors), "utf8").includes("createMachine("))
      .map((name) => `actors/${name.replaceAll("\\", "/")}`);
    expect(machines.map(({ source }) => source).sort()).toEqual(files.sort());
  });
});

describe("Each statechart", () => {
  it.each(machines.map(({ machine }) => [machine.id, machine] as const))(
    "of %s is a diagram in which every state exists and can be reached",
    (_, machine) => {
      const { declared, reached } = readDiagram(script.statechart(machine));
      expect(declared.toSorted()).toEqual(statesOf(machine).toSorted());
      // Whoever enters a state has entered those around it.
      const isEntered = (id: string): boolean => reached.some((to) => to === id || to.startsWith(`${id}_`));
      expect(declared.filter((id) => !isEntered(id))).toEqual([]);
      expect(reached.filter((to) => to !== "[*]" && !declared.includes(to))).toEqual([]);
    },
  );
});

describe("statechart()", () => {
  it("draws states within states, states beside states and what leads into them from around", () => {
    const machine = createMachine({
      id: "bakery",
      initial: "day",
      on: { fire: ".closed" },
      states: {
        day: {
          initial: "morning",
          on: { sunset: "closed", noon: ".evening" },
          states: { morning: { on: { noon: "evening" } }, evening: {} },
        },
        rooms: {
          type: "parallel",
          states: {
            oven: { initial: "cold", states: { cold: {} } },
            shop: { initial: "empty", states: { empty: {} } },
          },
        },
        closed: { after: { 1000: "rooms" } },
      },
    });
    expect(script.statechart(machine).split("\n")).toEqual([
      "stateDiagram-v2",
      "  [*] --> day",
      "  state day {",
      "    [*] --> day_morning",
      "    day_morning",
      "    day_morning --> day_evening : noon",
      "    day_morning --> closed : fire",
      "    day_evening",
      "    day_evening --> day_evening : noon",
      "    day_evening --> closed : fire",
      "  }",
      "  day --> closed : sunset",
      "  state rooms {",
      "    state rooms_oven {",
      "      [*] --> rooms_oven_cold",
      "      rooms_oven_cold",
      "      rooms_oven_cold --> closed : fire",
      "    }",
      "    --",
      "    state rooms_shop {",
      "      [*] --> rooms_shop_empty",
      "      rooms_shop_empty",
      "      rooms_shop_empty --> closed : fire",
      "    }",
      "  }",
      "  closed",
      "  closed --> rooms : after 1000 ms",
      "  closed --> closed : fire",
    ]);
  });

  it("names guards and actions, and leaves out what XState does by itself", () => {
    const machine = setup({
      guards: { isHot: () => true },
      actions: { bake: () => {}, cool: () => {}, ring: () => {} },
      delays: { long: 5 },
    }).createMachine({
      initial: "a",
      states: {
        a: {
          entry: "bake",
          exit: ["cool", () => {}],
          after: { long: { target: "b", actions: "ring" } },
          on: { go: { guard: "isHot", target: "b" }, "*": { actions: "ring" } },
        },
        b: { type: "final" },
      },
    });
    expect(
      script
        .statechart(machine)
        .split("\n")
        .map((line) => line.trim()),
    ).toEqual([
      "stateDiagram-v2",
      "[*] --> a",
      "a",
      "a --> b : go [isHot]",
      "a --> b : after long / ring",
      "note right of a",
      "entry / bake",
      "exit / cool",
      "any other event / ring",
      "end note",
      "b",
      "b --> [*]",
    ]);
  });

  it.each(["end", "state", "a-b", "a b", "1", "a:b"])(
    "refuses a state named %j, which no diagram can hold",
    (name) => {
      const machine = createMachine({ initial: name, states: { [name]: {} } });
      expect(() => script.statechart(machine)).toThrow("cannot be drawn");
    },
  );
});

/** The ids of all states of a machine, as a diagram has them. */
function statesOf({ root }: AnyStateMachine): string[] {
  const below = (node: AnyStateMachine["root"]): string[] =>
    Object.values(node.states).flatMap((child) => [child.path.join("_"), ...below(child)]);
  return below(root);
}

/** The states that a diagram declares, and those that its arrows lead to. Throws at a line that is none of Mermaid's. */
function readDiagram(text: string): { readonly declared: string[]; readonly reached: string[] } {
  const declared: string[] = [];
  const reached: string[] = [];
  const mentioned: string[] = [];
  let isNote = false;
  let depth = 0;
  const [first, ...lines] = text.split("\n").map((line) => line.trim());
  expect(first).toBe("stateDiagram-v2");
  for (const line of lines) {
    const arrow = /^(\[\*\]|\w+) --> (\[\*\]|\w+)(?: : [\w .,/[\]]+)?$/.exec(line);
    const opened = /^state (\w+) \{$/.exec(line);
    const noted = /^note right of (\w+)$/.exec(line);
    if (isNote) {
      isNote = line !== "end note";
      expect(line).toMatch(/^[\w .,/[\]]+$/);
    } else if (noted !== null) {
      isNote = true;
      mentioned.push(noted[1] ?? "");
    } else if (arrow !== null) {
      mentioned.push(arrow[1] ?? "");
      reached.push(arrow[2] ?? "");
    } else if (opened !== null) {
      depth += 1;
      declared.push(opened[1] ?? "");
    } else if (line === "}") depth -= 1;
    else if (line !== "--") {
      expect(line).toMatch(/^\w+$/);
      declared.push(line);
    }
  }
  expect({ isNote, depth }).toEqual({ isNote: false, depth: 0 });
  const unknown = [...mentioned, ...reached].filter((id) => id !== "[*]" && !declared.includes(id));
  expect(unknown).toEqual([]);
  return { declared, reached };
}
