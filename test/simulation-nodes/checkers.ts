// Everything that is judged about a play of several nodes. Each checker reads the whole ledger and knows nothing of the runtime.
import { calls } from "./checkers/calls.ts";
import { links } from "./checkers/links.ts";
import { liveness } from "./checkers/liveness.ts";
import { memberships } from "./checkers/memberships.ts";
import { messages } from "./checkers/messages.ts";
import { monitors } from "./checkers/monitors.ts";
import { news } from "./checkers/news.ts";
import { sessions } from "./checkers/sessions.ts";
import { views } from "./checkers/views.ts";
import type { Checker, Entry, Violation } from "./ledger.ts";

export const checkers: readonly Checker[] = [
  sessions,
  messages,
  monitors,
  links,
  calls,
  news,
  views,
  memberships,
  liveness,
];

export function judge(entries: readonly Entry[]): readonly Violation[] {
  return checkers.flatMap((check) => check(entries));
}
