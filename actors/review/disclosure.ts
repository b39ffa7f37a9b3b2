// What a person is told before anything is sent: where it goes, what it is, and what it may cost.
import type { Material } from "./material.ts";
import type { Reviewer, ReviewerPlace } from "./reviewer.ts";
import type { LeftOut } from "./selection.ts";

/** What is sent, once it is known. All of it is data that can travel. */
export interface Prepared {
  /** The most worthwhile first. */
  readonly materials: readonly Material[];
  readonly tokens: number;
  readonly costMaxUsd: number | null;
  readonly leftOut: readonly LeftOut[];
  /** What the project tells models, sent with each file; left out where it tells nothing, or is not trusted. */
  readonly instructions?: {
    readonly text: string;
    readonly files: readonly string[];
    readonly masked: number;
  };
}

export const nothingPrepared: Prepared = { materials: [], tokens: 0, costMaxUsd: null, leftOut: [] };

export interface Disclosure {
  /** The entry of llm.providers that is asked, and no other. */
  readonly provider: string;
  readonly kind: string;
  /** Null where the choice is the provider's. */
  readonly model: string | null;
  /** Host and port of its base URL. */
  readonly host: string;
  readonly place: ReviewerPlace;
  /** Paths of the files that are sent. */
  readonly files: readonly string[];
  /** Tokens that are sent, estimated; an answer that has to be repaired makes them about twice as many. */
  readonly tokens: number;
  /** US dollars that it may cost at most; null where the price is not known. */
  readonly costMaxUsd: number | null;
  /** Secrets that are masked in what is sent. */
  readonly masked: number;
  readonly leftOut: readonly LeftOut[];
  /** What the model does with it, as in "explains"; left out for the review of an analysis. */
  readonly verb?: string;
  /** Files with the instructions of the project, which are sent too. Default: none. */
  readonly instructions?: readonly string[];
  /** Pieces of other files of the project, which are sent too. Default: none. */
  readonly surroundings?: { readonly pieces: number; readonly files: number; readonly tokens: number };
  /** Sentences about what would have been sent too, and is not. Default: none. */
  readonly without?: readonly string[];
  /** Tokens of what earlier operations found about the files, which is sent too. Default: 0. */
  readonly earlierTokens?: number;
  /** Tokens of what else may go with each file: pieces of others, instructions of the project, what was found earlier. Default: 0. */
  readonly alongEachMax?: number;
  /** True where what the person's own checks print about the answer is sent as well, where they fail. */
  readonly verifies?: boolean;
}

export function disclosureOf(
  { provider, kind, model, host, place }: Reviewer,
  { materials, tokens, costMaxUsd, leftOut, instructions }: Prepared,
): Disclosure {
  const files = materials.map(({ path }) => path);
  const masked = materials.reduce((sum, material) => sum + material.masked, instructions?.masked ?? 0);
  return {
    ...{ provider, kind, model, host, place, files, tokens, costMaxUsd, masked, leftOut },
    ...(instructions === undefined ? {} : { instructions: instructions.files }),
  };
}
