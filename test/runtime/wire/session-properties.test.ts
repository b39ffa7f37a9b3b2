// What a session promises whatever the channel does: many plays, each from its seed.
import { describe, expect, it } from "vitest";
import type { Frame } from "../../../runtime/wire/frame.ts";
import { hasRoom, isUp, type Session, type SessionAction } from "../../../runtime/wire/session-state.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { Channel, type Chapter, type Odds } from "./session-channel.ts";
import { Side } from "./session-side.ts";

const none: Odds = { loss: 0, copy: 0, delay: 0, cut: 0, disconnect: 0, restart: 0, close: 0 };
const rough: Odds = {
  loss: 0.05,
  copy: 0.05,
  delay: 0.02,
  cut: 0.000_5,
  disconnect: 0.000_5,
  restart: 0.000_3,
  close: 0.000_2,
};

const seeds = 25;
const roughMs = 20_000;
/** Longer than every delay, every verdict and a new handshake. */
const calmMs = 12_000;

/** What is wrong with a play as a whole. */
function problemsOf(channel: Channel): string[] {
  const [left, right] = channel.chapters;
  return [
    ...channel.problems,
    ...left.flatMap((chapter) => problemsOfPair(chapter, right)),
    ...right.flatMap((chapter) => problemsOfPair(chapter, left)),
  ];
}

function problemsOfPair(chapter: Chapter, others: readonly Chapter[]): string[] {
  const { mine, theirs, delivered, brokenBy, by } = chapter;
  const same = others.filter((other) => other.mine === theirs && other.theirs === mine);
  const [other] = same;
  const found: string[] = [];
  if (same.length > 1) found.push(`${mine}/${theirs} stood twice over there`);
  const sent = other?.sent ?? [];
  if (delivered.some((text, index) => text !== sent[index]))
    found.push(`${mine}/${theirs} delivers something else than was sent, or in another order`);
  if (other !== undefined && other.incarnation !== chapter.peerIncarnation)
    found.push(`${mine}/${theirs} names another incarnation than the one it is with`);
  if (other === undefined && by !== "welcome") found.push(`${mine}/${theirs} stands by ${by} with nobody`);
  if (other === undefined && brokenBy === undefined) found.push(`${mine}/${theirs} stands alone`);
  if (other !== undefined && (brokenBy === undefined) !== (other.brokenBy === undefined))
    found.push(`${mine}/${theirs} is broken on one side only`);
  return found;
}

/** In a session that stands at the end, all that was sent before the last moments has arrived. */
function gapsOf(channel: Channel): string[] {
  const [left, right] = channel.chapters;
  return [...left, ...right].flatMap(({ mine, theirs, brokenBy, delivered }) => {
    const other = [...left, ...right].find((each) => each.mine === theirs && each.theirs === mine);
    const missing = (other?.sent.length ?? 0) - delivered.length;
    // What was sent in the last step is on its way.
    return brokenBy === undefined && missing > 64 ? [`${mine}/${theirs} lacks ${missing}`] : [];
  });
}

function playAll(odds: Odds): string[] {
  return Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) => {
    const channel = new Channel(seed, odds);
    channel.play(roughMs);
    channel.play(calmMs, true);
    const problems = [...problemsOf(channel), ...gapsOf(channel)];
    if (!channel.isAgreed) problems.push("they have no session at the end");
    return problems.map((problem) => `seed ${seed}: ${problem}`);
  });
}

/** A frame of any kind whose numbers are those of the session, or near to them, or far beyond. */
function anyFrame({ standing, answered, greeting }: Session, next: () => number): Frame {
  const one = <T>(...from: [T, ...T[]]): T => from[Math.floor(next() * from.length)] ?? from[0];
  const number = (): number => one(-1, 0, 1, 2, 3, 200, 201, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER);
  const yours = one(standing?.mine, answered?.mine, greeting?.half, number()) ?? number();
  const seq = one((standing?.received ?? 0) + 1, number());
  const ack = one(standing?.lastSent ?? 0, number());
  const made = { incarnation: number(), half: number(), hidden: next() < 0.5, windowBytes: number() };
  return one<Frame>(
    { kind: "hello", versions: one([1], [1, 2], [2], []), ...made },
    { kind: "welcome", version: one(1, 1, 2), yours, ...made },
    { kind: "refuse", yours, incarnation: 1, why: "name", versions: [] },
    { kind: "envelope", yours, seq, ack, body: new Uint8Array(one(0, 1, 1_000)) },
    { kind: "alive", yours, seq, ack },
    { kind: "nack", yours, from: seq },
    { kind: "reset", yours: one(standing?.theirs ?? 0, number()) },
    { kind: "goodbye", yours, why: "" },
  );
}

describe("A session", () => {
  it("takes senseless frames and tells of each beginning and each end in turn", () => {
    const { random } = simulatedWorld({ seed: 3 });
    const side = new Side(100);
    const count = { up: 0, deliver: 0, wrong: 0, most: 0 };
    let isOpen = false;
    const perform = (actions: readonly SessionAction[]): void => {
      for (const action of actions) {
        if (action.type === "up" || (action.type === "broken" && action.wasUp)) {
          if (isOpen === (action.type === "up")) count.wrong += 1;
          isOpen = action.type === "up";
          if (isOpen) count.up += 1;
        }
        if (action.type !== "deliver") continue;
        count.deliver += 1;
        if (!isOpen) count.wrong += 1;
      }
      count.most = Math.max(count.most, actions.length);
      if (isUp(side.session) !== isOpen) count.wrong += 1;
    };
    for (let turn = 0; turn < 100_000; turn += 1) {
      side.now += random.next() * 20;
      if (turn % 10 === 0) perform(side.do({ type: "connect" }));
      if (turn % 10 === 1) perform(side.do({ type: "tick" }));
      if (hasRoom(side.session) && random.next() < 0.5)
        perform(side.do({ type: "send", body: new Uint8Array(1) }));
      perform(side.do({ type: "frame", frame: anyFrame(side.session, random.next) }));
    }
    expect(count.wrong).toBe(0);
    expect(count.up).toBeGreaterThan(1_000);
    expect(count.deliver).toBeGreaterThan(300);
    expect(count.most).toBeLessThan(30);
  });
});

describe("Two sessions", () => {
  it("keep their promises over a channel without faults, and never break", () => {
    const channel = new Channel(7, none);
    channel.play(roughMs);
    expect(problemsOf(channel)).toEqual([]);
    expect(channel.chapters.map((chapters) => chapters.length)).toEqual([1, 1]);
    expect(channel.chapters[0][0]?.delivered.length).toBeGreaterThan(100);
  });

  it("keep them over one that loses, copies, delays, reorders and is cut, with programs that start anew", () => {
    expect(playAll(rough)).toEqual([]);
  });

  it.each<[string, Partial<Odds>]>([
    ["loses much", { loss: 0.4 }],
    ["copies much and late", { copy: 0.6 }],
    ["reorders much", { delay: 0.4 }],
    ["is cut one way and the other", { cut: 0.003 }],
    ["is lost to one side", { disconnect: 0.005 }],
    ["ends at programs that start anew", { restart: 0.005, copy: 0.2, delay: 0.2 }],
    ["is closed again and again", { close: 0.02, copy: 0.3, delay: 0.3, loss: 0.1 }],
  ])("keep them over one that %s", (_, odds) => {
    expect(playAll({ ...none, ...odds })).toEqual([]);
  });

  it("mend a lossy channel without breaking", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const channel = new Channel(seed, { ...none, loss: 0.1, copy: 0.1 });
      channel.play(60_000);
      expect(channel.chapters.map((chapters) => chapters.length)).toEqual([1, 1]);
    }
  });

  it("play the same way from the same seed", () => {
    const plays = [1, 2].map(() => {
      const channel = new Channel(5, rough, true);
      channel.play(5_000);
      return channel.trace;
    });
    expect(plays[0]?.length).toBeGreaterThan(1_000);
    expect(plays[0]).toEqual(plays[1]);
  });
});
