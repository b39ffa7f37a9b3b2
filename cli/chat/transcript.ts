// A conversation to be kept or read: as Markdown, as plain text, and as one JSON document.
import type { Turn } from "../../actors/chat/conversation.ts";
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import { renderJson } from "../render/json.ts";

export interface Transcript {
  readonly run: string;
  readonly turns: readonly { readonly turn: number; readonly what: Turn }[];
  readonly tokens: number;
  readonly costUsd: number | null;
}

export function transcriptJson({ run, turns, tokens, costUsd }: Transcript): string {
  return renderJson({
    schema: "aiex.chat/1",
    run,
    turns: turns.flatMap(({ turn, what }) => (what.kind === "said" ? [{ turn, ...saidJson(what) }] : [])),
    tokens,
    cost_usd: costUsd,
  });
}

export function transcriptMarkdown({ run, turns }: Transcript): string {
  const parts = turns.flatMap(({ turn, what }) => {
    if (what.kind !== "said") return [];
    const tools = what.rounds.flatMap(({ results }) =>
      results.map(
        ({ call, ok }) => `- \`${call.name} ${JSON.stringify(call.arguments)}\`${ok ? "" : ": refused"}`,
      ),
    );
    const failure = what.failure === undefined ? [] : [`> ${what.failure.message}`];
    const head = [`## ${turn}. You`, what.message, `## ${turn}. ${what.model ?? what.entry}`];
    return [...head, ...(tools.length === 0 ? [] : [tools.join("\n")]), wordsOf(what), ...failure];
  });
  return `${[`# Conversation ${run}`, ...parts].filter((part) => part !== "").join("\n\n")}\n`;
}

/** For a terminal. */
export function transcriptText({ turns }: Pick<Transcript, "turns">): string {
  const parts = turns.flatMap(({ what }) => {
    if (what.kind !== "said") return [];
    const said = what.message.split("\n").map((line) => `> ${line}`);
    return [said.join("\n"), wordsOf(what), what.failure?.message ?? ""];
  });
  return sanitizeText(parts.filter((part) => part !== "").join("\n\n"));
}

type SaidTurn = Extract<Turn, { readonly kind: "said" }>;

function wordsOf({ rounds, answer }: SaidTurn): string {
  return [...rounds.map(({ text }) => text), answer].filter((text) => text !== "").join("\n\n");
}

function saidJson(what: SaidTurn) {
  const { message, attached, rounds, entry, model, costUsd, failure } = what;
  return {
    message,
    context: attached.map(({ path, isSent }) => ({ path, sent: isSent })),
    tools: rounds.flatMap(({ results }) =>
      results.map(({ call, ok }) => ({ name: call.name, arguments: call.arguments, ok })),
    ),
    answer: wordsOf(what),
    ...{ provider: entry, model, cost_usd: costUsd },
    failure: failure === undefined ? null : { code: failure.code, message: failure.message },
  };
}
