// Random plays: small trees with everything that makes supervision hard, and commands at random times.
import fc from "fast-check";
import type { ExitReason, Restart } from "../../../../runtime/index.ts";
import {
  type Command,
  type DynamicPlan,
  type Plan,
  type Play,
  rootNumber,
  type StartPlan,
  type SupervisorPlan,
  type WorkerPlan,
} from "./plan.ts";

const restart = fc.constantFrom<Restart>("permanent", "permanent", "transient", "temporary");
// Times are spread widely: two at the same instant from different causes have no order, and such plays are left out.
const timeMs = fc.integer({ min: 1, max: 3_001 });
const shutdownMs = fc.oneof(
  { weight: 4, arbitrary: timeMs },
  { weight: 2, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
  { weight: 2, arbitrary: fc.constant("brutal_kill" as const) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const reason = fc.constantFrom<ExitReason>("normal", "shutdown", { shutdown: "told" }, "odd", "odd");
const delayMs = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: timeMs });

const start = fc.record<StartPlan>({
  outcome: fc.constantFrom("ok", "ok", "ok", "refuse", "refuse", "throw", "ignore"),
  delayMs,
});
/** Mostly good at first, so that there is a tree to play with. */
const starts = fc
  .tuple(fc.integer({ min: 0, max: 9 }), delayMs, fc.array(start, { maxLength: 5 }))
  .map(([luck, firstMs, others]): readonly StartPlan[] =>
    luck === 0 ? others : [{ outcome: "ok", delayMs: firstMs }, ...others],
  );

const worker = fc
  .record({
    id: fc.constant(""),
    kind: fc.constant("worker" as const),
    restart,
    shutdownMs,
    significant: fc.boolean(),
    starts,
    traps: fc.boolean(),
    stopMs: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 4, arbitrary: timeMs },
      { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
    ),
    stopReason: fc.option(reason, { nil: undefined, freq: 3 }),
  })
  .map((plan): WorkerPlan => ({ ...plan, significant: plan.significant && plan.restart !== "permanent" }));

const budget = { maxRestarts: fc.integer({ min: 0, max: 6 }), withinMs: fc.integer({ min: 1, max: 20_000 }) };
const supervisorStarts = starts.map((plans): readonly StartPlan[] =>
  plans.map(({ outcome }) => ({ outcome: outcome === "refuse" ? "throw" : outcome, delayMs: 0 })),
);

const dynamic = fc
  .record({
    id: fc.constant(""),
    kind: fc.constant("dynamic" as const),
    restart,
    shutdownMs,
    significant: fc.boolean(),
    starts: supervisorStarts,
    ...budget,
    maxChildren: fc.constantFrom(2, 4, Number.POSITIVE_INFINITY),
  })
  .map((plan): DynamicPlan => ({ ...plan, significant: plan.significant && plan.restart !== "permanent" }));

function supervisorOf(child: fc.Arbitrary<Plan>, least = 0): fc.Arbitrary<SupervisorPlan> {
  return fc
    .record({
      id: fc.constant(""),
      kind: fc.constant("supervisor" as const),
      restart,
      shutdownMs,
      significant: fc.boolean(),
      starts: supervisorStarts,
      ...budget,
      strategy: fc.constantFrom("one_for_one" as const, "one_for_all" as const, "rest_for_one" as const),
      autoShutdown: fc.constantFrom(
        "never" as const,
        "never" as const,
        "any_significant" as const,
        "all_significant" as const,
      ),
      children: fc.array(child, { minLength: least, maxLength: 4 }),
    })
    .map(withIds);
}

/** Names the children in order, and lets only those be significant whose supervisor can do with it. */
function withIds(plan: SupervisorPlan): SupervisorPlan {
  const children = plan.children.map((child, index): Plan => {
    const significant = child.significant && plan.autoShutdown !== "never";
    return { ...child, id: "abcd".charAt(index), significant };
  });
  return { ...plan, children, significant: plan.significant && plan.restart !== "permanent" };
}

const leaf: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 6, arbitrary: worker },
  { weight: 1, arbitrary: dynamic },
);
const branch = fc.oneof({ weight: 4, arbitrary: leaf }, { weight: 1, arbitrary: supervisorOf(leaf) });
const limb = fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: supervisorOf(branch) });
const root = supervisorOf(limb, 2).map((plan): SupervisorPlan => ({ ...plan, id: "root", starts: [] }));

const place = fc.nat(rootNumber);
const command: fc.Arbitrary<Command> = fc.record({
  afterMs: timeMs,
  deed: fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant("end" as const), path: place, reason }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("kill" as const), path: place }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant("start_child" as const),
        supervisor: place,
        spec: fc
          .tuple(worker, fc.constantFrom("a", "b", "x", "y"))
          .map(([plan, id]): WorkerPlan => ({ ...plan, id })),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constantFrom("terminate_child" as const, "restart_child" as const, "delete_child" as const),
        path: place,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constantFrom("which_children" as const, "count_children" as const),
        supervisor: place,
      }),
    },
  ),
});

export const play: fc.Arbitrary<Play> = fc.record({
  root,
  commands: fc.array(command, { maxLength: 25, size: "max" }),
});
