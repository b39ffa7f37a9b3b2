// Where a command asks about language models: in this process, on one node, or on each node of a cluster.
import type { Questions, ReportName, Reports } from "../actors/control/reports.ts";
import { AiexError } from "../runtime/errors.ts";
import type { LlmLook } from "../supervisors/llm-desk.ts";
import type { Asking } from "./asking.ts";
import { withLibrary } from "./library.ts";
import { nodesAskedAtOnceMax } from "./limits.ts";
import { type Placement, placementBy, placementOf } from "./placement.ts";
import { inspected, type Reached, withRemote } from "./remote.ts";
import { readSettings } from "./settings.ts";

export type LlmReportName = Exclude<Extract<ReportName, `llm_${string}`>, "llm_breakers">;

/** What one of them told. */
export interface Told<Report> {
  /** Null for this process. */
  readonly node: string | null;
  /** Null where it did not answer. */
  readonly report: Report | null;
  /** Why not. */
  readonly why: string | null;
}

export interface Look<W extends LlmReportName> {
  readonly what: W;
  readonly question: Questions[W];
  /** The same of this process. */
  readonly own: (llm: LlmLook) => Promise<Reports[W]>;
  /** False where any node of a cluster knows it of all of them. */
  readonly ofEach: boolean;
}

/** @throws what connecting throws, and what the only one that is asked throws */
export async function lookAt<W extends LlmReportName>(
  asking: Asking,
  look: Look<W>,
): Promise<readonly Told<Reports[W]>[]> {
  const { parsed, host, interruption } = asking;
  const said = placementOf(parsed, host);
  if (said !== undefined && said !== "here") return lookThere(asking, said, look);
  if (said === undefined && parsed.options.has("nats")) return lookThere(asking, anywhere, look);
  const settings = await readSettings(host, interruption);
  const saved = said === "here" ? undefined : placementBy(await settings.connection());
  if (saved !== undefined) return lookThere(asking, saved, look);
  return withLibrary(settings, host, interruption, async ({ llm }) => [
    { node: null, report: await look.own(llm), why: null },
  ]);
}

const anywhere: Placement = { node: undefined, saidBy: undefined };

async function lookThere<W extends LlmReportName>(
  asking: Asking,
  { node }: Placement,
  look: Look<W>,
): Promise<readonly Told<Reports[W]>[]> {
  return withRemote(
    asking,
    node,
    async (reached) => {
      if (node !== undefined || !look.ofEach) {
        const report = await inspected(asking.host, reached, look.what, look.question);
        return [{ node: reached.node, report, why: null }];
      }
      const { members } = await inspected(asking.host, reached, "members", {});
      const names = members.filter(({ isSelf, state }) => isSelf || state !== "down").map(({ name }) => name);
      const told: Asked<W>[] = [];
      for (let start = 0; start < names.length; start += nodesAskedAtOnceMax) {
        const batch = names.slice(start, start + nodesAskedAtOnceMax);
        told.push(
          ...(await Promise.all(batch.map((name) => toldBy(asking, { ...reached, node: name }, look)))),
        );
      }
      return havingIt(told);
    },
    node === undefined ? { anyMember: true } : {},
  );
}

/** `error`: why there is no report. */
interface Asked<W extends LlmReportName> extends Told<Reports[W]> {
  readonly error?: unknown;
}

/** A node that does not have the entry that is meant has nothing to tell. @throws why, where none has it */
function havingIt<W extends LlmReportName>(asked: readonly Asked<W>[]): readonly Told<Reports[W]>[] {
  const having = asked.filter(({ error }) => !(error instanceof AiexError && lacking.has(error.code)));
  const [first] = asked;
  if (having.length === 0 && first !== undefined) throw first.error;
  return having.map(({ node, report, why }) => ({ node, report, why }));
}

const lacking: ReadonlySet<string> = new Set(["unknown_provider", "no_provider"]);

/** One that does not answer is told with why. */
async function toldBy<W extends LlmReportName>(
  { host }: Asking,
  reached: Reached,
  { what, question }: Look<W>,
): Promise<Asked<W>> {
  const { node } = reached;
  try {
    return { node, report: await inspected(host, reached, what, question), why: null };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { node, report: null, why: error.message, error };
  }
}
