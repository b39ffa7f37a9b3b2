// An operation that asks a model as it is ordered: what is refused before anything is written down, and what its run came to.
import { beforeEach, describe, expect, test } from "vitest";
import type { OperationOutcome } from "../../../actors/operations/ask-model.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { realWorld } from "../../../runtime/index.ts";
import { Misuse } from "../../../runtime/process/failures.ts";
import { loadConfiguration } from "../../../supervisors/config.ts";
import { UnknownProvider } from "../../../supervisors/reviewer.ts";
import { type OperationOrder, operationOrder } from "../../../supervisors/runs/operation.ts";
import { operationDocument } from "../../../supervisors/runs/operation-end.ts";

const home = "/home/ada";
const key = { OPENAI_API_KEY: "sk-x" };
let files = memoryFileSystem();

beforeEach(() => {
  files = memoryFileSystem();
  files.putFile("/project/src/a.ts", "export {};\n");
});

async function ordered(order: OperationOrder, env: Readonly<Record<string, string>> = key) {
  // The prompts of the package are where the package is.
  const { files: real } = realWorld();
  const readFile: typeof real.readFile = (path, options) =>
    path.startsWith("/home/ada") ? files.readFile(path, options) : real.readFile(path, options);
  const configuration = await loadConfiguration({ world: { files }, env, home });
  return operationOrder({ files: { ...files, readFile }, configuration, directory: "/project" }, order);
}

const explain = { operation: "explain", input: { file: "src/a.ts" } } as const;

describe("The order of an operation", () => {
  test("carries who is asked, and the prompts that it was begun with", async () => {
    const order = await ordered({ ...explain, shown: { format: "text" }, session: {} });
    expect(order).toMatchObject({
      kind: "explain",
      title: "Explanation of src/a.ts",
      asks: true,
      request: { shown: { format: "text" } },
      session: { directory: "/project" },
    });
    const input = order.plan.steps[0]?.input as Readonly<Record<string, object>>;
    expect(input.asked).toMatchObject({ who: { provider: "openai" }, isChosen: false });
    expect(Object.keys(input.prompts ?? {}).toSorted()).toEqual(["explain", "repair"]);
  });

  test("knows whether the person has chosen who is asked, and which of its models", async () => {
    const order = await ordered({ ...explain, provider: "openai", model: "small", asks: false });
    const input = order.plan.steps[0]?.input as { readonly asked: object };
    expect(input.asked).toMatchObject({ who: { model: "small" }, model: "small", isChosen: true });
    expect(order.asks).toBe(false);
  });

  test("is refused for an operation that there is none of", async () => {
    const refused = ordered({ operation: "translate", input: {} });
    await expect(refused).rejects.toBeInstanceOf(Misuse);
    await expect(refused).rejects.toThrow('There is no operation "translate".');
  });

  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ["lacks what is needed", {}, /file/],
    ["has what nobody knows", { file: "src/a.ts", depth: 3 }, /depth/],
    ["has a word that is none of the choices", { file: "src/a.ts", level: "expert" }, /level/],
  ])("is refused where its input %s", async (_, input, problem) => {
    const refused = ordered({ operation: "explain", input });
    await expect(refused).rejects.toBeInstanceOf(Misuse);
    await expect(refused).rejects.toThrow(/^The input of explain is wrong: /);
    await expect(refused).rejects.toThrow(problem);
  });

  test("is refused where nobody is set up who could be asked", async () => {
    const refused = ordered(explain, {});
    await expect(refused).rejects.toBeInstanceOf(UnknownProvider);
    await expect(refused).rejects.toMatchObject({
      code: "no_provider",
      message: expect.stringMatching(/^No language model is set up that explains this\. /),
    });
  });

  test("is refused where a key alone would send what nobody named", async () => {
    const refused = ordered({ operation: "refactor", input: { file: "src" } });
    await expect(refused).rejects.toMatchObject({
      code: "unknown_provider",
      message: expect.stringMatching(/^No provider was chosen: .* The entries are: .*openai/),
    });
    expect(await ordered({ operation: "refactor", input: { file: "src/a.ts" } })).toMatchObject({
      kind: "refactor",
    });
  });

  test("is refused where a prompt of the user's is wrong, which is named", async () => {
    files.putFile(`${home}/.config/aiex/templates/explain.md`, "Explain it.\n");
    await expect(ordered(explain)).rejects.toThrow(`${home}/.config/aiex/templates/explain.md`);
  });
});

describe("The end of an operation", () => {
  const end = (output: OperationOutcome) => operationDocument({ output });

  test("is its document", () => {
    const document = { schema: "aiex.explanation/1", summary: "Nothing." };
    expect(end({ ok: true, document } as unknown as OperationOutcome)).toEqual(document);
  });

  test("is a failure with its code and whether it may be tried again", () => {
    const failed = { ok: false, code: "deadline", message: "It took too long.", retryable: true } as const;
    expect(() => end(failed as unknown as OperationOutcome)).toThrow(
      expect.objectContaining({ code: "deadline", message: "It took too long.", retryable: true }),
    );
    const refused = { ok: false, code: "declined", message: "Nothing was sent." } as const;
    expect(() => end(refused as unknown as OperationOutcome)).toThrow(
      expect.objectContaining({ code: "declined", retryable: false }),
    );
  });
});
