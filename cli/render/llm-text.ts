// What nodes tell of their language models, as text for people.
import type { EntryBreaker } from "../../actors/control/llm-shapes.ts";
import type { Reports } from "../../actors/control/reports.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import { modelsShownMax } from "../limits.ts";
import type { Told } from "../llm-places.ts";
import { paint, type Terminal } from "../terminal.ts";
import { agoText, millisecondsText } from "./amounts.ts";
import { type Column, columnLines } from "./columns.ts";
import { costText } from "./run-words.ts";

type HealthRow = Reports["llm_health"]["entries"][number];
type AskedRow = Reports["llm_health"]["elsewhere"][number];
type ModelRow = NonNullable<Reports["llm_models"]["entries"][number]["models"]>[number];

/** Nothing that a node or a provider says is trusted: it is made printable first. */
export function renderLlmHealth(
  untrusted: readonly Told<Reports["llm_health"]>[],
  terminal: Terminal,
): string {
  return forEach(untrusted, terminal, (report) => [
    ...(report.entries.length === 0
      ? [noneHere]
      : columnLines(healthColumns, report.entries.map(healthCells), terminal)),
    ...report.entries.flatMap(({ entry, problem }) =>
      problem === null ? [] : [`  ${entry}: ${problem.message}`],
    ),
    ...askedLines(report, terminal),
  ]);
}

export function renderLlmModels(
  untrusted: readonly Told<Reports["llm_models"]>[],
  terminal: Terminal,
): string {
  return forEach(untrusted, terminal, ({ entries, cut }) => [
    ...(entries.length === 0 ? [noneHere] : []),
    ...entries.flatMap(({ entry, kind, models, problem }) => {
      const title = paint(terminal, "bold", `${entry} (${kind})`);
      if (models === null) return [title, `  ${problem?.message ?? "It has not said which models it has."}`];
      if (models.length === 0) return [title, "  It has no models."];
      const shown = columnLines(modelColumns, models.slice(0, modelsShownMax).map(modelCells), terminal);
      return [title, ...shown.map((line) => `  ${line}`), ...moreLines(models.length - modelsShownMax)];
    }),
    ...moreLines(cut),
  ]);
}

export function renderLlmUsage(untrusted: readonly Told<Reports["llm_usage"]>[], terminal: Terminal): string {
  return forEach(untrusted, terminal, ({ days }) => {
    const rows = days.flatMap(({ day, models }) => models.map((model) => usageCells(day, model)));
    if (rows.length === 0) return [`No model was asked in the last ${plural(days.length, "day")}.`];
    const total = days.reduce((sum, { costUsd }) => sum + costUsd, 0);
    return [...columnLines(usageColumns, rows, terminal), `All of it: ${costText(total)}`];
  });
}

export function renderBreakers(untrusted: readonly EntryBreaker[], terminal: Terminal): string {
  const breakers = sanitizeData(untrusted, (text) => printable(text, terminal));
  const rows = breakers.flatMap(({ entry, models, ...all }) => [
    breakerCells(entry, "(all)", all),
    ...models.map(({ model, ...one }) => breakerCells(entry, model, one)),
  ]);
  return `${columnLines(breakerColumns, rows, terminal).join("\n")}\n`;
}

/** With the name of each node where there is one. */
function forEach<Report>(
  untrusted: readonly Told<Report>[],
  terminal: Terminal,
  lines: (report: Report) => readonly string[],
): string {
  const told = sanitizeData(untrusted, (text) => printable(text, terminal)) as readonly Told<Report>[];
  const all = told.flatMap(({ node, report, why }) => {
    const title = node === null ? [] : [`On ${node}:`];
    return [
      ...title,
      ...(report === null ? [`  It does not answer: ${why ?? "why is not known"}`] : lines(report)),
    ];
  });
  return `${all.join("\n")}\n`;
}

const noneHere = "  It has no provider of its own.";

function healthCells(row: HealthRow): readonly string[] {
  const { entry, kind, reachable, tookMs, running, waiting, breaker, figures } = row;
  const own = figures.find(({ node }) => node === null);
  return [
    entry,
    kind,
    stateOf(row),
    tookMs === null ? "-" : millisecondsText(tookMs),
    breaker === null || reachable === null ? "-" : breakerText(breaker),
    own === undefined ? "-" : `${own.errors} of ${own.requests}`,
    percentilesText(own?.firstMs ?? null),
    percentilesText(own?.tookMs ?? null),
    waiting === 0 ? String(running) : `${running} (${waiting} wait)`,
  ];
}

/** What other nodes have done for this one. */
function askedLines({ entries, elsewhere }: Reports["llm_health"], terminal: Terminal): readonly string[] {
  const asked = entries.flatMap(({ entry, figures }) =>
    figures.flatMap(({ node, ...one }) => (node === null ? [] : [{ entry, node, ...one }])),
  );
  const rows = [...asked, ...elsewhere].map(askedCells);
  return rows.length === 0 ? [] : ["  By other nodes:", ...columnLines(askedColumns, rows, terminal)];
}

function askedCells({ entry, node, errors, requests, firstMs, tookMs }: AskedRow): readonly string[] {
  return [entry, node, `${errors} of ${requests}`, percentilesText(firstMs), percentilesText(tookMs)];
}

function stateOf({ reachable, problem }: HealthRow): string {
  if (reachable === null) return "not looked at";
  return reachable ? "answers" : (problem?.code ?? "does not answer");
}

function breakerText({ state, held, retryInMs }: Omit<EntryBreaker, "entry" | "models">): string {
  if (state === "closed") return "closed";
  if (held) return `${state}, by a person`;
  return retryInMs > 0 ? `${state}, for ${agoText(retryInMs)}` : state.replaceAll("_", "-");
}

function breakerCells(
  entry: string,
  model: string,
  breaker: Omit<EntryBreaker, "entry" | "models">,
): readonly string[] {
  return [entry, model, breakerText(breaker), String(breaker.failures)];
}

function modelCells(row: ModelRow): string[] {
  const { name, contextTokens, outputTokensMax, tools, structured, embeds } = row;
  const abilities = [
    tools === true && "tools",
    structured === true && "structured",
    embeds === true && "embeds",
  ];
  return [
    name,
    contextTokens === undefined ? "-" : String(contextTokens),
    outputTokensMax === undefined ? "-" : String(outputTokensMax),
    ...priceCells(row.price),
    abilities.filter((word) => word !== false).join(", "),
  ];
}

/** US dollars for a million tokens; of what comes from a cache, and is put there, where that has a price of its own. */
function priceCells(price: ModelRow["price"]): readonly string[] {
  if (price === null) return ["-", "-", "-", ""];
  const read = price.input_usd_per_million_tokens;
  const cached = price.cached_input_usd_per_million_tokens;
  const kept = price.cache_write_usd_per_million_tokens;
  const cache = cached === read && kept === read ? "-" : `${usdText(cached)} / ${usdText(kept)}`;
  return [usdText(read), cache, usdText(price.output_usd_per_million_tokens), price.source];
}

/** With cents, and with as much more as it takes. */
function usdText(usd: number): string {
  return usd === 0 ? "0" : usd.toFixed(Math.min(6, Math.max(2, `${usd}`.split(".")[1]?.length ?? 0)));
}

type UsedModel = Reports["llm_usage"]["days"][number]["models"][number];

function usageCells(day: string, used: UsedModel): readonly string[] {
  const { entry, model, requests, unknown, input_tokens: read, output_tokens: written, costUsd } = used;
  return [
    day,
    entry,
    model,
    unknown === 0 ? String(requests) : `${requests} (${unknown} unknown)`,
    String(read),
    String(used.cached_tokens),
    String(written),
    costText(costUsd),
  ];
}

function percentilesText(percentiles: { readonly p50: number; readonly p95: number } | null): string {
  if (percentiles === null) return "-";
  return `${millisecondsText(percentiles.p50)} / ${millisecondsText(percentiles.p95)}`;
}

function moreLines(count: number): readonly string[] {
  return count > 0 ? [`  and ${count} more; --format json has all of them`] : [];
}

const healthColumns: readonly Column[] = [
  { title: "ENTRY", align: "left" },
  { title: "KIND", align: "left" },
  { title: "STATE", align: "left" },
  { title: "IN", align: "right" },
  { title: "BREAKER", align: "left" },
  { title: "ERRORS", align: "right" },
  { title: "FIRST p50 / p95", align: "right" },
  { title: "WHOLE p50 / p95", align: "right" },
  { title: "RUNNING", align: "left" },
];

const askedColumns: readonly Column[] = [
  { title: "ENTRY", align: "left" },
  { title: "NODE", align: "left" },
  { title: "ERRORS", align: "right" },
  { title: "FIRST p50 / p95", align: "right" },
  { title: "WHOLE p50 / p95", align: "right" },
];

const modelColumns: readonly Column[] = [
  { title: "MODEL", align: "left" },
  { title: "CONTEXT", align: "right" },
  { title: "OUTPUT", align: "right" },
  { title: "US$/M READ", align: "right" },
  { title: "CACHED / KEPT", align: "right" },
  { title: "WRITTEN", align: "right" },
  { title: "PRICE BY", align: "left" },
  { title: "CAN", align: "left" },
];

const usageColumns: readonly Column[] = [
  { title: "DAY", align: "left" },
  { title: "ENTRY", align: "left" },
  { title: "MODEL", align: "left" },
  { title: "REQUESTS", align: "right" },
  { title: "READ", align: "right" },
  { title: "CACHED", align: "right" },
  { title: "WRITTEN", align: "right" },
  { title: "COST", align: "right" },
];

const breakerColumns: readonly Column[] = [
  { title: "ENTRY", align: "left" },
  { title: "MODEL", align: "left" },
  { title: "STATE", align: "left" },
  { title: "FAILURES", align: "right" },
];
