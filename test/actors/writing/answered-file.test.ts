// The one file that was asked for, in what a model answers.
import { describe, expect, it } from "vitest";
import { answeredFile } from "../../../actors/writing/answered-file.ts";
import { answeredCharactersMax } from "../../../actors/writing/limits.ts";

const typescript = { language: "typescript" } as const;

describe("answeredFile()", () => {
  it("gives the file and what is said of it", () => {
    expect(answeredFile("It adds.\n`````ts\nadd();\n`````", typescript)).toEqual({
      ok: true,
      text: "add();\n",
      remarks: "It adds.",
    });
  });

  it("takes a single part whatever it calls itself", () => {
    expect(answeredFile("```whatever\nadd();\n```", typescript)).toMatchObject({ text: "add();\n" });
  });

  it("tells the file from an example in another language", () => {
    const answer = "```ts\nadd();\n```\nRun it:\n```sh\nnode add.ts\n```";
    expect(answeredFile(answer, typescript)).toMatchObject({ ok: true, text: "add();\n" });
  });

  it("knows documentation among code", () => {
    const answer = "```ts\nadd();\n```\n`````md\n# Add\n`````";
    expect(answeredFile(answer, { language: null })).toMatchObject({ ok: true, text: "# Add\n" });
  });

  it.each([
    ["no part at all", "export const a = 1;", "holds no file"],
    ["an empty part", "```ts\n```", "holds no file"],
    ["nothing", "", "holds no file"],
    ["a part that was cut off", "```ts\nexport const", "ends in the middle"],
    ["two files", "```ts\na();\n```\n```ts\nb();\n```", "2 separate parts"],
    ["two of other languages", "```sh\na\n```\n```py\nb\n```", "2 separate parts"],
    ["one that is too long", `\`\`\`\n${"x".repeat(answeredCharactersMax)}\n\`\`\``, "longer than"],
    ["NUL characters", "```\na\0b\n```", "control characters"],
    ["what stands for a secret that was hidden", '```\nconst key = "[masked]";\n```', "only stands for"],
    ["text that is hidden from who reads it", "```\nif (a /*\u202e*/) {}\n```", "cannot be seen"],
  ])("refuses %s and says so", (_, answer, problem) => {
    const answered = answeredFile(answer, typescript);
    expect(answered.ok === false && answered.problem).toContain(problem);
  });
});
