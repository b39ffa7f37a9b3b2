// The limits of following runs, the unit last in each name, each with its reason.

export const followLimits = {
  /** One question for news waits this long: a reader of a node that died meanwhile notices no sooner than when that is over. */
  readWaitMs: 3_000,
  /** Over what the node waits, for the way there and back; one that is silent for longer is taken for gone. */
  readGraceMs: 2_000,
  /** Of the line that people read of a run: a path may be as long as it likes. */
  titleCharactersMax: 200,
  /** One page of entries: in base64 and JSON it still fits into a message of a broker with its settings as they come. */
  pageBytesMax: 256 * 1024,
  /** A piece of a large value, for the same reason. */
  pieceBytesMax: 256 * 1024,
  /** Pages one after the other that leave entries out, before it is said that there is something wrong with them. */
  strangePagesMax: 5,
  /** Times that the processes of this program may be lost under one run. Begun again at once that is seconds of trouble. */
  lossesMax: 10,
  /** Who asks again after a loss waits this long first, doubled for every further one. */
  againMsMin: 20,
  againMsMax: 2_000,
  /** A cluster that has not one node that answers for this long is left to itself. Brokers restart in less. */
  lostMsMax: 120_000,
  /** What was asked of a node is done within this, or asked of another one: a disk under load takes seconds. */
  requestMsMax: 30_000,
} as const;

/** The delay before a further try, after `losses` in a row, in milliseconds. */
export function againMs(losses: number): number {
  return Math.min(followLimits.againMsMax, followLimits.againMsMin * 2 ** Math.max(0, losses - 1));
}
