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
import { type Along, earlierAlong, type Instructed, instructedBy, projectAlong } from "./chat-grounds.ts";
import { disclosureChoices } from "./consent.ts";
import type { ProjectInstructions } from "./project-instructions.ts";

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

export interface GoesAlong {
  readonly attached: readonly Attached[];
  /** What the project tells models; undefined where it is not to be sent. */
  readonly instructions: ProjectInstructions | undefined;
}

/** What goes along with a message: what was named since the last turn that counts, and what nobody need name. */
export async function attachNamed(
  context: StepContext,
  terms: ChatTerms,
  { message, earlier }: { readonly message: string; readonly earlier: ReadonlyMap<number, Turn> },
): Promise<GoesAlong> {
  const known = (await context.recall(sendKey)) as readonly Attached[] | undefined;
  const instructed = await instructedBy(context, terms);
  const there = pathsIn(earlier, terms.since);
  const fresh = terms.paths.filter((path) => !there.has(path));
  if (known !== undefined) return { attached: known, instructions: agreed(instructed) };
  const files = new ChatFiles(context, terms.paths);
  const gathered = await gather(files, fresh);
  const hasBegun = isBegun(earlier, terms.since);
  const along = await unasked(context, terms, { message, fresh, files, hasBegun });
  const untold = instructed?.isAgreed === undefined ? instructed : undefined;
  const isEmpty = along.every((each) => each.attached.length === 0);
  const isNothing = gathered.files.length === 0 && isEmpty && untold === undefined;
  const isSent = isNothing || (await maySend(context, terms, { gathered, along, untold }));
  const declined = fresh.map((path) => kept(path, reasons.declined));
  const attached = isSent ? [...gathered.attached, ...along.flatMap((each) => each.attached)] : declined;
  if (untold !== undefined) await context.note(untold.key, isSent, "run");
  if (attached.length > 0) await context.note(sendKey, attached);
  return { attached, instructions: isSent || untold === undefined ? agreed(instructed, isSent) : undefined };
}

function agreed(instructed: Instructed | undefined, isNow = false): ProjectInstructions | undefined {
  return (instructed?.isAgreed ?? isNow) ? instructed?.instructions : undefined;
}

/** Whether anything was said that counts. */
function isBegun(turns: ReadonlyMap<number, Turn>, since: number): boolean {
  return [...turns].some(([turn, { kind }]) => turn >= since && kind === "said");
}

interface Unasked {
  readonly message: string;
  /** Paths that were named since. */
  readonly fresh: readonly string[];
  readonly files: ChatFiles;
  readonly hasBegun: boolean;
}

/** Where the person has chosen who answers: with the first message, and what goes with what was named since. */
async function unasked(
  context: StepContext,
  terms: ChatTerms,
  { message, fresh, files, hasBegun }: Unasked,
): Promise<readonly Along[]> {
  if (!terms.maySendNamed || (hasBegun && fresh.length === 0)) return [];
  const earlier = hasBegun ? undefined : await earlierAlong(context, terms);
  let isAround = true;
  for (const path of fresh) {
    const below = await files.below(path);
    if ("kind" in below && below.kind === "folder") isAround = false;
  }
  const pieces = await projectAlong(context, { paths: fresh, query: message, isAround }, terms);
  return [earlier, pieces].filter((along) => along !== undefined);
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

interface ToSend {
  readonly gathered: Gathered;
  readonly along: readonly Along[];
  /** Instructions that nobody was told of yet. */
  readonly untold: Instructed | undefined;
}

async function maySend(
  context: StepContext,
  terms: ChatTerms,
  { gathered, along, untold }: ToSend,
): Promise<boolean> {
  const { partner, maySendNamed } = terms;
  const { files, leftOut } = gathered;
  const told = untold?.instructions;
  const all = [gathered, ...along];
  const tokens = all.reduce((sum, each) => sum + each.tokens, estimateTokens(told?.text ?? ""));
  const masked = all.reduce((sum, each) => sum + each.masked, told?.masked ?? 0);
  const { provider, kind, model, host, place, price } = partner;
  const sent = Math.ceil(tokens * (1 + estimateErrorMax));
  const costMaxUsd = costMaxOf({ input_tokens: sent, output_tokens: chatLimits.outputTokensMax }, price);
  const where = { provider, kind, model, host, place };
  const disclosure: Disclosure = {
    ...{ ...where, files, tokens, costMaxUsd, masked, leftOut },
    ...Object.assign({}, ...along.map((each) => each.told)),
    ...(told === undefined ? {} : { instructions: told.files }),
  };
  const about: SendingAbout = { disclosure, isAgreed: maySendNamed || place === "machine" };
  const many = files.length === 0 ? "what goes along with it" : `${files.length} files and folders`;
  const what = files.length === 1 ? files[0] : many;
  const text = `Send ${what}, about ${tokens} tokens, to ${provider} at ${host}?`;
  const choice = await context.ask({ key: sendKey, text, choices: Object.values(disclosureChoices), about });
  return choice === disclosureChoices.send;
}
