// Asks a node directly whether it lives, outside of any session.
import type { Carrier } from "../carrier.ts";
import { decodeFrame, encodeFrame } from "../wire/codec.ts";
import type { Frame } from "../wire/frame.ts";
import type { World } from "../world.ts";

export type Pong = Extract<Frame, { kind: "pong" }>;

export type PingAnswer = Pong | { readonly kind: "no_responders" | "timeout" | "disconnected" };

/** `incarnation` is the own one; what answers with something else than a pong has not answered. */
export async function ping(
  { random }: World,
  carrier: Carrier,
  {
    subject,
    incarnation,
    timeoutMs,
  }: { readonly subject: string; readonly incarnation: number; readonly timeoutMs: number },
): Promise<PingAnswer> {
  const nonce = Math.floor(random.next() * 2 ** 48);
  const answer = await carrier.request(subject, encodeFrame({ kind: "ping", incarnation, nonce }), timeoutMs);
  if (answer.kind !== "answer") return answer;
  const frame = decodeFrame(answer.payload);
  return frame?.kind === "pong" && frame.nonce === nonce ? frame : { kind: "timeout" };
}
