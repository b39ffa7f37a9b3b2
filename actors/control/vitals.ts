// What a node remembers of its last minute, to say how it is doing: how busy and late its event loop was, who crashed, who gave up.
import type { Node } from "../../runtime/index.ts";
import { loopLoad } from "../../runtime/membership/pulses/loop-load.ts";
import { controlLimits } from "./limits.ts";
import type { Problem } from "./reports.ts";

interface Happening {
  readonly atMs: number;
  readonly kind: "lag" | "crash" | "gave_up" | "overflow" | "failure";
  /** Milliseconds of a lag; else 1. */
  readonly amount: number;
  readonly who: string;
}

export class Vitals {
  readonly #node: Node;
  readonly #detach: () => void;
  readonly #loads: { readonly share: () => number; timer: unknown } | undefined;
  #happened: Happening[] = [];
  #load: number | null = null;
  #measuring: { readonly end: () => void; timer: unknown } | undefined;

  /** Listens until it is closed. */
  constructor(node: Node) {
    this.#node = node;
    // In a simulated world no time passes while the event loop is busy.
    if (node.world.kind === "real") {
      this.#loads = { share: loopLoad(), timer: undefined };
      this.#planLoad();
    }
    this.#detach = node.subscribe((event) => {
      switch (event.name) {
        case "event_loop_lag":
          return this.#note("lag", event.data.lagMs, "");
        case "process_crashed":
          return this.#note("crash", 1, event.data.name ?? event.data.logic);
        case "supervisor_gave_up":
          return this.#note("gave_up", 1, event.data.supervisor);
        case "mailbox_overflow":
          return this.#note("overflow", 1, event.data.name ?? "");
        case "unattributed_failure":
          return this.#note("failure", 1, "");
      }
    });
  }

  /** The latest delay of the event loop; 0 where it was in time for some seconds. */
  get lagMs(): number {
    const last = this.#happened.findLast(({ kind }) => kind === "lag");
    const isFresh = last !== undefined && this.#ageMs(last) < controlLimits.lagFreshMs;
    return isFresh ? last.amount : 0;
  }

  /** The share of the last second that the event loop was busy; null until that is known. */
  get load(): number | null {
    return this.#load;
  }

  problems(): readonly Problem[] {
    const recent = this.#happened.filter((one) => this.#ageMs(one) < controlLimits.vitalsWindowMs);
    this.#happened = recent;
    const of = (kind: Happening["kind"]): readonly Happening[] => recent.filter((one) => one.kind === kind);
    const lagMs = Math.max(0, ...of("lag").map(({ amount }) => amount));
    const found: (Problem | undefined)[] = [
      lagMs < controlLimits.lagMsWorthTelling
        ? undefined
        : {
            severity: "warning",
            what: `The event loop was held up for ${Math.round(lagMs)} ms within the last minute.`,
            advice: "`aiex top --by turnMs` shows whose turns take long.",
          },
      told(
        of("crash"),
        "critical",
        controlLimits.crashesWorthTelling,
        "crashed",
        "`aiex tree` shows what was started again, and the log says why.",
      ),
      told(
        of("gave_up"),
        "critical",
        1,
        "gave up on its children",
        "The log says which child failed and why; `aiex tree` shows what is missing.",
      ),
      told(
        of("overflow"),
        "warning",
        1,
        "had a full mailbox",
        "`aiex top --by queueLength` shows who falls behind.",
      ),
      told(of("failure"), "critical", 1, "", "The log says what failed outside of all processes."),
    ];
    return found.filter((one) => one !== undefined);
  }

  /** Has the turns of all processes measured for a while from now on. */
  measureTurns(): void {
    const { timers } = this.#node.world;
    const timer = timers.set(controlLimits.turnsMeasuredMs, () => this.#measureNoMore());
    if (this.#measuring === undefined) {
      this.#measuring = { end: this.#node.monitorSystem({ longTurnMs: Number.POSITIVE_INFINITY }), timer };
    } else {
      timers.clear(this.#measuring.timer);
      this.#measuring.timer = timer;
    }
  }

  close(): void {
    this.#detach();
    if (this.#loads !== undefined) this.#node.world.timers.clear(this.#loads.timer);
    this.#measureNoMore();
  }

  #planLoad(): void {
    const loads = this.#loads;
    if (loads === undefined) return;
    loads.timer = this.#node.world.timers.set(controlLimits.loadEveryMs, () => {
      this.#load = loads.share();
      this.#planLoad();
    });
  }

  #measureNoMore(): void {
    if (this.#measuring === undefined) return;
    this.#node.world.timers.clear(this.#measuring.timer);
    this.#measuring.end();
    this.#measuring = undefined;
  }

  #note(kind: Happening["kind"], amount: number, who: string): void {
    this.#happened.push({ kind, amount, who, atMs: this.#node.world.clock.now() });
    if (this.#happened.length > controlLimits.vitalsMax) this.#happened.shift();
  }

  #ageMs({ atMs }: Happening): number {
    return this.#node.world.clock.now() - atMs;
  }
}

function told(
  happened: readonly Happening[],
  severity: Problem["severity"],
  least: number,
  verb: string,
  advice: string,
): Problem | undefined {
  if (happened.length < least) return undefined;
  const who = [...new Set(happened.map((one) => one.who))]
    .filter((one) => one !== "")
    .slice(0, 3)
    .join(", ");
  const times = happened.length === 1 ? "once" : `${happened.length} times`;
  const subject = who === "" ? "Something failed" : `${who} ${verb}`;
  return { severity, what: `${subject} ${times} within the last minute.`, advice };
}
