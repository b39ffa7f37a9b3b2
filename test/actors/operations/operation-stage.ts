// A stage for operations that ask a model: files in memory, a scripted model, and what the run of the operation wrote down.
import { type AnswerCache, noAnswerCache } from "../../../actors/analysis/answer-cache.ts";
import type { AskedModel, OperationOutcome } from "../../../actors/operations/ask-model.ts";
import { operationsThatAsk, planOfOperation } from "../../../actors/operations/model-operations.ts";
import { builtInTemplate } from "../../../actors/prompts/built-in.ts";
import { templateNames } from "../../../actors/prompts/names.ts";
import type { Template } from "../../../actors/prompts/template.ts";
import type { WorkspaceAccess } from "../../../actors/workspace/access.ts";
import { sourceTextOf } from "../../../actors/workspace/source-text.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { besideCoordinator, type Script } from "./scripted-coordinator.ts";
import { type StageOptions, StepStage } from "./step-stage.ts";

export const asked: AskedModel = {
  who: {
    provider: "work",
    kind: "openai",
    model: "model-1",
    host: "models.example",
    place: "network",
    price: { inputPerMillion: 1, outputPerMillion: 10 },
  },
  isChosen: true,
  limits: { tokensMax: 10_000, costUsdMax: 10 },
};

const { files } = realWorld();
const prompts = Object.fromEntries(
  await Promise.all(
    templateNames.map(async (name) => [name, (await builtInTemplate(files, name)).template] as const),
  ),
);

export interface Operated {
  /** By path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly script: Script;
  readonly asked?: AskedModel;
  readonly answer?: StageOptions["answer"];
  readonly stage?: StepStage;
  /** What else the workspace answers. */
  readonly workspace?: Partial<WorkspaceAccess>;
  /** Says what parsers would say. */
  readonly cache?: AnswerCache;
  /** In place of those of the package, by name. */
  readonly prompts?: Readonly<Record<string, Template>>;
}

/** A workspace that holds these files and nothing else. */
function filesOf(contents: Readonly<Record<string, string>>): Pick<WorkspaceAccess, "read"> {
  return {
    read: async ({ path }) => {
      const text = contents[path];
      if (text === undefined) return { ok: false, code: "file_not_found", message: `There is no "${path}".` };
      const bytes = new TextEncoder().encode(text);
      const limits = { fileBytesMax: 100_000, lineCharactersMax: 10_000 };
      return {
        ok: true,
        bytes: bytes.length,
        realPath: `/work/${path}`,
        source: sourceTextOf(bytes, bytes.length, limits),
      };
    },
  };
}

/** Carries out an operation as a run does; what the model was asked is in `orders`. */
export async function operated(
  operation: string,
  input: unknown,
  { files: contents = {}, script, answer, ...given }: Operated,
) {
  const stage =
    given.stage ??
    new StepStage({
      workspace: { ...filesOf(contents), ...given.workspace },
      ...(answer === undefined ? {} : { answer }),
    });
  let outcome: OperationOutcome | undefined;
  const orders = await besideCoordinator(script, async () => {
    const plan = planOfOperation({
      operation,
      input,
      asked: given.asked ?? asked,
      prompts: { ...prompts, ...given.prompts },
    });
    const operations = operationsThatAsk({ cache: given.cache ?? noAnswerCache, parsers: 1 });
    outcome = (await stage.run(plan, operations)) as OperationOutcome;
  });
  if (outcome === undefined) throw new Error("It came to nothing.");
  return { outcome, orders, stage };
}
