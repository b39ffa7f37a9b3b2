// What a person can have done in a conversation without saying anything to the model. Such an order is an answer like a message.
import { isRecord } from "../../runtime/wire/shape.ts";
import type { Reviewer } from "../review/reviewer.ts";
import type { ChatTerms } from "./conversation.ts";

export type ChatOrder =
  /** What was said before is forgotten. */
  | { readonly order: "clear" }
  /** The last change of a file is taken back. */
  | { readonly order: "undo" }
  /** A file or folder belongs to it from now on. */
  | { readonly order: "context"; readonly path: string }
  /** Somebody else answers. */
  | { readonly order: "partner"; readonly partner: Reviewer; readonly maySendNamed: boolean };

/** As it is given for an answer. A message of a person cannot begin so: it is no printable character. */
const mark = "\u0001";

export function orderText(order: ChatOrder): string {
  return `${mark}${JSON.stringify(order)}`;
}

/** What a person said, which is never an order. */
export function messageText(text: string): string {
  let from = 0;
  while (text.startsWith(mark, from)) from += mark.length;
  return text.slice(from);
}

/** Undefined for what is a message; null for an order that nobody here knows. */
export function orderIn(text: string): ChatOrder | null | undefined {
  if (!text.startsWith(mark)) return undefined;
  try {
    const order: unknown = JSON.parse(text.slice(mark.length));
    return isRecord(order) && isKnown(order) ? (order as unknown as ChatOrder) : null;
  } catch {
    return null;
  }
}

function isKnown({ order, path, partner }: Readonly<Record<string, unknown>>): boolean {
  switch (order) {
    case "clear":
    case "undo":
      return true;
    case "context":
      return typeof path === "string" && path !== "";
    case "partner":
      return isRecord(partner) && typeof partner.provider === "string" && typeof partner.host === "string";
    default:
      return false;
  }
}

/** An order that changes nothing but what holds from `turn` on, and what the person is told of it. */
export function ordered(
  order: Exclude<ChatOrder, { readonly order: "undo" }>,
  terms: ChatTerms,
  turn: number,
): { readonly terms: ChatTerms; readonly told: string } {
  switch (order.order) {
    case "clear":
      return { terms: { ...terms, since: turn }, told: "What was said before is forgotten." };
    case "context": {
      const { path } = order;
      if (terms.paths.includes(path)) return { terms, told: `${path} belongs to it already.` };
      return {
        terms: { ...terms, paths: [...terms.paths, path] },
        told: `${path} belongs to it from now on.`,
      };
    }
    case "partner": {
      const { partner, maySendNamed } = order;
      const isElsewhere = partner.host !== terms.partner.host;
      // What was shown to one is not consent to show it to another.
      const since = isElsewhere ? turn : terms.since;
      const forgets = isElsewhere ? " It is sent nothing of what was said before." : "";
      const who = partner.model === null ? partner.provider : `${partner.provider}, ${partner.model},`;
      const told = `${who} at ${partner.host} answers from now on.${forgets}`;
      return { terms: { ...terms, partner, maySendNamed, since }, told };
    }
  }
}
