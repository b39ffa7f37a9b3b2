// What is wrong with what a cluster owns, seen as a whole: children without an owner, and a store that may forget.
import type { PlacedRow, Problem, Reports } from "../actors/control/reports.ts";
import { intervalText, isShared, type Store } from "./kept-text.ts";

/** The gravest are not sorted to the front; who shows them does that. */
export function ownedProblems({ children, store, cut }: Reports["ownership"]): readonly Problem[] {
  const found = [...children.flatMap(childProblems), ...(store === null ? [] : storeProblems(store))];
  if (cut.children === 0) return found;
  const what = `${cut.children} more placed children are not looked at: they are too many for one answer.`;
  return [
    ...found,
    {
      severity: "warning",
      what,
      advice: "A shell of a node sees all of them: `aiex attach NODE`.",
    },
  ];
}

function childProblems({ supervisor, id, phase, denied }: PlacedRow): readonly Problem[] {
  const child = `${supervisor}/${id}`;
  const refusals = Object.entries(denied).map(([node, why]) => `${node}: ${why}`);
  const because = refusals.length === 0 ? "" : ` (${refusals.join("; ")})`;
  if (phase === "failed") {
    return [
      {
        severity: "critical",
        what: `${child} has failed: no node could keep it running${because}.`,
        advice: `The nodes' logs say why. When that is mended, \`aiex cluster move ${child} NODE\` has it tried again.`,
      },
    ];
  }
  if (phase !== "waiting") return [];
  return [
    {
      severity: "warning",
      what: `${child} has no owner: it waits for a node that may have it${because}.`,
      advice:
        "A node that died is waited out for some seconds. If it lasts, start a node that fits its placement (labels, names), or end a drain by starting that node anew.",
    },
  ];
}

/** Three brokers outlive the loss of one; a single one has to write before it answers. */
function storeProblems(store: Store): readonly Problem[] {
  const { place, acknowledgement: kept } = store;
  if (kept.kind !== "flush" && kept.kind !== "memory") return [];
  const where =
    kept.kind === "memory" ? "in memory alone" : `on the disk up to ${intervalText(kept.everyMs)} later`;
  const what = `A power cut may take what was acknowledged: it is ${where} (${place}).`;
  return [{ severity: "warning", what, advice: isShared(store) ? brokerAdvice[kept.kind] : aloneAdvice }];
}

const brokerAdvice = {
  flush:
    "Have the broker write first (sync_interval: always in its jetstream block, as `aiex cluster init` writes it), or run three brokers.",
  memory:
    "Somebody has made its streams with storage in memory: take them out, and nodes make them anew on disk.",
};

const aloneAdvice = "Start the nodes with a broker that keeps things: --managed-nats, or --nats URL.";
