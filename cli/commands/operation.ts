// `aiex ai explain` and the other commands that have a model do one thing: made into runs that are followed to their results.
import type { OperationOrder } from "../../supervisors/runs/operation.ts";
import { askedOf } from "../analysis-asked.ts";
import type { Asking } from "../asking.ts";
import { codeFromStdin } from "../code-from-stdin.ts";
import { onUnknownWords } from "../command-tables/runs.ts";
import { checkDestination, destinationOf } from "../destination.ts";
import type { ExitCode } from "../exit-codes.ts";
import { operationProgress } from "../followed-operation.ts";
import { numberValue, optionValue } from "../parse.ts";
import { placementOf } from "../placement.ts";
import { showResult } from "../run-end.ts";
import { readSettings } from "../settings.ts";
import { type Work, worked, workPlace } from "../work.ts";

export const explain = (asking: Asking): Promise<ExitCode> =>
  operate(asking, "explain", async () => ({
    ...(await fileInput(asking)),
    level: optionValue(asking.parsed, "level"),
    focus: optionValue(asking.parsed, "focus"),
  }));

/** @param input reads what the operation is given; what is undefined in it is left out */
async function operate(
  asking: Asking,
  operation: string,
  input: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const topic = parsed.command.words.join(" ");
  const file = optionValue(parsed, "file");
  const destination = destinationOf({
    format: parsed.options.has("format") ? optionValue(parsed, "format") : undefined,
    output: optionValue(parsed, "output"),
    topic,
  });
  // What is wrong with where it is to be is said before anything else is looked at.
  placementOf(parsed, host);
  if (destination.path !== undefined) {
    await checkDestination(host.world.files, destination.path, file === "-" ? undefined : file, topic);
  }
  const settings = await readSettings(host, interruption);
  const placement = await workPlace(asking, settings);
  const given = Object.entries(await input()).filter(([, value]) => value !== undefined);
  const order: OperationOrder = { ...boundsOf(asking), operation, input: Object.fromEntries(given) };
  const work: Work = {
    order: (over) =>
      settings.operation({
        ...order,
        shown: askedOf(destination.format, { failUnder: undefined, allowPartial: false }),
        ...over,
      }),
    needsFiles: file !== "-",
    mayAsk: true,
    view: () => operationProgress(host),
  };
  const done = await worked(asking, settings, placement, work);
  if ("code" in done) return done.code;
  return showResult(host, done.result, { format: undefined, destination });
}

function boundsOf({ parsed }: Asking): Omit<OperationOrder, "operation" | "input"> {
  const onUnknown = optionValue(parsed, "on-unknown");
  return {
    provider: optionValue(parsed, "provider"),
    model: optionValue(parsed, "model"),
    onUnknown: onUnknownWords.find((word) => word === onUnknown),
    deadlineMs: numberValue(parsed, "deadline"),
    costUsdMax: numberValue(parsed, "max-cost"),
  };
}

/** The file that --file names, or the text that arrives in its place. */
async function fileInput({ parsed, host, interruption }: Asking): Promise<{ file: string; text?: string }> {
  const file = optionValue(parsed, "file") ?? "";
  if (file !== "-") return { file };
  const bytes = await codeFromStdin(host, interruption);
  return { file: optionValue(parsed, "stdin-name") ?? "stdin", text: new TextDecoder().decode(bytes) };
}
