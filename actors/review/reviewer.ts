// Who reviews: one entry of llm.providers, chosen before anything is sent, so that what is said of it stays true.
import type { Price } from "../llm/prices.ts";
import { isCloudModel } from "../llm/providers/model-choice.ts";

export interface Reviewer {
  /** Name of the entry. */
  readonly provider: string;
  readonly kind: string;
  /** The model that is asked for; null where the choice is the provider's. */
  readonly model: string | null;
  /** Host and port of its base URL. */
  readonly host: string;
  readonly place: ReviewerPlace;
  /** Null where it is not known. */
  readonly price: Price | null;
}

/**
 * `machine`: a model that runs here, so nothing leaves; `gateway`: a program of this machine that may pass on what it gets;
 * `network`: anywhere else.
 */
export type ReviewerPlace = "machine" | "gateway" | "network";

/** Where a request goes. Only servers of models that are meant for one's own machine are taken to keep what they get. */
export function placeOf(kind: string, hostname: string, model: string | null): ReviewerPlace {
  if (!isLoopback(hostname)) return "network";
  const isLocalServer = kind === "ollama" || kind === "lm_studio" || kind === "scripted";
  return isLocalServer && !isCloudModel(model ?? "") ? "machine" : "gateway";
}

function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost") || name === "[::1]") return true;
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}
