// Uses the tools that a model wants in a conversation: within the project, and only where the person lets it be sent.
import type { AnswerCache } from "../analysis/answer-cache.ts";
import { type ChatTerms, type ToolResult, turnsIn } from "../chat/conversation.ts";
import { chatLimits } from "../chat/limits.ts";
import { listed, numbered } from "../chat/prompt.ts";
import { checkedCall, type ToolUse } from "../chat/tools.ts";
import type { ToolCall } from "../llm/model-event.ts";
import type { StepContext } from "../pipeline/plan.ts";
import { isConfidentialPath } from "../workspace/confidential-path.ts";
import { mask, maskSecrets } from "../workspace/masking.ts";
import type { SourceTextLimits } from "../workspace/source-text.ts";
import { analyzeText, type FileOutcome } from "./analyze-file.ts";
import { proposeChange } from "./chat-change.ts";
import { ChatFiles, type Refused, shownPath } from "./chat-files.ts";
import { searchFiles } from "./chat-search.ts";
import type { ToolNews } from "./chat-turn.ts";

/** What a person can answer where a model wants to see something: this, all of it from now on, or nothing. */
export const permissionChoices = { once: "yes", always: "all", never: "no" } as const;

/** What such a question is about. */
export interface PermissionAbout {
  readonly permission: "read";
  readonly tool: string;
  readonly path: string;
  readonly provider: string;
  readonly host: string;
}

export interface ChatToolsOptions {
  readonly terms: ChatTerms;
  readonly context: StepContext;
  readonly cache: AnswerCache;
  readonly limits: SourceTextLimits;
}

interface Used {
  readonly result: ToolResult;
  readonly news: ToolNews;
}

/** For people: how much it was. */
interface Found {
  readonly text: string;
  readonly amount: string;
}

export class ChatTools {
  readonly #options: ChatToolsOptions;
  readonly #files: ChatFiles;

  constructor(options: ChatToolsOptions) {
    this.#options = options;
    this.#files = new ChatFiles(options.context, options.terms.paths);
  }

  static tooMany(call: ToolCall): Used {
    const text = `At most ${chatLimits.callsMax} tools are used at once. Ask again for this one.`;
    return { result: { call, text, ok: false }, news: { tool: call.name, what: text, ok: false } };
  }

  /** What goes wrong is an answer for the model. `key` tells its uses apart. */
  async use(call: ToolCall, key: string): Promise<Used> {
    const checked = checkedCall(call);
    if (!checked.ok) return outcome(call, call.name, { refused: checked.problem });
    const { use } = checked;
    const path = use.path ?? ".";
    const what = use.name === "search" ? `${JSON.stringify(use.text)} in ${path}` : path;
    const place = this.#files.place(path);
    if ("refused" in place) return outcome(call, what, place);
    // What is changed is shown to the person, and not to the model.
    const isRead = use.name !== "propose_change";
    if (isRead && !(await this.#isAllowed(use.name, shownPath(place), place.base, key)))
      return outcome(call, what, { refused: notAllowed });
    return outcome(call, what, await this.#found(use, key));
  }

  #found(use: ToolUse, key: string): Promise<Found | Refused> {
    switch (use.name) {
      case "read_file":
        return this.#read(use);
      case "list_files":
        return this.#list(use.path ?? ".");
      case "search":
        return searchFiles(this.#files, use);
      case "analyze":
        return this.#analyze(use.path);
      case "propose_change":
        return proposeChange(use, key, { ...this.#options, files: this.#files });
    }
  }

  async #read({
    path,
    from_line: first,
    to_line: last,
  }: Extract<ToolUse, { readonly name: "read_file" }>): Promise<Found | Refused> {
    const place = this.#files.place(path);
    if ("refused" in place) return place;
    const read = await this.#files.read(place);
    if ("refused" in read) return read;
    const { lines, isCutShort } = read;
    const from = first ?? 1;
    if (from > lines.length && lines.length > 0)
      return { refused: `It has ${lines.length} lines, and none from ${from} on.` };
    const wanted = lines.slice(from - 1, Math.min(last ?? lines.length, from - 1 + chatLimits.readLinesMax));
    const shown = withinCharacters(wanted);
    const to = from - 1 + shown.length;
    const more =
      to < lines.length ? `; ask again from line ${to + 1} for more` : isCutShort ? "; the file goes on" : "";
    const title = `${JSON.stringify(path)}, lines ${from} to ${to} of ${lines.length}${more}`;
    return { text: numbered(title, shown, from), amount: count(shown.length, "line") };
  }

  async #list(path: string): Promise<Found | Refused> {
    const place = this.#files.place(path);
    if ("refused" in place) return place;
    const below = await this.#files.below(place.base);
    if ("refused" in below) return below;
    const start = place.path === "" ? "" : `${place.path}/`;
    const files = below.kind === "file" ? [] : below.files.filter((file) => file.path.startsWith(start));
    const names = files.map((file) => file.path).filter((name) => !isConfidentialPath(name));
    if (names.length === 0)
      return { refused: `There is no folder ${JSON.stringify(path)} with files in it.` };
    const shown = names
      .slice(0, chatLimits.listedMax)
      .map((name) => JSON.stringify(shownPath({ base: place.base, path: name })));
    const rest = names.length > shown.length ? `, of which these are the first ${shown.length}` : "";
    const title = `${count(names.length, "file")} below ${JSON.stringify(path)}${rest}`;
    return { text: listed(title, shown), amount: count(names.length, "file") };
  }

  async #analyze(path: string): Promise<Found | Refused> {
    const place = this.#files.place(path);
    if ("refused" in place) return place;
    const read = await this.#files.read(place);
    if ("refused" in read) return read;
    const bytes = new TextEncoder().encode(read.text);
    const named = { name: shownPath(place), bytes, type: "all", parser: 0 } as const;
    const { output } = await analyzeText(named, this.#options.context, this.#options);
    const analyzed = output as FileOutcome;
    if (!analyzed.ok) return { refused: analyzed.message };
    const { report } = analyzed;
    const rows = report.findings
      .slice(0, chatLimits.findingsMax)
      .map(({ line, severity, category, message }) => JSON.stringify({ line, severity, category, message }));
    const more = report.findings.length > rows.length ? `, of which these are ${rows.length}` : "";
    const facts = JSON.stringify({ status: report.status, reason: report.reason, metrics: report.metrics });
    const title = `The static analysis of ${JSON.stringify(path)} has ${count(report.findings.length, "finding")}${more}`;
    const { text } = maskSecrets(listed(title, [facts, ...rows]), { isCode: true });
    return { text, amount: count(report.findings.length, "finding") };
  }

  /** What was allowed once stays so for this use of the tool; what was allowed for all, for this partner. */
  async #isAllowed(tool: string, path: string, base: string, key: string): Promise<boolean> {
    const { context, terms } = this.#options;
    const { provider, host, place } = terms.partner;
    const grantKey = `the project may be sent to ${host}`;
    if (place === "machine" || terms.allowed !== "ask") return true;
    if (base !== "." && terms.maySendNamed && this.#wasSent(base)) return true;
    if ((await context.recall(grantKey, "run")) === true) return true;
    const about: PermissionAbout = { permission: "read", tool, path, provider, host };
    const choice = await context.ask({
      key: `may ${key}`,
      text: `Let ${provider} at ${host} see what ${tool} gives of ${path}? (yes: this time, all: everything of the project)`,
      choices: Object.values(permissionChoices),
      about,
    });
    if (choice === permissionChoices.always) await context.note(grantKey, true, "run");
    return choice === permissionChoices.always || choice === permissionChoices.once;
  }

  /** The person was told of it, and did not object. */
  #wasSent(base: string): boolean {
    const { context } = this.#options;
    const turns = [...turnsIn(context.outputs()).values()];
    const refused = turns.some(
      (turn) => turn.kind === "said" && turn.attached.some(({ path, isSent }) => path === base && !isSent),
    );
    return !refused;
  }
}

const notAllowed = "The person does not let you see that. Go on without it, or say why you need it.";

function outcome(call: ToolCall, what: string, found: Found | Refused): Used {
  const isOk = !("refused" in found);
  const text = isOk ? found.text : `It could not be done. ${found.refused}`;
  const came = isOk ? found.amount : found.refused;
  return {
    result: { call, text, ok: isOk },
    news: { tool: call.name, what: `${what}: ${came}`.slice(0, chatLimits.wordCharactersMax), ok: isOk },
  };
}

function withinCharacters(lines: readonly string[]): readonly string[] {
  let room: number = chatLimits.readCharactersMax;
  const end = lines.findIndex((line) => {
    room -= line.length + 1;
    return room < 0;
  });
  // One line may be longer than all that there is room for.
  if (end === 0) return [`${(lines[0] ?? "").slice(0, chatLimits.readCharactersMax)}${mask}`];
  return end === -1 ? lines : lines.slice(0, end);
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
