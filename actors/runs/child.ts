// A run that is a part of another one: the other one's step has it begun, beside its own run, and follows it to its end on whichever
// node that comes.
import { currentProcess } from "../../runtime/process/current.ts";
import type { Plan } from "../pipeline/plan.ts";
import { workspaceOfNode } from "../workspace/desk-protocol.ts";
import { type ChildEnd, ChildFollowing, type FollowedChild } from "./child-following.ts";
import { childLimits } from "./child-limits.ts";
import { childRunId } from "./run-id.ts";
import type { RunSpec } from "./run-spec.ts";
import { childRunKind, effectDone, type StepContext } from "./step-context.ts";

export interface ChildOrder {
  /** Tells the parts of a step apart; the same each time the step is tried. */
  readonly key: string;
  /** What people call the part, such as a path. */
  readonly part: string;
  /** Such as "pipeline": who shows the output goes by it. */
  readonly kind: string;
  /** One line for people. */
  readonly title: string;
  readonly plan: Plan;
  /** Kept with it: plain data. */
  readonly request?: unknown;
  /**
   * How many parts the step follows at the same time at most, this one among them: each may cost one share of so many of what the
   * run may still cost. One that needs more waits until the others are over, and goes on with what they have left.
   */
  readonly among: number;
}

/** What is written of one following. Plain data. */
interface Followed extends FollowedChild {
  /** The run that followed it: a fork of that run has what is written, and parts of its own. */
  readonly by: string;
  readonly countedUsd: number;
  /** True where it had a share of what the run may cost. */
  readonly hadShare: boolean;
  /** Times that the run had been resumed by then. */
  readonly resumes: number;
}

/**
 * For code of the step's process, which must not call it twice with one key at the same time. The part is begun once, however often the
 * step is tried, and ends with the run. One that failed is tried again when a person has the run go on. It goes by the run's deadline, and
 * asks nobody.
 */
export async function followChild(context: StepContext, order: ChildOrder): Promise<ChildEnd> {
  let before: Followed | undefined;
  for (let tries = 0; ; tries += 1) {
    const followed: Followed = await followedAs(context, order, tries, before);
    const { end, resumes, hadShare } = followed;
    // Its share was too small, which says nothing of what the others leave.
    const isShort = !end.ok && end.code === "budget" && hadShare;
    if (end.ok || !(isShort || resumes < context.resumes)) return end;
    before = followed;
  }
}

/** One following of it, as an effect: what it came to is written, and what it cost is counted with that. */
async function followedAs(
  context: StepContext,
  order: ChildOrder,
  tries: number,
  before: Followed | undefined,
): Promise<Followed> {
  const { run: by, resumes } = context;
  const part = order.part.slice(0, childLimits.partCharactersMax);
  // In front: what follows it may be the name of a file, which can say anything.
  const key = tries === 0 ? order.key : `again ${tries}: ${order.key}`;
  // What was cancelled is not gone on with, nor what is another run's: a new one does it.
  const isSame = before?.by === by && (before.end.ok || before.end.code !== "run_cancelled");
  const id = isSame ? before.end.run : childRunId(context.key, key);
  const { counted, countedUsd } = before?.end.run === id ? before : nothingCounted;
  const value = await context.effect<Followed>({
    ...{ key, kind: childRunKind, about: { run: id, part }, costMaxUsd: null },
    ...(tries === 0 ? { among: order.among } : {}),
    // It is there already, or not: its id is the same.
    unknown: "repeat",
    perform: async (costUsdMax) => {
      const spec = specOf(context, order, { id, part, costUsdMax });
      const isAgain = tries > 0 || resumes > 0;
      const following = new ChildFollowing({ context, spec, part, counted, countedUsd, isAgain });
      const followed = await following.toEnd();
      const paidUsd = followed.usage.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), countedUsd);
      const hadShare = tries === 0 && costUsdMax !== undefined;
      return { ...followed, by, countedUsd: paidUsd, hadShare, resumes };
    },
    usage: ({ usage }) => usage,
  });
  if (value !== effectDone) return value;
  const message = "A person took it as done, and what it came to is not known.";
  const end: ChildEnd = { ok: false, run: id, node: null, code: "effect_unknown", message };
  return { end, by, counted, countedUsd, usage: [], hadShare: false, resumes };
}

const nothingCounted = { counted: 0, countedUsd: 0 } as const;

function specOf(
  context: StepContext,
  { kind, title, plan, request = null }: ChildOrder,
  {
    id,
    part,
    costUsdMax,
  }: { readonly id: string; readonly part: string; readonly costUsdMax: number | undefined },
): RunSpec {
  const { run, changesRun: root, step, session, user: by, terms } = context;
  const { name: node, world } = currentProcess().kernel;
  return {
    ...{ id, kind, plan, request, by, costUsdMax, createdAt: world.clock.wallTime() },
    title: title.slice(0, childLimits.titleCharactersMax),
    // Those of this node are meant, wherever the part is.
    workspace: terms.workspace ?? { id: workspaceOfNode(node), label: node },
    ...(session === undefined ? {} : { session }),
    ...{ onUnknown: terms.onUnknown, deadlineAt: terms.deadlineAt, asks: false, forkedFrom: undefined },
    parent: { run, root, step, part },
  };
}
