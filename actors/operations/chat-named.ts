// What a person named for a conversation goes along with the next message, once it was said what is sent and where to.
import type { Attached, ChatTerms, Turn } from "../chat/conversation.ts";
import { chatLimits } from "../chat/limits.ts";
import { listed, numbered } from "../chat/prompt.ts";
import { estimateErrorMax } from "../llm/limits.ts";
import { costMaxOf } from "../llm/prices.ts";
import { estimateTokens } from "../llm/tokens.ts";
import type { StepContext } from "../pipeline/plan.ts";
import type { Disclosure } from "../review/disclosure.ts";
import { type LeftOut, reasons } from "../review/selection.ts";
import { isConfidentialPath } from "../workspace/confidential-path.ts";
import { ChatFiles } from "./chat-files.ts";
import { disclosureChoices } from "./review.ts";

/** What a question before something is sent is about. */
export interface SendingAbout {
  readonly disclosure: Disclosure;
  /** True where the person has agreed to it by what was asked for: whoever follows tells it and answers. */
  readonly isAgreed: boolean;
}

export const sendKey = "send";

interface Gathered {
  readonly attached: readonly Attached[];
  readonly files: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly tokens: number;
  readonly masked: number;
}

/** What is new since the last turn that counts; the same each time the step is tried. */
export async function attachNamed(
  context: StepContext,
  terms: ChatTerms,
  earlier: ReadonlyMap<number, Turn>,
): Promise<readonly Attached[]> {
  const known = await context.recall(sendKey);
  if (known !== undefined) return known as readonly Attached[];
  const there = pathsIn(earlier, terms.since);
  const fresh = terms.paths.filter((path) => !there.has(path));
  if (fresh.length === 0) return [];
  const gathered = await gather(new ChatFiles(context, terms.paths), fresh);
  const isSent = gathered.files.length === 0 || (await maySend(context, terms, gathered));
  const attached = isSent ? gathered.attached : fresh.map((path) => kept(path, reasons.declined));
  await context.note(sendKey, attached);
  return attached;
}

/** Paths that were sent, or could not be, in the turns that count. */
function pathsIn(turns: ReadonlyMap<number, Turn>, since: number): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const [turn, what] of turns)
    if (turn >= since && what.kind === "said") for (const { path } of what.attached) paths.add(path);
  return paths;
}

async function gather(files: ChatFiles, paths: readonly string[]): Promise<Gathered> {
  let gathered: Gathered = { attached: [], files: [], leftOut: [], tokens: 0, masked: 0 };
  for (const path of paths) {
    const room = chatLimits.namedTokensMax - gathered.tokens;
    const one = await gatherOne(files, path, room);
    const attached = [...gathered.attached, one.attached];
    if (!one.attached.isSent) {
      gathered = { ...gathered, attached, leftOut: [...gathered.leftOut, { path, reason: one.reason }] };
    } else {
      gathered = {
        ...gathered,
        attached,
        files: [...gathered.files, one.shown],
        tokens: gathered.tokens + estimateTokens(one.attached.text),
        masked: gathered.masked + one.masked,
      };
    }
  }
  return gathered;
}

interface One {
  readonly attached: Attached;
  /** As people are told of it. */
  readonly shown: string;
  readonly masked: number;
  readonly reason: string;
}

async function gatherOne(files: ChatFiles, path: string, room: number): Promise<One> {
  const below = await files.below(path);
  if ("refused" in below) return none(path, below.refused);
  if (below.kind === "folder") {
    const names = below.files.map((file) => file.path).filter((name) => !isConfidentialPath(name));
    const shown = names.slice(0, chatLimits.listedMax).map((name) => JSON.stringify(name));
    const rest = names.length > shown.length ? `, of which these are the first ${shown.length}` : "";
    const title = `The person named the folder ${JSON.stringify(path)}. It has ${names.length} files${rest}`;
    const text = listed(title, shown);
    return {
      attached: { path, text, isSent: true },
      shown: `${path} (names of files)`,
      masked: 0,
      reason: "",
    };
  }
  const read = await files.read({ base: path, path: "" });
  if ("refused" in read) return none(path, read.refused);
  const lines = fitting(read.lines, room);
  const isWhole = lines.length === read.lines.length && !read.isCutShort;
  const part = isWhole ? "" : `, lines 1 to ${lines.length} of it; read_file gives the others`;
  const text = numbered(`The person named the file ${JSON.stringify(path)}${part}`, lines);
  return { attached: { path, text, isSent: true }, shown: path, masked: read.masked, reason: "" };
}

function fitting(lines: readonly string[], tokensMax: number): readonly string[] {
  let room = tokensMax;
  const end = lines.findIndex((line) => {
    room -= estimateTokens(line) + 2;
    return room < 0;
  });
  return end === -1 ? lines : lines.slice(0, end);
}

function none(path: string, reason: string): One {
  return { attached: kept(path, reason), shown: path, masked: 0, reason };
}

function kept(path: string, reason: string): Attached {
  const text = `(The person named ${JSON.stringify(path)}. It is not shown: ${reason})`;
  return { path, text, isSent: false };
}

async function maySend(context: StepContext, terms: ChatTerms, gathered: Gathered): Promise<boolean> {
  const { partner, maySendNamed } = terms;
  const { files, tokens, masked, leftOut } = gathered;
  const { provider, kind, model, host, place, price } = partner;
  const sent = Math.ceil(tokens * (1 + estimateErrorMax));
  const costMaxUsd = costMaxOf({ input_tokens: sent, output_tokens: chatLimits.outputTokensMax }, price);
  const where = { provider, kind, model, host, place };
  const disclosure: Disclosure = { ...where, files, tokens, costMaxUsd, masked, leftOut };
  const about: SendingAbout = { disclosure, isAgreed: maySendNamed || place === "machine" };
  const what = files.length === 1 ? files[0] : `${files.length} files and folders`;
  const text = `Send ${what}, about ${tokens} tokens, to ${provider} at ${host}?`;
  const choice = await context.ask({ key: sendKey, text, choices: Object.values(disclosureChoices), about });
  return choice === disclosureChoices.send;
}
