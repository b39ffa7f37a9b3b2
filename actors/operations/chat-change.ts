// A change of a file that a model proposes in a conversation: put together, shown, agreed to, and applied once as an effect of the run.

import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import type { Allowed, ChatTerms } from "../chat/conversation.ts";
import { chatLimits } from "../chat/limits.ts";
import { placeIn } from "../chat/places.ts";
import type { ToolUse } from "../chat/tools.ts";
import type { StepContext } from "../pipeline/plan.ts";
import { isConfidentialPath } from "../workspace/confidential-path.ts";
import { mask, maskSecrets } from "../workspace/masking.ts";
import { unifiedDiff } from "../workspace/patch/unified.ts";
import { applied, markOf, textChange } from "./changed-files.ts";
import type { ChatFiles, Refused } from "./chat-files.ts";
import { noteChange } from "./chat-undo.ts";
import { present } from "./services.ts";

type Proposed = Extract<ToolUse, { readonly name: "propose_change" }>;

/** What the question is about that comes before a file is changed. */
export interface ChangeAbout {
  readonly permission: "change";
  readonly path: string;
  /** As a unified diff, with secrets masked. */
  readonly diff: string;
}

export const changeChoices = { yes: "yes", no: "no" } as const;

export interface ProposingContext {
  readonly terms: ChatTerms;
  readonly context: StepContext;
  readonly files: ChatFiles;
}

interface Planned {
  /** Below the project. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string;
  /** Of the file as it is; null where there is none. */
  readonly hash: string | null;
  /** What stands before the text in its bytes. */
  readonly mark: string;
}

/** `key` tells the uses of tools apart; the same each time the step is tried. */
export async function proposeChange(
  use: Proposed,
  key: string,
  proposing: ProposingContext,
): Promise<{ readonly text: string; readonly amount: string } | Refused> {
  const { context, terms } = proposing;
  // A step that is tried again finds the file as it left it.
  const known = (await context.recall(`plan of ${key}`)) as Planned | undefined;
  const planned = known ?? (await plannedChange(use, proposing));
  if ("refused" in planned) return planned;
  const { path, before, after } = planned;
  const diff = maskSecrets(unifiedDiff(path, before, after), { isCode: true }).text;
  if (diff.length > chatLimits.diffCharactersMax)
    return { refused: "It changes too much at once. Propose less." };
  if (known === undefined) await context.note(`plan of ${key}`, planned);
  if (!(await isAgreed(context, terms.allowed, key, { permission: "change", path, diff })))
    return { refused: "The person does not want that change. Nothing was changed." };
  const set = `${context.run}/${context.step} ${key}`;
  const made = await applied(context, {
    ...{ key: `change ${key}`, set, title: `Change of ${path}` },
    changes: [textChange(planned)],
  });
  if (!made.ok) return { refused: made.message };
  await noteChange(context, { set, path });
  const amount = amountOf(diff);
  return { text: `${JSON.stringify(path)} is changed as you proposed (${amount}).`, amount };
}

async function plannedChange(
  { path: given, edits, content }: Proposed,
  { context, files }: ProposingContext,
): Promise<Planned | Refused> {
  const place = placeIn([], given);
  if (place === undefined || place.path === "")
    return { refused: `${JSON.stringify(given)} is no file of the project. Only those can be changed.` };
  const { path } = place;
  if (isConfidentialPath(path)) return { refused: "Files of this name or place are not changed by a model." };
  const written = [content ?? "", ...edits.map(({ replace }) => replace)];
  if (written.some((text) => text.includes(mask)))
    return {
      refused: `It would write ${mask}, which stands for a secret that you were not shown. Leave that line alone.`,
    };
  // What is invisible to who reviews it must not be there for a compiler.
  if (written.map((text) => text.replaceAll("\r\n", "\n")).some((text) => sanitizeText(text) !== text))
    return {
      refused: "It would write control characters, or characters that cannot be seen. Spell them as escapes.",
    };
  const now = await present(context, await context.workspace.hash(path));
  if (!now.ok) return { refused: now.message };
  const { hash } = now;
  if (hash === null) {
    if (content === null || edits.length > 0)
      return { refused: `There is no file ${JSON.stringify(path)}. To make it, give all of it as content.` };
    return { path, before: null, after: content, hash, mark: "" };
  }
  if (content !== null || edits.length === 0)
    return { refused: `${JSON.stringify(path)} is there. To change it, give edits, and null as content.` };
  const read = await files.read(place);
  if ("refused" in read) return read;
  const mark = markOf(read.text, hash);
  if (mark === undefined || read.isCutShort)
    return { refused: `${JSON.stringify(path)} is too large, is no UTF-8, or changes at this moment.` };
  const edited = withEdits(read.text, edits);
  if (typeof edited !== "string") return edited;
  return { path, before: read.text, after: edited, hash, mark };
}

/** One after the other, each at the one place where its text stands. */
function withEdits(text: string, edits: Proposed["edits"]): string | Refused {
  const isCrlf = text.includes("\r\n");
  const endings = (part: string): string => (isCrlf ? part.replace(/\r?\n/g, "\r\n") : part);
  let edited = text;
  for (const [index, { search, replace }] of edits.entries()) {
    const wanted = endings(search);
    const at = edited.indexOf(wanted);
    const which = `The text of edit ${index + 1}`;
    if (at === -1)
      return { refused: `${which} does not stand in the file. Read the file, and copy it exactly.` };
    if (edited.indexOf(wanted, at + 1) !== -1)
      return { refused: `${which} stands in the file more than once. Give more of what is around it.` };
    edited = edited.slice(0, at) + endings(replace) + edited.slice(at + wanted.length);
  }
  return edited === text ? { refused: "The edits change nothing." } : edited;
}

async function isAgreed(
  context: StepContext,
  allowed: Allowed,
  key: string,
  about: ChangeAbout,
): Promise<boolean> {
  if (allowed === "change") return true;
  const text = `Change ${about.path} (${amountOf(about.diff)})?`;
  const choices = Object.values(changeChoices);
  return (await context.ask({ key: `change ${key}`, text, choices, about })) === changeChoices.yes;
}

/** "+3 -1 lines" */
function amountOf(diff: string): string {
  const lines = diff.split("\n").slice(2);
  const count = (sign: string): number => lines.filter((line) => line.startsWith(sign)).length;
  return `+${count("+")} -${count("-")} lines`;
}
