// What is said on standard error before a model is asked: where it goes, what it is, what it may cost, what stays here.
import { placesShownMax } from "../../actors/rendering/limits.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { wrap } from "../../actors/rendering/wrap.ts";
import type { Disclosure } from "../../actors/review/disclosure.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import type { Terminal } from "../terminal.ts";

export interface DisclosureWords {
  readonly title: string;
  readonly unknownCost: string;
}

/** @param words in place of those of an operation */
export function disclosureText(untrusted: Disclosure, terminal: Terminal, words?: DisclosureWords): string {
  const disclosure = sanitizeData(untrusted, (text) => printable(text, terminal));
  const rows: readonly (readonly [string, string])[] = [
    ["to", whereText(disclosure)],
    ["what", whatText(disclosure)],
    ["cost", costText(disclosure, words?.unknownCost)],
    ...[...leftOutTexts(disclosure), ...(disclosure.without ?? [])].map((text): [string, string] => [
      "not",
      text,
    ]),
  ];
  const lines = rows.flatMap(([name, text]) =>
    wrap(text, { columns: terminal.columns, firstIndent: `  ${name.padEnd(5)} `, indent: " ".repeat(8) }),
  );
  return `${[...wrap(words?.title ?? titleOf(disclosure), { columns: terminal.columns, firstIndent: "", indent: "" }), ...lines].join("\n")}\n`;
}

function titleOf({ place, verb }: Disclosure): string {
  // A review can be left out, and what nothing but a model can do cannot.
  const does = verb === undefined ? "reviews too" : `${verb} this`;
  switch (place) {
    case "machine":
      return `A model on this machine ${does}; nothing leaves the machine:`;
    case "gateway":
      return `A model ${does}. This goes to a program on this machine, which may pass it on:`;
    case "network":
      return `A model ${does}. This leaves your machine now${verb === undefined ? " (--no-model keeps it here)" : ""}:`;
  }
}

function whereText({ provider, kind, model, host }: Disclosure): string {
  const own = provider === kind ? "" : ` (${kind})`;
  const asked = model === null ? "the first model that it has" : model;
  return `${host}: provider ${provider}${own}, model ${asked}`;
}

function whatText(disclosure: Disclosure): string {
  const { files, tokens, masked, verifies = false } = disclosure;
  const checks = verifies ? "; then what your checks print where they fail, secrets masked" : "";
  const along = alongTexts(disclosure).map((text) => `; with ${text}`);
  if (files.length === 0)
    return `what you have written, about ${tokens} tokens, and no file${along.length === 0 ? "" : " that you named"}${along.join("")}${checks}`;
  const shown = files.slice(0, placesShownMax).join(", ");
  const rest = files.length > placesShownMax ? ` and ${files.length - placesShownMax} more` : "";
  const secrets = masked === 0 ? "no secret found in it" : `${plural(masked, "secret")} masked`;
  return `${plural(files.length, "file")}, about ${tokens} tokens, ${secrets}: ${shown}${rest}${along.join("")}${checks}`;
}

/** What goes with that, though nobody named it. */
function alongTexts({
  instructions = [],
  earlierTokens = 0,
  surroundings,
  alongEachMax = 0,
}: Disclosure): string[] {
  const { pieces = 0, files = 0, tokens = 0 } = surroundings ?? {};
  return [
    ...(instructions.length === 0 ? [] : [`the instructions of ${instructions.join(", ")}`]),
    ...(alongEachMax === 0
      ? []
      : [
          `each up to ${alongEachMax} tokens of other files that belong with it, and what your project tells models and earlier operations found`,
        ]),
    ...(earlierTokens === 0 ? [] : [`what earlier operations found about it (${earlierTokens} tokens)`]),
    ...(pieces === 0
      ? []
      : [`${plural(pieces, "piece")} of ${plural(files, "other file")} of the project (${tokens} tokens)`]),
  ];
}

function costText({ costMaxUsd, place, verb }: Disclosure, unknownCost: string | undefined): string {
  if (costMaxUsd === null) {
    const limit = verb === undefined ? "analysis.review_max_cost_usd" : "operations.max_cost_usd";
    return unknownCost ?? `price unknown, so ${limit} limits nothing; llm.providers can give it`;
  }
  if (costMaxUsd === 0) return place === "machine" ? "nothing" : "nothing, by the price that is known";
  return `at most about US$ ${dollars(costMaxUsd)}; usually a small part of that`;
}

/** Rounded up: it is the most. */
function dollars(amount: number): string {
  const digits = amount < 0.1 ? 4 : 2;
  return (Math.ceil(amount * 10 ** digits) / 10 ** digits).toFixed(digits);
}

function leftOutTexts({ leftOut }: Disclosure): string[] {
  const counts = new Map<string, number>();
  for (const { reason } of leftOut) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort(([, left], [, right]) => right - left)
    .slice(0, placesShownMax)
    .map(([reason, count]) => `${plural(count, "file")}: ${reason}`);
}
