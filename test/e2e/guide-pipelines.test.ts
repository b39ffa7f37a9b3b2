// The user's guide, line by line: each command of its parts on pipelines works as it is written there.
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type Asked, guideScene, moduleOf } from "./guide-model.ts";

const files = {
  "lib/module.ex": moduleOf("Shop"),
  "lib/small_module.ex": moduleOf("Small"),
  "test/fixtures/sample.ex": moduleOf("Sample"),
};
/** What an analysis has much against. */
const badModule = `defmodule Bad do
  def a(x) do
    if x do
      case x do
        1 -> if x > 1 do
          cond do
            x > 2 -> if x > 3, do: (case x do
              4 -> if x do
                 if x do
                   IO.inspect(x)
                 end
              end
            end)
            true -> nil
          end
        end
      end
    end
  end
  def b(x, y, z, w, v, u, t, s) do
    try do
      Code.eval_string(x)
      String.to_atom(y)
    rescue
      _ -> nil
    end
    # TODO: fix
  end
end
`;
const chain = "analyze | refactor | test_generate";

const scene = guideScene(files);

/** The words of a line of a shell, without what is done to its output. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

function ran(line: string) {
  // Who is asked about whole folders has to be chosen.
  return scene.user.aiex(wordsOf(line), { env: { AIEX_DEFAULT_PROVIDER: "ollama" } });
}

interface Row {
  readonly line: string;
  /** Words of its steps, in order; left out where it goes through them file by file. */
  readonly steps?: readonly string[];
  /** What the model was asked for each of its files, in whatever order. */
  readonly asked: readonly Asked[];
  /** How many files it is about. */
  readonly files?: number;
  /** A file that the result is written to, and what is in it. */
  readonly writes?: readonly [path: string, has: string];
}

const rows: readonly Row[] = [
  {
    line: `pipeline --spec "${chain}" --input lib/module.ex --output results.md`,
    ...{ steps: ["analyze", "refactor", "test_generate"], asked: ["review", "refactor", "tests"] },
    writes: ["results.md", "Enum.min(list)"],
  },
  {
    line: `pipeline --spec "${chain}" --mode parallel --input lib/module.ex`,
    ...{ steps: ["analyze", "refactor", "test_generate"], asked: ["review", "refactor", "tests"] },
  },
  {
    line: 'pipeline --spec "analyze type:quality | refactor type:performance | test_generate coverage:0.9" --input lib/module.ex',
    ...{ steps: ["analyze", "refactor", "test_generate"], asked: ["review", "refactor", "tests"] },
  },
  {
    line: 'pipeline --spec "analyze | extract_insights | format_markdown" --input lib/module.ex',
    ...{ steps: ["analyze", "extract_insights", "format_markdown"], asked: ["review"] },
  },
  {
    line: 'pipeline --spec "analyze type:security | analyze type:quality" --input lib/ --output quality_report.md',
    ...{ steps: ["analyze", "analyze"], asked: ["review", "review"], files: 2 },
    writes: ["quality_report.md", "module.ex"],
  },
  {
    line: 'pipeline --spec "analyze | refactor" --input lib/small_module.ex',
    ...{ steps: ["analyze", "refactor"], asked: ["review", "refactor"] },
  },
  {
    line: 'pipeline --spec "analyze | refactor" --input lib/ --continue-on-error',
    ...{ steps: ["analyze", "refactor"], asked: ["review", "refactor"], files: 2 },
  },
  {
    line: 'pipeline --spec "analyze type:all" --input lib/ --output quality-report.json',
    ...{ steps: ["analyze"], asked: ["review"], files: 2 },
    writes: ["quality-report.json", '"schema": "aiex.pipeline/1"'],
  },
  // What is left out is the folder that it is started in.
  {
    line: `pipeline --spec "analyze | if:quality<0.8 refactor | test_generate" --mode conditional`,
    ...{ steps: ["analyze", "refactor", "test_generate"], asked: ["review", "tests"], files: 3 },
  },
  {
    line: 'pipeline --spec "analyze type:quality | refactor type:quality | test_generate coverage:0.9"',
    ...{ steps: ["analyze", "refactor", "test_generate"], asked: ["review", "refactor", "tests"], files: 3 },
  },
  {
    line: 'pipeline --spec "explain level:detailed | extract_insights | document format:markdown"',
    ...{ steps: ["explain", "extract_insights", "document"], asked: ["explain", "document"], files: 3 },
  },
  {
    line: 'pipeline --spec "analyze type:performance | refactor type:performance | explain level:advanced"',
    ...{ steps: ["analyze", "refactor", "explain"], asked: ["review", "refactor", "explain"], files: 3 },
  },
  {
    line: 'pipeline --spec "analyze | refactor type:performance | test_generate"',
    ...{ steps: ["analyze", "refactor", "test_generate"], asked: ["review", "refactor", "tests"], files: 3 },
  },
  {
    line: `pipeline --spec "analyze | refactor" --verbose`,
    ...{ steps: ["analyze", "refactor"], asked: ["review", "refactor"], files: 3 },
  },
  {
    line: `pipeline --spec "${chain}" --continue-on-error`,
    ...{ steps: ["analyze", "refactor", "test_generate"], asked: ["review", "refactor", "tests"], files: 3 },
  },
];

/** What it names without a line of its own: every mode, and every transformer. */
const named: readonly Row[] = [
  ...["sequential", "parallel", "conditional"].map(
    (mode): Row => ({
      line: `pipeline --spec "explain | document" --mode ${mode} --input lib/module.ex`,
      ...{ steps: ["explain", "document"], asked: ["explain", "document"] },
    }),
  ),
  {
    line: 'pipeline --spec "explain | document" --mode streaming --input lib/',
    ...{ asked: ["explain", "document"], files: 2 },
  },
  {
    line: 'pipeline --spec "refactor | extract_code" --input lib/module.ex',
    ...{ steps: ["refactor", "extract_code"], asked: ["refactor"] },
  },
  {
    line: 'pipeline --spec "analyze | explain | combine_results" --input lib/module.ex',
    ...{ steps: ["analyze", "explain", "combine_results"], asked: ["review", "explain"] },
  },
  {
    line: 'pipeline --spec "analyze | filter_suggestions" --input lib/module.ex',
    ...{ steps: ["analyze", "filter_suggestions"], asked: ["review"] },
  },
];

/** What looks at pipelines and runs none, and what it prints. */
const looks: readonly (readonly [line: string, has: readonly string[]])[] = [
  [`pipeline validate "${chain}"`, ["analyze", "refactor", "test_generate"]],
  ["pipeline list", ["test_generate", "extract_insights", "filter_suggestions", "split"]],
  ["pipeline examples", ["analyze | "]],
  [
    'pipeline --spec "analyze | refactor" --input test/fixtures/sample.ex --validate',
    ["analyze", "refactor"],
  ],
];

/** In place of `jq -e '.quality_score >= 7.0'`, where there is none. */
const gate = "node -e 'process.exit(JSON.parse(require(`fs`).readFileSync(0)).quality_score >= 7.0 ? 0 : 1)'";
const hasJq = spawnSync("jq", ["--version"]).status === 0;

describe("The guide on pipelines", () => {
  it.each([...rows, ...named].map((row) => [row.line, row] as const))(
    "has aiex %s",
    async (line, { steps, asked, files: count = 1, writes }) => {
      const { code, out, err } = await ran(line);
      expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
      if (writes === undefined) {
        const document = JSON.parse(out);
        expect(document).toMatchObject({ schema: "aiex.pipeline/1", status: "completed" });
        const done = document.steps.map(({ operation }: { operation: string }) => operation);
        expect(done).toEqual(steps ?? done);
      } else {
        expect(out).toBe("");
        expect(scene.user.text(writes[0])).toContain(writes[1]);
      }
      const each = Array.from({ length: count }, () => asked).flat();
      expect([...scene.model.asked()].sort()).toEqual([...each].sort());
      const left = writes === undefined ? {} : { [writes[0]]: scene.user.text(writes[0]) };
      expect(scene.user.texts()).toEqual({ ...files, ...left });
    },
    120_000,
  );

  it.each(looks)("has aiex %s", async (line, has) => {
    const { code, out, err } = await ran(line);
    expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
    for (const each of has) expect(out).toContain(each);
    expect([scene.model.asked(), scene.user.texts()]).toEqual([[], files]);
  });

  const line = 'aiex pipeline --spec "analyze type:quality" --input lib/';

  it(`has ${line} as a gate`, async () => {
    const passed = await scene.user.shell(`${line} | ${gate} && echo "Quality gate passed"`);
    expect([passed.code, passed.out]).toEqual([0, "Quality gate passed\n"]);
    for (const path of ["lib/module.ex", "lib/small_module.ex"]) scene.user.write(path, badModule);
    const failed = await scene.user.shell(`${line} | ${gate} && echo "Quality gate passed"`);
    expect([failed.code, failed.out]).toEqual([1, ""]);
  }, 60_000);

  it.skipIf(!hasJq)(
    `has ${line} | jq -e '.quality_score >= 7.0'`,
    async () => {
      const passed = await scene.user.shell(
        `${line} | jq -e '.quality_score >= 7.0' && echo "Quality gate passed"`,
      );
      expect([passed.code, passed.out]).toEqual([0, "true\nQuality gate passed\n"]);
    },
    60_000,
  );
});
