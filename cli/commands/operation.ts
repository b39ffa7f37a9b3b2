// `aiex ai explain` and the other commands that have a model do one thing: made into runs that are followed to their results.

import type { Explanation } from "../../actors/operations/explain.ts";
import type { ExplanationAbout } from "../../actors/rendering/explanation.ts";
import { AiexError } from "../../runtime/errors.ts";
import type { OperationOrder } from "../../supervisors/runs/operation.ts";
import { askedOf } from "../analysis-asked.ts";
import type { Asking } from "../asking.ts";
import { codeFromStdin } from "../code-from-stdin.ts";
import { editModeWords } from "../command-tables/operations.ts";
import { reportFormatWords } from "../command-tables/options.ts";
import { onUnknownWords } from "../command-tables/runs.ts";
import { checkDestination, destinationOf } from "../destination.ts";
import type { ExitCode } from "../exit-codes.ts";
import { LiveExplanation } from "../followed-explanation.ts";
import { operationProgress } from "../followed-operation.ts";
import { showHunk } from "../hunk-shown.ts";
import { numberValue, optionValue } from "../parse.ts";
import { placementOf } from "../placement.ts";
import { Questioner } from "../question.ts";
import { showResult } from "../run-end.ts";
import { sessionChoice } from "../session-choice.ts";
import { readSettings } from "../settings.ts";
import { UsageError } from "../usage.ts";
import { type Work, worked, workPlace } from "../work.ts";

type EditMode = (typeof editModeWords)[number];

/** What would be asked is denied where nobody can answer. */
class NobodyToAsk extends AiexError {
  readonly code = "answer_needed";
  constructor() {
    super(
      "--interactive asks about each hunk, and nobody is at a terminal. Look at the changes with --preview, and make them with --apply.",
    );
  }
}

export const explain = (asking: Asking): Promise<ExitCode> => {
  const { parsed, host } = asking;
  const level = optionValue(parsed, "level");
  const focus = optionValue(parsed, "focus");
  const named = optionValue(parsed, "file") ?? "";
  const file = named === "-" ? (optionValue(parsed, "stdin-name") ?? "stdin") : named;
  const about = { file, level, focus } as ExplanationAbout;
  return operate(asking, "explain", async () => ({ ...(await fileInput(asking)), level, focus }), {
    live: () => new LiveExplanation(host, about),
  });
};

export const refactor = (asking: Asking): Promise<ExitCode> =>
  operate(asking, "refactor", async () => {
    const mode = editMode(asking) ?? "preview";
    const { parsed } = asking;
    const verify = parsed.options.has("verify");
    return { ...(await fileInput(asking)), type: optionValue(parsed, "type"), mode, verify };
  });

/** A page; or comments in the source, where one of the ways of changing it is given. */
export const document = (asking: Asking): Promise<ExitCode> => {
  if (!editModeWords.some((word) => asking.parsed.options.has(word)))
    return operate(asking, "document", () => fileInput(asking));
  return operate(asking, "document_comments", async () => {
    const mode = editMode(asking);
    return { ...(await fileInput(asking)), mode };
  });
};

export const generate = (asking: Asking): Promise<ExitCode> => {
  const { parsed } = asking;
  return make(asking, "generate", {
    type: optionValue(parsed, "type"),
    requirements: optionValue(parsed, "requirements"),
    context: optionValue(parsed, "context"),
  });
};

export const testGenerate = (asking: Asking): Promise<ExitCode> => {
  const { parsed } = asking;
  return make(asking, "test_generate", {
    file: optionValue(parsed, "file"),
    coverage: numberValue(parsed, "coverage"),
  });
};

/** Here --output is the file that is made; a word for a format is one. */
function make(
  asking: Asking,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const output = optionValue(asking.parsed, "output");
  const isWord = output === "-" || reportFormatWords.some((word) => word === output);
  const { options, command } = asking.parsed;
  const file = isWord ? undefined : output;
  const verify = options.has("verify");
  if (verify && file === undefined) {
    const problem =
      "--verify runs your checks with the file in its place. Say with --output where that is to be.";
    throw new UsageError(problem, command.words.join(" "));
  }
  return operate(
    asking,
    operation,
    async () => ({ ...input, output: file, force: options.has("force"), verify }),
    {
      output: isWord ? output : "-",
    },
  );
}

interface Shown {
  /** Where the result goes, where that is not for --output to say. */
  readonly output?: string | undefined;
  /** Shows the answer to a person while it is written. */
  readonly live?: () => LiveExplanation;
}

/**
 * @param input reads what the operation is given; what is undefined in it is left out
 */
async function operate(
  asking: Asking,
  operation: string,
  input: () => Promise<Readonly<Record<string, unknown>>>,
  shown: Shown = {},
): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const topic = parsed.command.words.join(" ");
  const file = optionValue(parsed, "file");
  const destination = destinationOf({
    format: parsed.options.has("format") ? optionValue(parsed, "format") : undefined,
    output: "output" in shown ? shown.output : optionValue(parsed, "output"),
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
  const isSeen =
    destination.format === "text" && destination.path === undefined && host.stdout.isTTY === true;
  const seen = isSeen && placement === undefined ? shown.live?.() : undefined;
  const work: Work = {
    order: (over) =>
      settings.operation({
        ...order,
        shown: askedOf(destination.format, { failUnder: undefined, allowPartial: false }),
        ...over,
      }),
    needsFiles: file !== "-",
    mayAsk: true,
    shown: (question) => showHunk(host, question),
    view: () => seen ?? operationProgress(host),
  };
  const done = await worked(asking, settings, placement, work);
  if ("code" in done) return done.code;
  const { result } = done;
  const isShown =
    result.kind === "operation" &&
    (await seen?.concluded(result.document as unknown as Explanation)) === true;
  return showResult(host, result, { format: undefined, destination, isShown });
}

function boundsOf({ parsed }: Asking): Omit<OperationOrder, "operation" | "input"> {
  const onUnknown = optionValue(parsed, "on-unknown");
  return {
    provider: optionValue(parsed, "provider"),
    model: optionValue(parsed, "model"),
    session: sessionChoice(parsed),
    onUnknown: onUnknownWords.find((word) => word === onUnknown),
    deadlineMs: numberValue(parsed, "deadline"),
    costUsdMax: numberValue(parsed, "max-cost"),
  };
}

/** What becomes of the changes; undefined where nothing is said of it. @throws {UsageError} several things at once; {Refused} nobody is there to be asked */
function editMode({ parsed, host }: Asking): EditMode | undefined {
  const given = editModeWords.filter((word) => parsed.options.has(word));
  const topic = parsed.command.words.join(" ");
  if (given.length > 1) {
    throw new UsageError(`--${given[0]} and --${given[1]} cannot both be meant. Give one of them.`, topic);
  }
  const mode = given[0];
  if (mode !== undefined && mode !== "preview" && optionValue(parsed, "file") === "-") {
    throw new UsageError(
      `--${mode} changes files, and standard input is none. Name a file with --file.`,
      topic,
    );
  }
  if (parsed.options.has("verify") && optionValue(parsed, "file") === "-") {
    const problem = "--verify runs your checks with the changes in place, and standard input has none.";
    throw new UsageError(problem, topic);
  }
  if (mode === "interactive" && !new Questioner(host).isThere) throw new NobodyToAsk();
  return mode;
}

/** The file that --file names, or the text that arrives in its place. */
async function fileInput({ parsed, host, interruption }: Asking): Promise<{ file: string; text?: string }> {
  const file = optionValue(parsed, "file") ?? "";
  if (file !== "-") return { file };
  const bytes = await codeFromStdin(host, interruption);
  return { file: optionValue(parsed, "stdin-name") ?? "stdin", text: new TextDecoder().decode(bytes) };
}
