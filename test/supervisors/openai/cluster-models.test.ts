// Which models can be asked for where several nodes have some.
import { describe, expect, it } from "vitest";
import { clusterModels, mergedModels } from "../../../supervisors/openai/cluster-models.ts";

const look = (...names: readonly string[]) => ({ at: 1, tookMs: 1, models: names.map((name) => ({ name })) });

describe("The models of a cluster", () => {
  it("are those of every node, each entry once, with all that any node has", () => {
    const replies = [
      { node: "own", value: [{ entry: "main", kind: "openai", look: look("gpt-5") }] },
      {
        node: "other",
        value: [
          { entry: "main", kind: "openai", look: look("gpt-5", "gpt-6") },
          { entry: "local", kind: "ollama", look: undefined },
        ],
      },
    ];
    expect(mergedModels({ replies })).toEqual([
      { entry: "main", kind: "openai", models: [{ name: "gpt-5" }, { name: "gpt-6" }] },
      { entry: "local", kind: "ollama", models: [] },
    ]);
  });

  it.each([
    undefined,
    null,
    "busy",
    {},
    [{ entry: 1 }],
    [{ entry: "a", kind: "b", look: { models: "many" } }],
  ])("are told without a node that says %j", (value) => {
    const replies = [
      { node: "odd", value },
      { node: "own", value: [{ entry: "main", kind: "openai", look: look("gpt-5") }] },
    ];
    expect(mergedModels({ replies }).map(({ entry }) => entry)).toEqual(["main"]);
  });

  it("are asked of the own node and of all that it is in touch with", async () => {
    const asked: unknown[] = [];
    const node = {
      name: "own",
      nodes: () => [{ name: "beta", incarnation: 1, hidden: false, place: "memory" }],
      multiCall: async (...given: readonly unknown[]) => {
        asked.push(given.slice(0, 3));
        return { replies: [], badNodes: ["own", "beta"] };
      },
    };
    expect(await clusterModels(node)).toEqual([]);
    expect(asked).toEqual([[["own", "beta"], "llm.health", "look"]]);
  });
});
