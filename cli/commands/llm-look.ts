// `aiex llm health`, `models` and `usage`: three looks at language models, here or where they are.
import type { Reports } from "../../actors/control/reports.ts";
import { CompletionFailed, noProvider } from "../../actors/llm/failure.ts";
import { escapeJson } from "../../runtime/observe/sanitize.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { type LlmReportName, type Look, lookAt, type Told } from "../llm-places.ts";
import { numberValue, optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { renderLlmHealth, renderLlmModels, renderLlmUsage } from "../render/llm-text.ts";
import { type Terminal, terminalOf } from "../terminal.ts";

type AllTold<W extends LlmReportName> = readonly Told<Reports[W]>[];

export function llmHealth(asking: Asking): Promise<ExitCode> {
  const question = entryOf(asking);
  return shown(asking, {
    look: { what: "llm_health", question, own: (llm) => llm.health(question), ofEach: true },
    schema: "aiex.llm-health/1",
    text: renderLlmHealth,
    rows: ({ entries, elsewhere }) => [...entries, ...elsewhere.map((one) => ({ elsewhere: one }))],
    code: (told) => {
      refuseNone(told);
      return healthCode(told);
    },
  });
}

export function llmModels(asking: Asking): Promise<ExitCode> {
  const question = entryOf(asking);
  return shown(asking, {
    look: { what: "llm_models", question, own: (llm) => llm.models(question), ofEach: true },
    schema: "aiex.llm-models/1",
    text: renderLlmModels,
    rows: ({ entries }) =>
      entries.flatMap(({ entry, kind, models }) =>
        (models ?? []).map((model) => ({ entry, kind, ...model })),
      ),
    code: (told) => {
      refuseNone(told);
      const known = told.flatMap(({ report }) => report?.entries ?? []).map(({ models }) => models !== null);
      if (!known.includes(true)) return exitCodes.noProvider;
      return known.includes(false) ? exitCodes.partial : exitCodes.ok;
    },
  });
}

export function llmUsage(asking: Asking): Promise<ExitCode> {
  const question = { days: numberValue(asking.parsed, "days") ?? 1 };
  return shown(asking, {
    look: { what: "llm_usage", question, own: (llm) => llm.usage(question), ofEach: false },
    schema: "aiex.llm-usage/1",
    text: renderLlmUsage,
    rows: ({ days }) => days.flatMap(({ day, models }) => models.map((model) => ({ day, ...model }))),
    code: () => exitCodes.ok,
  });
}

interface Shown<W extends LlmReportName> {
  readonly look: Look<W>;
  readonly schema: string;
  readonly text: (told: AllTold<W>, terminal: Terminal) => string;
  /** What a line of ndjson tells. */
  readonly rows: (report: Reports[W]) => readonly object[];
  readonly code: (told: AllTold<W>) => ExitCode;
}

async function shown<W extends LlmReportName>(
  asking: Asking,
  { look, schema, text, rows, code }: Shown<W>,
): Promise<ExitCode> {
  const { parsed, host } = asking;
  const told = await lookAt(asking, look);
  const ended = code(told);
  switch (optionValue(parsed, "format")) {
    case "json": {
      const nodes = told.map(({ node, report, why }) => ({ node, ...report, reason: why }));
      await host.stdout.write(renderJson({ schema, nodes }));
      break;
    }
    case "ndjson":
      for (const { node, report } of told) {
        for (const row of report === null ? [] : rows(report)) {
          await host.stdout.write(`${escapeJson(JSON.stringify({ v: 1, node, ...row }))}\n`);
        }
      }
      break;
    default:
      await host.stdout.write(text(told, terminalOf(host.stdout, host.env, host.platform)));
  }
  return ended;
}

/** @throws {CompletionFailed} nobody has a provider, so that there is nothing to be shown */
function refuseNone(told: readonly Told<{ readonly entries: readonly unknown[] }>[]): void {
  if (told.every(({ report }) => report?.entries.length === 0)) throw new CompletionFailed(noProvider());
}

function entryOf({ parsed }: Asking): { readonly entry?: string } {
  const [entry] = parsed.arguments;
  return entry === undefined ? {} : { entry };
}

/** What an entry is worth now: it answers, and its breaker lets requests through. */
function healthCode(told: AllTold<"llm_health">): ExitCode {
  const rows = told.flatMap(({ report }) => report?.entries ?? []);
  const isReachable = rows.map(({ reachable, breaker }) => reachable === true && breaker?.state !== "open");
  if (!isReachable.includes(true)) return exitCodes.noProvider;
  const isWhole = told.every(({ report }) => report !== null);
  return isReachable.includes(false) || !isWhole ? exitCodes.failed : exitCodes.ok;
}
