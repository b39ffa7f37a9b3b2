// `aiex rules test`: tries the user's own rules on the cases that the user wrote for them.
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { withLibrary } from "../library.ts";
import { renderRuleTests } from "../render/rule-tests-text.ts";
import { readSettings } from "../settings.ts";
import { terminalOf } from "../terminal.ts";

export async function rulesTest({ parsed, host, interruption }: Asking): Promise<ExitCode> {
  const settings = await readSettings(host, interruption);
  const request = { paths: parsed.arguments, signal: interruption.signal };
  const report = await withLibrary(settings, host, interruption, (library) => library.testRules(request));
  await host.stdout.write(renderRuleTests(report, terminalOf(host.stdout, host.env, host.platform)));
  return report.tested.some(({ failures }) => failures.length > 0) ? exitCodes.failed : exitCodes.ok;
}
