// `aiex context show`: what a model would be given of a project for a question, and why.
import type { Asking } from "../asking.ts";
import { contextBudgetDefault } from "../command-tables/project.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { withLibrary } from "../library.ts";
import { numberValue, optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { renderPacked } from "../render/packed-text.ts";
import { readSettings } from "../settings.ts";
import { terminalOf } from "../terminal.ts";

export async function contextShow({ parsed, host, interruption }: Asking): Promise<ExitCode> {
  const settings = await readSettings(host, interruption);
  const request = {
    paths: parsed.arguments,
    query: optionValue(parsed, "query") ?? "",
    budgetTokens: numberValue(parsed, "budget") ?? contextBudgetDefault,
    signal: interruption.signal,
  };
  const packed = await withLibrary(settings, host, interruption, ({ context }) => context.pack(request));
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  const isWhy = parsed.options.has("why");
  await host.stdout.write(
    optionValue(parsed, "format") === "json"
      ? renderJson({ schema: "aiex.context/1", ...packed })
      : renderPacked(packed, { isWhy }, terminal),
  );
  return exitCodes.ok;
}
