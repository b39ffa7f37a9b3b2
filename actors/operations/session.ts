// What operations know of earlier ones: each adds what it found to the session of its run, and asks what others found before.
import { isAbsolute, relative, resolve } from "node:path";
import { call } from "../../runtime/index.ts";
import { sessionLimits } from "../context/sessions/limits.ts";
import { sessionManager } from "../context/sessions/manager.ts";
import type { Session, SessionEntry, SessionRef } from "../context/sessions/session.ts";
import { ownWorld } from "../llm/own-world.ts";
import { estimateTokens } from "../llm/tokens.ts";
import type { Chain, Remembered, StepContext } from "../runs/step-context.ts";
import { maskSecrets } from "../workspace/masking.ts";

export type { Remembered };

export interface Asked {
  /** What it is asked about, as the run names its files; all that there is where none are given. */
  readonly paths: readonly string[];
  /** Tokens that the text may have at most, about. Default: `sessionLimits.referenceTokensMax`. */
  readonly budgetTokens?: number;
}

/**
 * What earlier operations of the run's session found about these paths, those above and those below them: a text for a prompt, the
 * newest first, "" where there is nothing. It repeats what files and models have said, so it is data to be fenced like any other.
 * Where nobody can be asked, the operation goes on without.
 */
export async function sessionReference(
  context: Pick<StepContext, "session" | "run">,
  asked: Asked,
): Promise<string> {
  const { session: ref, run } = context;
  if (ref === undefined) return "";
  const answer = await call(sessionManager, "read", { id: ref.id }, options).catch(() => undefined);
  const session = answer?.ok === true ? answer.value : null;
  return session === null ? "" : referenceIn(session, ref, run, asked);
}

export const sessionMemory = {
  /** Once per step, however often that is tried. Whether it was kept decides nothing: what cannot be kept is not. */
  async add(context: StepContext, found: readonly Remembered[]): Promise<void> {
    const { session, run, key, chain } = context;
    if (found.length === 0 || (session === undefined && chain === undefined)) return;
    const masked = found.map(maskedFound);
    chain?.remembered(masked);
    // What is true of files as steps before would have them is not true of the project.
    if (session === undefined || chain?.isProposed === true) return;
    const now = ownWorld().clock.wallTime();
    await context.effect({
      key: "session",
      kind: "session_note",
      about: { session: session.label, entries: found.length },
      // What is added twice is there once.
      unknown: "repeat",
      perform: async () => {
        const entries = masked.map(
          ({ operation, kind = "operation", summary, paths }, index): SessionEntry => {
            const places = paths.map((path) => placeOf(session, path));
            return {
              ...{ id: `${key}/${index}`, at: now, kind, operation, summary, paths: places },
              ...{ run, short: false },
            };
          },
        );
        const answer = await call(sessionManager, "add", { session, entries }, options).catch(
          () => undefined,
        );
        return answer?.ok === true;
      },
    });
  },
};

/** As it may be kept, and sent to anybody. Once it is: each step behind it in a pipeline has it in its prompts. */
export function maskedFound(found: Remembered): Remembered {
  return { ...found, summary: maskSecrets(found.summary, { isCode: false }).text };
}

/** What steps before it in its pipeline found: a text for a prompt, the newest first, "" where there is nothing. It is data as well. */
export function chainReference({ found }: Chain): string {
  const parts: string[] = [];
  let tokens = 0;
  for (const { operation, paths, summary } of found.toReversed()) {
    const part = partOf({ operation, summary }, paths);
    const size = estimateTokens(part);
    if (tokens + size > sessionLimits.referenceTokensMax) continue;
    tokens += size;
    parts.push(part);
  }
  return parts.join("\n");
}

const options = { timeoutMs: sessionLimits.askMsMax };

/** Absolute, so that it means the same wherever a later command is started. */
function placeOf({ directory }: SessionRef, path: string): string {
  return directory === null ? path : resolve(directory, path);
}

function referenceIn(session: Session, ref: SessionRef, run: string, { paths, budgetTokens }: Asked): string {
  const asked = paths.map((path) => placeOf(ref, path));
  const most = budgetTokens ?? sessionLimits.referenceTokensMax;
  const told = new Set<string>();
  const parts: string[] = [];
  let tokens = 0;
  for (const entry of session.entries.toReversed()) {
    // What the run itself has found stands in it already.
    if (entry.kind !== "operation" || entry.run === run || !isAbout(entry, asked)) continue;
    const about = JSON.stringify([entry.operation, entry.paths]);
    if (told.has(about)) continue;
    told.add(about);
    const part = partOf(entry, namedBelow(entry.paths, ref));
    const size = estimateTokens(part);
    if (tokens + size > most) continue;
    tokens += size;
    parts.push(part);
  }
  return parts.join("\n");
}

function isAbout({ paths }: SessionEntry, asked: readonly string[]): boolean {
  return (
    asked.length === 0 ||
    paths.some((path) => asked.some((other) => isWithin(path, other) || isWithin(other, path)))
  );
}

function isWithin(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below === "" || (below !== ".." && !below.startsWith("../") && !isAbsolute(below));
}

function namedBelow(paths: readonly string[], { directory }: SessionRef): readonly string[] {
  return paths.map((path) => (directory === null ? path : relative(directory, path) || "."));
}

function partOf(
  { operation, summary }: Pick<Remembered, "operation" | "summary">,
  paths: readonly string[],
): string {
  const about = paths.length === 0 ? "" : ` of ${paths.join(", ")}`;
  return `- ${operation}${about}:\n${summary.replaceAll(/^/gm, "  ")}`;
}
