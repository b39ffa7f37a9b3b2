// The test kit's public surface (`aiex/testing`): the runtime's, and a provider of language models that answers from a script.
import type { CompletionRequest } from "./llm/completion.ts";
import type { Provider } from "./llm/provider.ts";
import { type ScriptedOptions, ScriptedProvider } from "./llm/providers/scripted.ts";
import type { Script } from "./llm/providers/scripted-answers.ts";

export * from "../runtime/testing/index.ts";
export type { Completion, CompletionRequest } from "./llm/completion.ts";
export type { ModelEvent, ToolCall, Usage } from "./llm/model-event.ts";
export { type Model, type Provider, type ProviderContext, ProviderError } from "./llm/provider.ts";
export type { Script, ScriptedAnswer } from "./llm/providers/scripted-answers.ts";
export type { ScriptedOptions };

/** A provider that answers from a script. */
export interface TestProvider extends Provider {
  /** What it was asked so far, in order. */
  readonly requests: readonly CompletionRequest[];
}

/**
 * A provider that answers as its script says, with its pauses in the time of the world that it is asked in.
 * @param script what it answers, or the path of a file with that, which is read when it is asked first
 */
export function scriptedProvider(
  script: Script | string,
  options: Omit<ScriptedOptions, "script"> = {},
): TestProvider {
  const provider = new ScriptedProvider({ ...options, script });
  const requests: CompletionRequest[] = [];
  return {
    kind: provider.kind,
    secrets: provider.secrets,
    requests,
    complete: (request, context) => {
      requests.push(request);
      return provider.complete(request, context);
    },
    models: (context) => provider.models(context),
  };
}
