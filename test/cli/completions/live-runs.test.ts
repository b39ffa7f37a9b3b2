// Ids of runs for completion, from folders as commands leave them.
import { describe, expect, it } from "vitest";
import { encodeSummary } from "../../../actors/runs/stores/summary-codec.ts";
import { liveRunLines, liveRuns } from "../../../cli/completions/live-runs.ts";
import { liveRunsMax } from "../../../cli/limits.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { scriptedRun, summaryOf } from "../runs-stage.ts";

const folder = "/home/ann/.local/share/aiex/runs";

async function linesOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const world = simulatedWorld();
  const read = async (): Promise<string> => {
    for (const [path, content] of Object.entries(files)) {
      const at = `${folder}/${path}`;
      await world.files.makeDirectory(at.slice(0, at.lastIndexOf("/")), { mode: 0o700 });
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await world.files.writeFile(at, bytes, { mode: 0o600 });
    }
    return liveRunLines(await liveRuns(world.files, folder));
  };
  return world.until(read());
}

describe("liveRuns()", () => {
  it("offers the runs that are there with their state and title, the newest first", async () => {
    const early = { ...summaryOf(scriptedRun()), createdAt: 1 };
    const late = {
      ...summaryOf(scriptedRun({ title: "Analysis of test" })),
      createdAt: 2,
      phase: "done",
    } as const;
    expect(
      await linesOf({
        "q3jz5k2maaaaaaaa/summary.json": encodeSummary(early),
        "bbbbbbbbaaaaaaaa/summary.json": encodeSummary(late),
      }),
    ).toBe("bbbbbbbbaaaaaaaa\tdone, Analysis of test\nq3jz5k2maaaaaaaa\trunning, Analysis of src\n");
  });

  it("offers nothing where no run was ever made", async () => {
    expect(await linesOf({})).toBe("");
  });

  it.each([
    ["empty", ""],
    ["cut off", '{"summary":{"title":"x'],
    ["no object", "7"],
    ["of another shape", '{"summary":{"title":7,"phase":null,"createdAt":"x"}}'],
    ["huge", "x".repeat(100_000)],
  ])("offers the bare id of a run whose summary is %s", async (_name, text) => {
    expect(await linesOf({ "q3jz5k2maaaaaaaa/summary.json": text })).toBe("q3jz5k2maaaaaaaa\n");
  });

  it("takes nothing for a run that no run is called, such as what a shell would act on", async () => {
    const files = { "$(touch owned)aa/summary.json": "{}", "short/summary.json": "{}", lock: "" };
    expect(await linesOf(files)).toBe("");
  });

  it("keeps a hostile title on its line", async () => {
    const title = "a\tb\n\u001b]0;x\u0007";
    const summary = { ...summaryOf(scriptedRun()), title };
    const lines = await linesOf({ "q3jz5k2maaaaaaaa/summary.json": JSON.stringify({ summary }) });
    expect(lines).toMatch(/^q3jz5k2maaaaaaaa\trunning, [\x20-\x7e]*\n$/);
  });

  it("offers the newest alone where there are very many", async () => {
    const letters = "abcdefghijklmnopqrstuvwxyz";
    const ids = Array.from({ length: liveRunsMax + 20 }, (_, n) => {
      const [first = "", second = ""] = [letters[Math.floor(n / 26)], letters[n % 26]];
      return `${first}${second}${"a".repeat(14)}`;
    });
    const files = ids.map((id, createdAt) => [
      `${id}/summary.json`,
      JSON.stringify({ summary: { createdAt } }),
    ]);
    const lines = (await linesOf(Object.fromEntries(files))).split("\n");
    expect(lines).toHaveLength(liveRunsMax + 1);
    expect(lines[0]).toBe(ids.at(-1));
  });
});
