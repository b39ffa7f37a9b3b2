// One request to one response: parse, measure, apply the rules, honour the silences.
import { scannerOf } from "./catalog.ts";
import { inOrder } from "./finding-order.ts";
import { parse } from "./grammar.ts";
import { languageById, languages } from "./languages.ts";
import { metricFindings } from "./metric-rules.ts";
import { measure } from "./metrics.ts";
import { failure, type ParseRequest, type ParseResponse } from "./protocol.ts";
import { applySilences } from "./silence.ts";
import { syntaxes } from "./syntax.ts";
import { isTestPath } from "./test-path.ts";
import { textFindings, withoutByteOrderMark } from "./text-rules.ts";

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
  const text = withoutByteOrderMark(request.text);
  const parsed = await parse(language, text);
  if (!parsed.ok) return failure(request.id, parsed.reason);
  const measured = measure(parsed.root, text, syntaxes[language.id]);
  const isTest = isTestPath(request.path);
  const rules = await scannerOf(language);
  const found = [
    ...rules.scan(parsed.root, { isTest }),
    ...metricFindings(measured, { isTest }),
    ...textFindings(text),
  ];
  const findings = inOrder(applySilences(found, text, measured.comments));
  return { id: request.id, ok: true, metrics: measured.metrics, findings };
}
