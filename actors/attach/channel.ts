// One direction pair of an attached shell: frames numbered both ways, with credit. Pure: it decides, and others send.
import { attachLimits as limits } from "./limits.ts";

export interface Channel {
  /** Number of the last frame that was sent. */
  readonly sent: number;
  /** The last one of those that the other side has taken. */
  readonly taken: number;
  /** Number of the last frame that came. */
  readonly received: number;
  /** The last one of those that the other side was told of. */
  readonly told: number;
}

export const newChannel: Channel = Object.freeze({ sent: 0, taken: 0, received: 0, told: 0 });

/** The head of every frame. A beat carries no message: `seq` is then the number of the last frame that did. */
export interface Head {
  readonly seq: number;
  readonly ack: number;
  readonly isBeat: boolean;
}

/** `fresh` is to be handled; `known` came before, or is a beat; after `lost` and `wrong` nothing can be relied on any more. */
export type Verdict = "fresh" | "known" | "lost" | "wrong";

export function hasRoom({ sent, taken }: Channel): boolean {
  return sent - taken < limits.windowFrames;
}

/** True where the other side should hear of what came, lest it runs out of credit. */
export function owesBeat({ received, told }: Channel): boolean {
  return received - told >= limits.windowFrames / 2;
}

/** The head of the next frame. The caller has seen to it that there is room. */
export function nextHead(channel: Channel): { readonly channel: Channel; readonly head: Head } {
  const sent = channel.sent + 1;
  const { received } = channel;
  return { channel: { ...channel, sent, told: received }, head: { seq: sent, ack: received, isBeat: false } };
}

export function nextBeat(channel: Channel): { readonly channel: Channel; readonly head: Head } {
  const { sent, received } = channel;
  return { channel: { ...channel, told: received }, head: { seq: sent, ack: received, isBeat: true } };
}

export function receiveHead(
  channel: Channel,
  { seq, ack, isBeat }: Head,
): { readonly channel: Channel; readonly verdict: Verdict } {
  // It acknowledges what was never sent.
  if (ack > channel.sent) return { channel, verdict: "wrong" };
  const taken = Math.max(channel.taken, ack);
  const next = { ...channel, taken };
  if (seq <= channel.received) return { channel: next, verdict: "known" };
  if (isBeat || seq > channel.received + 1) return { channel: next, verdict: "lost" };
  return { channel: { ...next, received: seq }, verdict: "fresh" };
}
