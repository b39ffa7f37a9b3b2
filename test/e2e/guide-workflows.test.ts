// The user's guide, line by line: each command of its parts on workflows works as it is written there.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Asked, guideScene, moduleOf } from "./guide-model.ts";

const files = {
  "lib/my_module.ex": moduleOf("Shop"),
  "lib/small_module.ex": moduleOf("Small"),
};

const scene = guideScene(files);

function ran(line: string) {
  return scene.user.shell(line, { AIEX_DEFAULT_PROVIDER: "ollama" });
}

interface Row {
  readonly line: string;
  readonly steps: readonly string[];
  /** What the model was asked, in whatever order. */
  readonly asked: readonly Asked[];
}

const both = <T>(each: readonly T[]): readonly T[] => [...each, ...each];

const rows: readonly Row[] = [
  {
    line: "aiex ai workflow --template code_review --context lib/my_module.ex",
    steps: ["analyze", "filter_suggestions", "refactor", "combine_results", "format_markdown"],
    asked: ["review"],
  },
  {
    line: 'aiex ai workflow --template test_generation --context lib/my_module.ex --description "Generate comprehensive test suite"',
    steps: ["analyze", "test_generate"],
    asked: ["review", "tests"],
  },
  {
    line: "aiex ai workflow --template performance_analysis --mode parallel --context lib/",
    steps: ["analyze", "refactor", "explain", "combine_results", "format_markdown"],
    asked: both(["review", "refactor", "explain"]),
  },
  {
    line: "aiex ai workflow --template documentation --context lib/my_module.ex",
    steps: ["explain", "extract_insights", "document"],
    asked: ["explain", "document"],
  },
  {
    line: "aiex ai workflow --template security_audit --context lib/my_module.ex",
    steps: ["analyze", "filter_suggestions", "refactor", "combine_results", "format_markdown"],
    asked: ["review"],
  },
];

describe("The guide on workflows", () => {
  it.each(rows.map((row) => [row.line, row] as const))(
    "has %s",
    async (line, { steps, asked }) => {
      const { code, out, err } = await ran(line);
      expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
      const document = JSON.parse(out);
      expect(document).toMatchObject({ schema: "aiex.pipeline/1", status: "completed" });
      expect(document.steps.map(({ operation }: { operation: string }) => operation)).toEqual(steps);
      expect([...scene.model.asked()].sort()).toEqual([...asked].sort());
      expect(scene.user.texts()).toEqual(files);
    },
    120_000,
  );

  it("has aiex workflow create, and aiex workflow export to a file that others take", async () => {
    const spec = "analyze type:all | refactor type:readability | test_generate";
    const created = await ran(`aiex workflow create --name "code_review" --spec "${spec}"`);
    expect({ code: created.code, err: created.code === 0 ? "" : created.err }).toEqual({ code: 0, err: "" });
    mkdirSync(join(scene.user.project, "workflows"));
    const exported = await ran('aiex workflow export --name "code_review" > workflows/code_review.yaml');
    expect([exported.code, exported.out]).toEqual([0, ""]);
    expect(scene.user.text("workflows/code_review.yaml")).toContain("refactor type:readability");
    const again = await ran("aiex workflow import workflows/code_review.yaml --name theirs");
    expect({ code: again.code, err: again.code === 0 ? "" : again.err }).toEqual({ code: 0, err: "" });
    const { code, out } = await ran("aiex workflow run theirs --input lib/my_module.ex");
    expect([code, JSON.parse(out).status]).toEqual([0, "completed"]);
    expect(scene.model.asked()).toEqual(["review", "refactor", "tests"]);
  }, 120_000);
});
