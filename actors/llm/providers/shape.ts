// What an SDK hands on is typed by what its vendor promises, not by what a server sent: it is checked here.
import type { z } from "zod";
import { ProviderError } from "../provider.ts";
import type { Peer } from "./peer.ts";

/** @throws {ProviderError} it has another shape */
export function eventOf<T>(shape: z.ZodType<T>, given: unknown, { kind }: Peer): T {
  const checked = shape.safeParse(given);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const place = issue?.path.join(".") || "all of it";
  throw new ProviderError(
    "bad_response",
    `What it sent is not what the interface of ${kind} sends (${place}: ${issue?.message}). Check the kind and base_url of its entry.`,
  );
}
