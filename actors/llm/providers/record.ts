// Writes down what a provider answers, so that a scripted one can answer the same: each answer as a line of JSON, with its pauses
// and its failures, and with nothing secret in it.
import { dirname } from "node:path";
import { FileError } from "../../../runtime/file-system.ts";
import { escapeJson } from "../../../runtime/observe/sanitize.ts";
import type { Completion, CompletionRequest } from "../completion.ts";
import type { ModelEvent } from "../model-event.ts";
import { type Provider, type ProviderContext, ProviderError } from "../provider.ts";
import { recordedAnswer, type TimedEvent } from "./recorded-answer.ts";

export interface RecordOptions {
  /** The entry of llm.providers that answers. */
  readonly entry: string;
  /** Path of the file that answers are added to; it is made for its user alone where there is none. */
  readonly file: string;
}

/** A provider that does the same, and writes it down. A file that cannot be written ends requests before they are sent. */
export function recorded(provider: Provider, options: RecordOptions): Provider {
  const { kind, secrets } = provider;
  const embed = provider.embed?.bind(provider);
  const close = provider.close?.bind(provider);
  return {
    kind,
    secrets,
    complete: (request, context) => record(provider, request, context, options),
    models: (context) => provider.models(context),
    ...(embed === undefined ? {} : { embed }),
    ...(close === undefined ? {} : { close }),
  };
}

async function record(
  provider: Provider,
  request: CompletionRequest,
  context: ProviderContext,
  { entry, file }: RecordOptions,
): Promise<Completion> {
  const { clock } = context.world;
  await add(context, file, "");
  const events: TimedEvent[] = [];
  const beganMs = clock.now();
  const hear = (event: ModelEvent): void => {
    events.push({ event, atMs: clock.now() - beganMs });
    context.hear?.(event);
  };
  const write = (end: Completion | ProviderError): Promise<void> => {
    const tookMs = clock.now() - beganMs;
    const answer = recordedAnswer({ entry, request, events, end, tookMs, secrets: provider.secrets });
    return add(context, file, `${escapeJson(JSON.stringify(answer))}\n`);
  };
  let completion: Completion;
  try {
    completion = await provider.complete(request, { ...context, hear });
  } catch (thrown) {
    // What its caller gave up says nothing of the provider.
    if (thrown instanceof ProviderError && !context.signal.aborted) await write(thrown);
    throw thrown;
  }
  await write(completion);
  return completion;
}

async function add({ world: { files } }: ProviderContext, path: string, text: string): Promise<void> {
  try {
    await files.makeDirectory(dirname(path), { mode: 0o700 });
    await files.appendFile(path, new TextEncoder().encode(text), { mode: 0o600 });
  } catch (thrown) {
    if (!(thrown instanceof FileError)) throw thrown;
    throw new ProviderError(
      "invalid_request",
      `Its answers cannot be recorded. ${thrown.message} Name another file in llm.record, or none.`,
      { cause: thrown },
    );
  }
}
