// Frames of a shell: their numbers, and the credit.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Channel,
  hasRoom,
  newChannel,
  nextBeat,
  nextHead,
  owesBeat,
  receiveHead,
} from "../../../actors/attach/channel.ts";
import { attachLimits } from "../../../actors/attach/limits.ts";

describe("A channel", () => {
  it("has room for a window of frames, and again for those that were taken", () => {
    let channel = newChannel;
    let frames = 0;
    while (hasRoom(channel)) {
      channel = nextHead(channel).channel;
      frames += 1;
    }
    expect(frames).toBe(attachLimits.windowFrames);
    channel = receiveHead(channel, { seq: 0, ack: 3, isBeat: true }).channel;
    expect(hasRoom(channel)).toBe(true);
  });

  it("delivers every frame once and in order, whatever is said again, and knows where one is missing", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("send", "again", "skip", "beat"), { maxLength: 200 }), (steps) => {
        let sender: Channel = newChannel;
        let receiver: Channel = newChannel;
        const delivered: number[] = [];
        for (const step of steps) {
          if (step === "beat") {
            const { verdict } = receiveHead(receiver, nextBeat(sender).head);
            expect(verdict).toBe(sender.sent > receiver.received ? "lost" : "known");
            continue;
          }
          const { channel, head } =
            step === "again"
              ? { channel: sender, head: { seq: sender.sent, ack: 0, isBeat: false } }
              : nextHead(sender);
          sender = channel;
          if (step === "skip") continue;
          const isGap = head.seq > receiver.received + 1;
          const arrived = receiveHead(receiver, head);
          receiver = arrived.channel;
          if (arrived.verdict === "fresh") delivered.push(head.seq);
          expect(arrived.verdict === "lost").toBe(isGap);
        }
        expect(delivered).toEqual(delivered.map((_, index) => index + 1));
      }),
    );
  });

  it("owes a word after half a window, and distrusts thanks for what it never sent", () => {
    let channel = newChannel;
    for (let seq = 1; seq <= attachLimits.windowFrames / 2; seq += 1) {
      expect(owesBeat(channel)).toBe(false);
      channel = receiveHead(channel, { seq, ack: 0, isBeat: false }).channel;
    }
    expect(owesBeat(channel)).toBe(true);
    expect(owesBeat(nextBeat(channel).channel)).toBe(false);
    expect(receiveHead(channel, { seq: 9, ack: 1, isBeat: false }).verdict).toBe("wrong");
  });
});
