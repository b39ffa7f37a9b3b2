// One request to one response: read the text by its grammar or its outline, measure, apply the rules, honour the silences.
import { scannerOf } from "./catalog.ts";
import { inOrder } from "./finding-order.ts";
import { footprint } from "./footprint.ts";
import { isGenerated } from "./generated.ts";
import { hasGrammar, type ParsedLanguage, parse } from "./grammar.ts";
import type { Import } from "./import.ts";
import { importsOf } from "./imports.ts";
import { languageById, languages } from "./languages.ts";
import { type Found, listed } from "./listing.ts";
import { metricFindings } from "./metric-rules.ts";
import { type Measured, measure } from "./metrics.ts";
import { erlangOutline } from "./outlines/erlang.ts";
import { failure, type ParseRequest, type ParseResponse } from "./protocol.ts";
import type { Finding } from "./report.ts";
import { silenceFindings, silencesOf, unsilenced } from "./silence.ts";
import { syntaxes } from "./syntax.ts";
import { isTestPath } from "./test-path.ts";
import { plainText, textFindings } from "./text-rules.ts";
import { unreadPlaces } from "./unread.ts";

/** What the rules of a language say of a text, and what the metrics need. */
export interface Reading {
  readonly ok: true;
  readonly measured: Measured;
  readonly findings: readonly Found[];
  /** Left out where the language has none that matter. */
  readonly imports?: readonly Import[];
}

type Unreadable = { readonly ok: false; readonly reason: string };

/** Never rejects for what a text may hold; a rejection means that a rule or the installation is broken. */
export async function examine(request: ParseRequest): Promise<ParseResponse> {
  const language = languageById(request.language);
  if (language === null) {
    const known = languages.map(({ id }) => id).join(", ");
    return failure(
      request.id,
      `no grammar for the language ${JSON.stringify(request.language)}; known: ${known}`,
    );
  }
  const text = plainText(request.text);
  const isTest = isTestPath(request.path);
  const reading = hasGrammar(language)
    ? await readTree(language, text, isTest)
    : erlangOutline(text, { isTest });
  if (!reading.ok) return failure(request.id, reading.reason);
  const { measured } = reading;
  const silences = silencesOf(text, measured.comments);
  const textual = textFindings(text);
  const found = [
    ...listed(unsilenced(withoutKnownSecrets(reading.findings, textual), silences)),
    ...unsilenced([...(isTest ? [] : metricFindings(measured)), ...textual], silences),
    ...silenceFindings(silences),
  ];
  const isWritten = !isGenerated(text, measured.comments);
  return {
    id: request.id,
    ok: true,
    metrics: measured.metrics,
    findings: inOrder(found.filter(({ category }) => isWritten || category === "security")),
    footprint: footprint(text, measured.comments, reading.imports ?? []),
  };
}

/** A secret that its own format gives away is one defect, whatever it is assigned to. */
function withoutKnownSecrets(found: readonly Found[], textual: readonly Finding[]): readonly Found[] {
  const lines = new Set(textual.filter(({ rule }) => rule === "shared/credential").map(({ line }) => line));
  return found.filter(({ rule, line }) => !(lines.has(line) && rule.endsWith("/hard-coded-secret")));
}

async function readTree(
  language: ParsedLanguage,
  text: string,
  isTest: boolean,
): Promise<Reading | Unreadable> {
  const parsed = await parse(language, text);
  if (!parsed.ok) return parsed;
  const measured = measure(parsed.root, text, syntaxes[language.id]);
  const rules = await scannerOf(language);
  const findings = [...rules.scan(parsed.root, { isTest }), ...unreadPlaces(text, parsed.unread)];
  return { ok: true, measured, findings, imports: importsOf(language, parsed.root, text) };
}
