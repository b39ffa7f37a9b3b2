// Takes a figure in interleaved rounds (ours, the peer, ours, the peer, …) and prints it as one line of JSON.

/** Gives one round's figure. Only completed work counts. */
export type Round = () => number | Promise<number>;

export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  readonly ours: Round;
  readonly peer?: { readonly name: string; readonly round: Round };
  /** What a reader has to know to read the figure rightly. */
  readonly note?: string;
  /** Rounds that count, one more before them to warm up. */
  readonly rounds?: number;
}

export interface PeerFigure {
  readonly name: string;
  /** Null where the peer could not do the work. */
  readonly value: number | null;
  /** The median of the rounds' own ratios: how many times as good as the peer we are, whichever way is better. */
  readonly ratio: number | null;
  readonly problem?: string;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  /** The median of the rounds. */
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
  readonly peer?: PeerFigure;
  readonly note?: string;
  readonly node: string;
  readonly date: string;
}

const roundsDefault = 5;

/** Runs the comparison and prints its figure. A peer that cannot do the work is asked once and then left alone. */
export async function measure(comparison: Comparison): Promise<void> {
  const { name, unit, better, ours, peer, note } = comparison;
  const rounds = Number(process.env.AIEX_BENCH_ROUNDS ?? comparison.rounds ?? roundsDefault);
  const own: number[] = [];
  const others: number[] = [];
  let problem: string | undefined;
  for (let round = -1; round < rounds; round += 1) {
    const value = await ours();
    if (round >= 0) own.push(value);
    if (peer === undefined || problem !== undefined) continue;
    try {
      const other = await peer.round();
      if (round >= 0) others.push(other);
    } catch (error) {
      problem = String(error);
    }
  }
  const figure: Figure = {
    name,
    unit,
    better,
    value: rounded(median(own)),
    min: rounded(Math.min(...own)),
    max: rounded(Math.max(...own)),
    rounds,
    ...(peer === undefined ? {} : { peer: peerFigure(peer.name, better, own, others, problem) }),
    ...(note === undefined ? {} : { note }),
    node: process.version,
    date: new Date().toISOString(),
  };
  console.log(JSON.stringify(figure));
}

/** Milliseconds that `work` took, until what it gives has settled. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Completed operations a second. */
export async function rate(count: number, work: () => unknown): Promise<number> {
  return (count / (await timed(work))) * 1_000;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const index = Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100));
  return sorted[index] ?? Number.NaN;
}

function peerFigure(
  name: string,
  better: "higher" | "lower",
  own: readonly number[],
  others: readonly number[],
  problem: string | undefined,
): PeerFigure {
  if (problem !== undefined) return { name, value: null, ratio: null, problem };
  const ratios = own.map((value, round) => {
    const other = others[round] ?? Number.NaN;
    return better === "higher" ? value / other : other / value;
  });
  return { name, value: rounded(median(others)), ratio: rounded(median(ratios)) };
}

/** Four digits that mean something; the rest is noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
