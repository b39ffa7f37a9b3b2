// Documenting: what is asked, which pages are taken, and that nothing of a page is fetched, run or followed by a viewer.
import { describe, expect, it } from "vitest";
import { operated } from "./operation-stage.ts";
import { type Spoken, says, speaks } from "./scripted-coordinator.ts";

const files = { "mean.py": "def mean(xs):\n    return sum(xs) / len(xs)\n" };
const page =
  "# Means\n\nComputes means.\n\n## `mean`\n\nDivides.\n\n```python\n## `nothing`\nmean([1, 2])\n```";

function answers(text: string, over: Parameters<typeof says>[1] = {}): Spoken {
  return speaks([text.slice(0, 9), text.slice(9)], says(text, over));
}

describe("document", () => {
  it("gives the page, with the names that it is about", async () => {
    const { outcome, orders } = await operated(
      "document",
      { file: "mean.py" },
      { files, script: () => answers(page) },
    );
    expect(outcome).toMatchObject({
      ok: true,
      document: {
        ...{ schema: "aiex.documentation/1", file: "mean.py", language: "python", title: "Means" },
        ...{ sections: ["mean"], markdown: `${page}\n`, complete: true },
        model: { prompt: expect.stringMatching(/^document@\d+$/), rounds: 1 },
      },
    });
    expect(orders[0]?.request.answer_schema).toBeUndefined();
    expect(JSON.stringify(orders)).toContain("1| def mean(xs):");
  });

  it("takes a page out of the fence around it", async () => {
    const fenced = `\`\`\`markdown\n${page.replaceAll("```", "~~~")}\n\`\`\``;
    const { outcome } = await operated(
      "document",
      { file: "mean.py" },
      { files, script: () => answers(fenced) },
    );
    expect(outcome).toMatchObject({ ok: true, document: { title: "Means", sections: ["mean"] } });
  });

  it.each([
    ["Here you are.", "heading of the first level"],
    ["# Means\n\n## `median`\n\nNo.", '"median"'],
  ])("asks again where it is answered with %j", async (bad, problem) => {
    const { outcome, orders } = await operated(
      "document",
      { file: "mean.py" },
      {
        files,
        script: (_, index) => answers(index === 0 ? bad : page),
      },
    );
    expect(outcome).toMatchObject({ ok: true, document: { model: { rounds: 2 } } });
    expect(orders[1]?.request.messages.at(-1)?.content).toContain(problem);
  });

  it("marks a page that broke off", async () => {
    const { outcome } = await operated(
      "document",
      { file: "mean.py" },
      {
        files,
        script: () => answers("# Means\n\nComp", { finish: "partial" }),
      },
    );
    expect(outcome).toMatchObject({ ok: true, document: { complete: false, markdown: "# Means\n\nComp\n" } });
  });
});
