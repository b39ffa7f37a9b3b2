import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { realWorld } from "../../runtime/index.ts";
import { AnalysisFailed, InputRefused, loadConfiguration, startAiex } from "../../supervisors/aiex.ts";
import { loseSteps, withoutRetries } from "./lost-step.ts";

let home = "";

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-home-"));
});

afterEach(() => rm(home, { recursive: true, force: true }));

test("An analysis that is given up while it starts ends at once, and analyzes nothing", async () => {
  const world = realWorld();
  const configuration = await loadConfiguration({ world, env: {}, home });
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

test("An input that cannot be read is refused with a code, and the library goes on", async () => {
  const world = realWorld();
  const configuration = await loadConfiguration({ world, env: {}, home });
  const aiex = await startAiex({ world, configuration });
  const analyze = (path: string) => aiex.analyze({ input: { kind: "path", path }, type: "all" });
  await expect(analyze("no/such/file.ts")).rejects.toThrow(InputRefused);
  await expect(analyze("no/such/file.ts")).rejects.toMatchObject({ code: "file_not_found" });
  await expect(analyze(process.execPath)).rejects.toMatchObject({ code: "binary_file" });
  const bytes = new TextEncoder().encode("eval(x)\n");
  const report = await aiex.analyze({ input: { kind: "text", name: "a.js", bytes }, type: "all" });
  expect(report.files).toMatchObject([{ path: "a.js", findings: [{ rule: "javascript/eval" }] }]);
  await aiex.stop();
});

test("A minified file of a directory is passed over in words, and read where it is named", async () => {
  const directory = await mkdtemp(join(tmpdir(), "aiex-minified-"));
  const world = realWorld();
  const configuration = await loadConfiguration({ world, env: {}, home });
  const aiex = await startAiex({ world, configuration });
  try {
    await writeFile(join(directory, "app.min.js"), "eval(x)\n");
    await writeFile(join(directory, "app.js"), "eval(x)\n");
    const analyze = (path: string) => aiex.analyze({ input: { kind: "path", path }, type: "all" });
    const { files } = await analyze(directory);
    expect(files).toMatchObject([
      { path: "app.js", status: "analyzed", findings: [{ rule: "javascript/eval" }] },
      { path: "app.min.js", status: "skipped", reason: expect.stringContaining("minified"), findings: [] },
    ]);
    const named = await analyze(join(directory, "app.min.js"));
    expect(named.files).toMatchObject([{ status: "analyzed", findings: [{ rule: "javascript/eval" }] }]);
  } finally {
    await aiex.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

test("A review that no model is configured for changes nothing, whatever the input is", async () => {
  const world = realWorld();
  const configuration = await loadConfiguration({ world, env: {}, home });
  const aiex = await startAiex({ world, configuration });
  const review = {
    onDisclosure: () => {
      throw new Error("Nothing is sent.");
    },
  };
  const bytes = new TextEncoder().encode("eval(x)\n");
  const input = { kind: "text", name: "a.js", bytes } as const;
  const plain = await aiex.analyze({ input, type: "all" });
  expect(await aiex.analyze({ input, type: "all", review })).toEqual(plain);
  expect(plain).toMatchObject({ model: null, files: [{ findings: [{ rule: "javascript/eval" }] }] });
  const missing = { kind: "path", path: "no/such/file.ts" } as const;
  const refused = aiex.analyze({ input: missing, type: "all", review });
  await expect(refused).rejects.toMatchObject({ code: "file_not_found" });
  await aiex.stop();
});

test("An analysis whose parts are lost for good fails in words, and the library goes on", async () => {
  const world = realWorld();
  const configuration = await loadConfiguration({ world, env: {}, home });
  const aiex = await startAiex({ world, configuration: withoutRetries(configuration) });
  loseSteps(aiex.node, "analyze.list");
  const failed = aiex.analyze({ input: { kind: "path", path: "runtime/process" }, type: "all" });
  await expect(failed).rejects.toBeInstanceOf(AnalysisFailed);
  await expect(failed).rejects.toThrow(
    /^The analysis could not be brought to an end\. Step "list" failed: .*kill/,
  );
  const bytes = new TextEncoder().encode("eval(x)\n");
  const report = await aiex.analyze({ input: { kind: "text", name: "a.js", bytes }, type: "all" });
  expect(report.complete).toBe(true);
  await aiex.stop();
});
