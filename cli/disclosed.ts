// Says on standard error what a model is about to be sent, and has it sent: whoever asked for a review has agreed to that.
import type { Disclosure } from "../actors/review/disclosure.ts";
import { onDisclosure } from "../supervisors/runs/analysis.ts";
import type { RunQuestion } from "../supervisors/runs/runs.ts";
import type { Host } from "./host.ts";
import { disclosureText } from "./render/disclosure-text.ts";
import { terminalOf } from "./terminal.ts";

/** Undefined for all that is about something else. */
export function disclosed({
  stderr,
  env,
  platform,
}: Host): (question: RunQuestion) => Promise<string | undefined> {
  const terminal = terminalOf(stderr, env, platform);
  const tell = (disclosure: Disclosure): Promise<void> => stderr.write(disclosureText(disclosure, terminal));
  return onDisclosure(tell);
}
