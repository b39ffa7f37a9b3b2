// `aiex context index`: brings the index of a project up to date and shows what is in it.
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { withLibrary } from "../library.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { renderIndex } from "../render/packed-text.ts";
import { readSettings } from "../settings.ts";
import { terminalOf } from "../terminal.ts";

export async function contextIndex({ parsed, host, interruption }: Asking): Promise<ExitCode> {
  const settings = await readSettings(host, interruption);
  const [path] = parsed.arguments;
  const { signal } = interruption;
  const report = await withLibrary(settings, host, interruption, ({ context }) =>
    context.index({ path, signal }),
  );
  const isJson = optionValue(parsed, "format") === "json";
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  await host.stdout.write(
    isJson ? renderJson({ schema: "aiex.context-index/1", ...report }) : renderIndex(report, terminal),
  );
  return exitCodes.ok;
}
