// Says what is about to be sent, and asks whether it may be, once for each step however often that is tried.
import type { Disclosure } from "../review/disclosure.ts";
import type { StepContext } from "../runs/step-context.ts";

/** What the person who is told what would be sent may choose. Nothing is sent before `send`. */
export const disclosureChoices = { send: "send", leaveOut: "leave_out" } as const;

/** The name under which the reader is told what is about to be sent; `about` is a `Disclosure`. */
export const disclosureNews = "disclosure";

const toldKey = "told what is sent";

/** Nobody who could be asked means that whoever had the run made has consented: asking is the spec's to demand. */
export async function consented(context: StepContext, disclosure: Disclosure): Promise<boolean> {
  if ((await context.recall(toldKey)) === undefined) {
    await context.tell(disclosureNews, disclosure);
    await context.note(toldKey, true);
  }
  const choice = await context.ask({
    key: "send",
    text: questionOf(disclosure),
    choices: Object.values(disclosureChoices),
    about: disclosure,
  });
  return choice !== disclosureChoices.leaveOut;
}

function questionOf({ files, tokens, provider, host }: Disclosure): string {
  const what =
    files.length === 0 ? "what you ask for" : files.length === 1 ? "1 file" : `${files.length} files`;
  return `Send ${what}, about ${tokens} tokens, to ${provider} at ${host}?`;
}
