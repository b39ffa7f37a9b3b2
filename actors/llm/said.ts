// What has been said of an answer so far, who wrote what of it, and what whoever listens is told. Pure.
import type { AnswerPart, ModelEvent, SaidEvent, Usage } from "./model-event.ts";
import { behind } from "./seam.ts";

/**
 * How an attempt stands to what was said before: nothing was (`first`), it goes on with the text (`on`), or it begins again
 * and what was said does not count (`again`).
 */
export type Opening = "first" | "on" | "again";

export interface Writer {
  readonly entry: string;
  readonly node?: string;
  readonly model: string;
}

export interface Said {
  /** Of the answer as it stands; what the order came with is not in it. */
  readonly text: string;
  readonly parts: readonly AnswerPart[];
  /** Something was told since the answer began, if only a thought. */
  readonly hasSpoken: boolean;
  /** A tool was called. */
  readonly hasCalled: boolean;
  /** Events told so far. */
  readonly told: number;
  /** The attempt that speaks, until it has ended. */
  readonly speaking: Speaking | undefined;
}

interface Speaking extends Writer {
  readonly opening: Opening;
  /** Why there is another attempt. */
  readonly reason: string;
  /** Whether it has been told that it speaks now. */
  readonly isTold: boolean;
  /** What comes at the seam, until it is known how much of it repeats what was there; undefined behind the seam. */
  readonly held: string | undefined;
  readonly characters: number;
}

export interface Told {
  readonly said: Said;
  readonly events: readonly SaidEvent[];
}

export const nothingSaid: Said = {
  text: "",
  parts: [],
  hasSpoken: false,
  hasCalled: false,
  told: 0,
  speaking: undefined,
};

/** An attempt is about to speak; with `isTold` nobody has to be told that it does. */
export function opened(said: Said, writer: Writer, opening: Opening, reason: string, isTold: boolean): Said {
  const held = opening === "on" ? "" : undefined;
  return { ...said, speaking: { ...writer, opening, reason, isTold, held, characters: 0 } };
}

/** The attempt says more. `before`: the text that the order came with. */
export function heard(said: Said, pieces: readonly ModelEvent[], before: string): Told {
  const events: SaidEvent[] = [];
  let now = said;
  for (const piece of pieces) {
    const next = heardOne(now, piece, before);
    now = next.said;
    events.push(...next.events);
  }
  return { said: now, events };
}

export interface Spent {
  /** The model that it was after all; left out where nobody knows. */
  readonly model?: string;
  readonly usage?: Usage | undefined;
  readonly costUsd: number | null;
}

/** The attempt has ended, whole or not: what was held back is said, and it becomes a part where it wrote anything. */
export function closed(said: Said, spent: Spent, before: string): Told {
  const { speaking } = said;
  if (speaking === undefined) return { said, events: [] };
  const rest =
    speaking.held === undefined ? "" : (behind(`${before}${said.text}`, speaking.held, true) ?? "");
  const { said: last, events } =
    rest === ""
      ? { said, events: [] }
      : spoken(said, { ...speaking, held: undefined }, { type: "text", text: rest });
  const writer = last.speaking ?? speaking;
  const { entry, node, characters } = writer;
  const part: AnswerPart = {
    entry,
    ...(node === undefined ? {} : { node }),
    model: spent.model ?? writer.model,
    characters,
    ...(spent.usage === undefined ? {} : { usage: spent.usage }),
    costUsd: spent.costUsd,
  };
  // An answer that is a call of a tool alone has a writer too.
  const isPart = characters > 0 || spent.model !== undefined;
  return {
    said: { ...last, speaking: undefined, parts: isPart ? [...last.parts, part] : last.parts },
    events,
  };
}

function heardOne(said: Said, piece: ModelEvent, before: string): Told {
  const { speaking } = said;
  if (speaking === undefined) return { said, events: [] };
  if (piece.type !== "text" || speaking.held === undefined) return spoken(said, speaking, piece);
  const held = `${speaking.held}${piece.text}`;
  const text = behind(`${before}${said.text}`, held, false);
  if (text === undefined) return { said: { ...said, speaking: { ...speaking, held } }, events: [] };
  const beyond = { ...speaking, held: undefined };
  if (text === "") return { said: { ...said, speaking: beyond }, events: [] };
  return spoken(said, beyond, { type: "text", text });
}

function spoken(said: Said, speaking: Speaking, piece: ModelEvent): Told {
  const { opening, entry, reason, isTold } = speaking;
  const beginsAgain = !isTold && opening === "again";
  const text = piece.type === "text" ? piece.text : "";
  const word: readonly SaidEvent[] = isTold
    ? []
    : [{ type: beginsAgain ? "restarted" : "continued", entry, reason }];
  const events = [...word, piece];
  return {
    said: {
      ...said,
      text: beginsAgain ? text : `${said.text}${text}`,
      parts: beginsAgain ? [] : said.parts,
      hasSpoken: true,
      hasCalled: (beginsAgain ? false : said.hasCalled) || piece.type === "tool_call",
      told: said.told + events.length,
      speaking: { ...speaking, isTold: true, characters: speaking.characters + text.length },
    },
    events,
  };
}
