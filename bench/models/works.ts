// The works of a comparison between those that ask models, the same for everybody.
import { percentile } from "../measure.ts";
import { answerWith, type Figures, monotonicMs } from "../nodes/works.ts";
import { piece } from "./dialects.ts";

export type ModelWork =
  /** Short answers, so many at a time. */
  | { readonly kind: "answers"; readonly atOnce: number }
  /** One answer that is heard piece by piece. */
  | { readonly kind: "stream"; readonly pieces: number }
  /** An answer that stops in its middle is given up. */
  | { readonly kind: "cancel" }
  /** What the program has taken so far. */
  | { readonly kind: "memory" }
  /** So many answers that all code is compiled. */
  | { readonly kind: "warm" };

/** What somebody who asks models offers to the works. */
export interface ModelUser {
  /** Runs a loop that asks, where something has to be around it. */
  readonly within?: (loop: () => Promise<void>) => Promise<void>;
  /** Asks, and gives the characters of the answer's text. */
  answer(): Promise<number>;
  /** Asks for so many pieces, and gives the characters of the text that was heard. */
  stream(pieces: number): Promise<number>;
  /** Asks for what never ends, and gives it up when its first piece is heard: `givenUp` is told just before that. */
  cancel(givenUp: () => void): Promise<void>;
}

/** Milliseconds of one round: some hundred answers one after the other. */
const roundMs = 800;
const cancelsPerRound = 20;
const warmAnswers = 6_000;

/** Says that the program is ready, and does what it is asked for from then on. `origin`: where the server of models is. */
export function useModels(user: ModelUser, origin: string): void {
  answerWith<ModelWork>((work) => figuresOf(user, origin, work));
}

export async function figuresOf(user: ModelUser, origin: string, work: ModelWork): Promise<Figures> {
  switch (work.kind) {
    case "answers":
      return answers(user, work.atOnce);
    case "stream":
      return { rate: await piecesASecond(user, work.pieces) };
    case "cancel":
      return cancels(user, origin);
    case "memory":
      return { mib: process.resourceUsage().maxRSS / 1_024 };
    case "warm":
      return warm(user);
  }
}

/** Milliseconds of an answer, and answers a second, by many who each wait for one at a time. */
async function answers(user: ModelUser, atOnce: number): Promise<Figures> {
  const { within = (loop) => loop() } = user;
  const tookMs: number[] = [];
  const begin = performance.now();
  const loop = async (): Promise<void> => {
    for (let start = performance.now(); start < begin + roundMs; ) {
      if ((await user.answer()) === 0) throw new Error("The answer is empty.");
      const now = performance.now();
      tookMs.push(now - start);
      start = now;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, () => within(loop)));
  const rate = (tookMs.length / (performance.now() - begin)) * 1_000;
  return { p50: percentile(tookMs, 50), p99: percentile(tookMs, 99), rate };
}

async function warm(user: ModelUser): Promise<Figures> {
  const { within = (loop) => loop() } = user;
  let left = warmAnswers;
  const loop = async (): Promise<void> => {
    for (; left > 0; left -= 1) await user.answer();
  };
  await Promise.all(Array.from({ length: 32 }, () => within(loop)));
  return {};
}

async function piecesASecond(user: ModelUser, pieces: number): Promise<number> {
  const { within = (loop) => loop() } = user;
  let characters = 0;
  const begin = performance.now();
  await within(async () => {
    characters = await user.stream(pieces);
  });
  const rate = (pieces / (performance.now() - begin)) * 1_000;
  if (characters !== pieces * piece.length)
    throw new Error(`${pieces * piece.length} characters were said, and ${characters} were heard.`);
  return rate;
}

/** Milliseconds from giving up until the server of models sees the connection closed. */
async function cancels(user: ModelUser, origin: string): Promise<Figures> {
  const { within = (loop) => loop() } = user;
  const tookMs: number[] = [];
  await within(async () => {
    for (let count = 0; count < cancelsPerRound; count += 1) {
      let givenUpMs = Number.NaN;
      await user.cancel(() => {
        givenUpMs = monotonicMs();
      });
      const closed = await fetch(`${origin}/closed`);
      tookMs.push(Number(await closed.text()) - givenUpMs);
    }
  });
  return { p50: percentile(tookMs, 50), p99: percentile(tookMs, 99) };
}
