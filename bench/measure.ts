// Takes a figure in interleaved rounds (ours, each peer, ours, each peer, …) and prints it as one line of JSON.

/** Gives one round's figure. Only completed work counts. */
export type Round = () => number | Promise<number>;

/** Somebody else's way to do the same work. */
export interface Peer {
  readonly name: string;
  /** What does the work there, in the peer's own words. */
  readonly does: string;
  readonly round: Round;
}

/** What we want to reach: so many times as good as a peer, or a bound on the figure itself. */
export type Reach =
  | { readonly against: string; readonly atLeast: number }
  | { readonly atLeast: number }
  | { readonly atMost: number };

export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  readonly ours: Round;
  readonly peers?: readonly Peer[];
  readonly reach?: Reach | readonly Reach[];
  /** What a reader has to know to read the figure rightly. */
  readonly note?: string;
  readonly rounds?: number;
  /** False where every round is a program of its own. By default one more round comes first, which does not count. */
  readonly warmsUp?: boolean;
}

export interface PeerFigure {
  readonly name: string;
  readonly does: string;
  /** Null where the peer could not do the work. */
  readonly value: number | null;
  /** The median of the rounds' own ratios: how many times as good as the peer we are, whichever way is better. */
  readonly ratio: number | null;
  /** Why there is no value. */
  readonly problem?: string;
}

/** Not reached is false; null where the peer to reach is not on this machine. */
export type MeasuredReach = Reach & { readonly isReached: boolean | null };

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  /** The median of the rounds. */
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
  readonly peers: readonly PeerFigure[];
  readonly reaches: readonly MeasuredReach[];
  readonly note?: string;
  readonly node: string;
  readonly date: string;
}

const roundsDefault = 5;

/** The peer is not on this machine. */
export class AbsentPeer extends Error {}

/** Runs the comparison and prints its figure. A peer that cannot do the work is asked once and then left alone. */
export async function measure(comparison: Comparison): Promise<void> {
  const { name, unit, better, ours, peers = [], reach = [], note, warmsUp = true } = comparison;
  const reaches = "atLeast" in reach || "atMost" in reach ? [reach] : reach;
  const rounds = Number(process.env.AIEX_BENCH_ROUNDS ?? comparison.rounds ?? roundsDefault);
  const own: number[] = [];
  const others = peers.map((peer) => ({
    peer,
    values: [] as number[],
    problem: undefined as string | undefined,
  }));
  for (let round = warmsUp ? -1 : 0; round < rounds; round += 1) {
    const value = await ours();
    if (round >= 0) own.push(value);
    for (const other of others) {
      if (other.problem !== undefined) continue;
      try {
        const theirs = await other.peer.round();
        if (round >= 0) other.values.push(theirs);
      } catch (error) {
        other.problem = error instanceof AbsentPeer ? error.message : String(error);
      }
    }
  }
  const value = rounded(median(own));
  const peerFigures = others.map(({ peer, values, problem }) =>
    peerFigure(peer, better, own, values, problem),
  );
  const figure: Figure = {
    name,
    unit,
    better,
    value,
    min: rounded(Math.min(...own)),
    max: rounded(Math.max(...own)),
    rounds,
    peers: peerFigures,
    reaches: reaches.map((reach) => ({ ...reach, isReached: isReached(reach, value, peerFigures) })),
    ...(note === undefined ? {} : { note }),
    node: process.version,
    date: new Date().toISOString(),
  };
  console.log(JSON.stringify(figure));
}

/**
 * Rounds for several figures of one run: whoever is asked first runs it, and the others' rounds take what that run gave them,
 * in order.
 */
export function shared<Part extends string>(
  run: () => Promise<Readonly<Record<Part, number>>>,
): (part: Part) => Round {
  const waiting = new Map<Part, number[]>();
  return (part) => async () => {
    const known = waiting.get(part)?.shift();
    if (known !== undefined) return known;
    const given = await run();
    for (const other of Object.keys(given) as Part[]) {
      if (other !== part) waiting.set(other, [...(waiting.get(other) ?? []), given[other]]);
    }
    return given[part];
  };
}

/** How long something takes that happens many times in a round, in which programs of their own are begun and ended. */
export interface Delays {
  readonly name: string;
  readonly note: string;
  /** Milliseconds at most, for the half and for 99 of a hundred. */
  readonly reaches: readonly [p50: number, p99: number | undefined];
  /** The milliseconds of one round. */
  readonly taken: () => Promise<readonly number[]>;
}

/** Prints two figures of the same rounds: p50 and p99. */
export async function measureDelays({ name, note, reaches: [p50, p99], taken }: Delays): Promise<void> {
  const rounds = shared(async () => {
    const times = await taken();
    return { p50: percentile(times, 50), p99: percentile(times, 99) };
  });
  for (const [part, atMost] of Object.entries({ p50, p99 }) as ["p50" | "p99", number | undefined][])
    await measure({
      ...{ name: `${name}, ${part}`, unit: "ms", better: "lower", ours: rounds(part), note },
      ...(atMost === undefined ? {} : { reach: { atMost } }),
      ...{ rounds: 3, warmsUp: false },
    });
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
  const sorted = [...values].sort((left, right) => left - right);
  const upper = Math.floor(sorted.length / 2);
  const lower = sorted.length % 2 === 0 ? upper - 1 : upper;
  return ((sorted[lower] ?? Number.NaN) + (sorted[upper] ?? Number.NaN)) / 2;
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const index = Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100));
  return sorted[index] ?? Number.NaN;
}

function peerFigure(
  { name, does }: Peer,
  better: "higher" | "lower",
  own: readonly number[],
  others: readonly number[],
  problem: string | undefined,
): PeerFigure {
  if (problem !== undefined) return { name, does, value: null, ratio: null, problem };
  const ratios = own.map((value, round) => {
    const other = others[round] ?? Number.NaN;
    return better === "higher" ? value / other : other / value;
  });
  return { name, does, value: rounded(median(others)), ratio: rounded(median(ratios)) };
}

function isReached(reach: Reach, value: number, peers: readonly PeerFigure[]): boolean | null {
  if ("atMost" in reach) return value <= reach.atMost;
  if (!("against" in reach)) return value >= reach.atLeast;
  const ratio = peers.find(({ name }) => name === reach.against)?.ratio ?? null;
  return ratio === null ? null : ratio >= reach.atLeast;
}

/** Four digits that mean something; the rest is noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
