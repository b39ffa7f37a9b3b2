// The lives in a ledger: for each process when it was born, ready and gone, as places in the ledger.
import type { Entry } from "../ledger.ts";

export type Born = Extract<Entry, { readonly type: "born" }>;

export interface Life {
  readonly pid: number;
  readonly birth: Born;
  readonly bornAt: number;
  readyAt: number | undefined;
  refusedAt: number | undefined;
  stoppedAt: number | undefined;
  endedAt: number | undefined;
  /** It was made to ignore orders, and met one. */
  isDefiant: boolean;
}

export function livesOf(entries: readonly Entry[]): ReadonlyMap<number, Life> {
  const lives = new Map<number, Life>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "born") {
      const { pid } = entry;
      lives.set(pid, {
        pid,
        birth: entry,
        bornAt: index,
        readyAt: undefined,
        refusedAt: undefined,
        stoppedAt: undefined,
        endedAt: undefined,
        isDefiant: false,
      });
      continue;
    }
    const life = "pid" in entry && entry.pid !== undefined ? lives.get(entry.pid) : undefined;
    if (life === undefined) continue;
    if (entry.type === "ready") life.readyAt ??= index;
    if (entry.type === "refused") life.refusedAt ??= index;
    if (entry.type === "stopped") life.stoppedAt ??= index;
    if (entry.type === "ended") life.endedAt ??= index;
    if (entry.type === "defies") life.isDefiant = true;
  }
  return lives;
}

/** Whether it could be reached at that place of the ledger. */
export function livesAt(life: Life | undefined, index: number): boolean {
  return life !== undefined && life.bornAt <= index && (life.endedAt ?? Number.POSITIVE_INFINITY) > index;
}

/** The places at which nothing moved any more. */
export function quietPlaces(entries: readonly Entry[]): readonly number[] {
  return entries.flatMap(({ type }, index) => (type === "quiet" ? [index] : []));
}
