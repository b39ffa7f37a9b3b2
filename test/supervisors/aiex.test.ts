import { expect, test } from "vitest";
import { realWorld } from "../../runtime/index.ts";
import { loadConfiguration, startAiex } from "../../supervisors/aiex.ts";

test("An analysis that is given up while it starts ends at once, and analyzes nothing", async () => {
  const world = realWorld();
  const configuration = await loadConfiguration({ world, env: {}, home: "/nowhere" });
  const aiex = await startAiex({ world, configuration });
  const controller = new AbortController();
  const analyzed: string[] = [];
  const asked = aiex.analyze({
    input: { kind: "path", path: "runtime/process" },
    type: "all",
    onProgress: ({ path }) => analyzed.push(path),
    signal: controller.signal,
  });
  controller.abort(new Error("given up"));
  await expect(asked).rejects.toThrow("given up");
  expect(analyzed.filter((path) => path !== "")).toEqual([]);
  await aiex.stop();
});
