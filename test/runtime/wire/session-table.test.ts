// Every frame in every state of a session: what comes of it, as one table.
import { describe, expect, it } from "vitest";
import type { Frame } from "../../../runtime/wire/frame.ts";
import { alive, envelope, hello, nack, Side, standingSide, welcome } from "./session-side.ts";

/** The own halves begin at 100; the peer's is 200, and 300 is one that it draws later. */
const states = {
  idle: () => new Side(100),
  greeting: () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    return side;
  },
  answered: () => {
    const side = new Side(100);
    side.hear(hello(200));
    return side;
  },
  both: () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    side.hear(hello(200));
    return side;
  },
  /** It has sent one envelope and has got one. */
  up: () => {
    const side = standingSide();
    side.hear(envelope(100, 1, "a"));
    side.send("x");
    return side;
  },
  /** The same, with a hello of a new half that was answered with 101. */
  upAnswered: () => {
    const side = standingSide();
    side.hear(envelope(100, 1, "a"));
    side.send("x");
    side.hear(hello(300));
    return side;
  },
  ended: () => {
    const side = standingSide();
    side.do({ type: "close", why: "down" });
    return side;
  },
} satisfies Record<string, () => Side>;

type State = keyof typeof states;

const refuse = (yours: number): Frame => ({
  kind: "refuse",
  yours,
  incarnation: 200,
  why: "closing",
  versions: [1],
});
const goodbye = (yours: number): Frame => ({ kind: "goodbye", yours, why: "x" });
const reset = (yours: number): Frame => ({ kind: "reset", yours });

const frames = {
  "hello 200": hello(200),
  "hello 300": hello(300),
  "hello of no version": hello(300, { versions: [9] }),
  "welcome 200/100": welcome(200, 100),
  "welcome 300/100": welcome(300, 100),
  "welcome 200/99": welcome(200, 99),
  "refuse /100": refuse(100),
  "refuse /99": refuse(99),
  "envelope /100 1": envelope(100, 1, "a"),
  "envelope /100 2": envelope(100, 2, "b"),
  "envelope /100 4": envelope(100, 4, "d"),
  "envelope /101 1": envelope(101, 1, "n"),
  "envelope /99 1": envelope(99, 1, "o"),
  "alive /100": alive(100, 1, 1),
  "alive /100 with more sent": alive(100, 3, 0),
  "alive /100 of what was never sent": alive(100, 0, 2),
  "alive /99": alive(99),
  "nack /100 1": nack(100, 1),
  "nack /100 2": nack(100, 2),
  "nack /99 1": nack(99, 1),
  "reset /200": reset(200),
  "reset /300": reset(300),
  "reset /100": reset(100),
  "goodbye /100": goodbye(100),
  "goodbye /101": goodbye(101),
  "goodbye /99": goodbye(99),
  ping: { kind: "ping", incarnation: 200, nonce: 1 },
  pong: { kind: "pong", incarnation: 200, nonce: 1, host: "h", osPid: 1 },
} satisfies Record<string, Frame>;

type Named = keyof typeof frames;

const table: Readonly<Record<State, Partial<Record<Named, readonly string[]>>>> = {
  idle: {
    "hello 200": ["welcome 100/200 to 200"],
    "hello 300": ["welcome 100/300 to 200"],
    "hello of no version": ["refuse /300 version to 200"],
    "envelope /100 1": ["reset /100 to 0"],
    "envelope /100 2": ["reset /100 to 0"],
    "envelope /100 4": ["reset /100 to 0"],
    "envelope /101 1": ["reset /101 to 0"],
    "envelope /99 1": ["reset /99 to 0"],
    "alive /100": ["reset /100 to 0"],
    "alive /100 with more sent": ["reset /100 to 0"],
    "alive /100 of what was never sent": ["reset /100 to 0"],
    "alive /99": ["reset /99 to 0"],
    "nack /100 1": ["reset /100 to 0"],
    "nack /100 2": ["reset /100 to 0"],
    "nack /99 1": ["reset /99 to 0"],
  },
  greeting: {
    "hello 200": ["welcome 100/200 to 200"],
    "hello 300": ["welcome 100/300 to 200"],
    "hello of no version": ["refuse /300 version to 200"],
    "welcome 200/100": ["up 200 version 1", "alive /200 0 ack 0 to 200"],
    "welcome 300/100": ["up 200 version 1", "alive /300 0 ack 0 to 200"],
    "refuse /100": ["broken refused before up 200"],
    "envelope /100 1": ["reset /100 to 0"],
    "envelope /100 2": ["reset /100 to 0"],
    "envelope /100 4": ["reset /100 to 0"],
    "envelope /101 1": ["reset /101 to 0"],
    "envelope /99 1": ["reset /99 to 0"],
    "alive /100": ["reset /100 to 0"],
    "alive /100 with more sent": ["reset /100 to 0"],
    "alive /100 of what was never sent": ["reset /100 to 0"],
    "alive /99": ["reset /99 to 0"],
    "nack /100 1": ["reset /100 to 0"],
    "nack /100 2": ["reset /100 to 0"],
    "nack /99 1": ["reset /99 to 0"],
  },
  answered: {
    "hello 200": ["welcome 100/200 to 200"],
    "hello 300": ["welcome 101/300 to 200"],
    "hello of no version": ["refuse /300 version to 200"],
    "envelope /100 1": ["up 200 version 1", "alive /200 0 ack 0 to 200", "deliver a"],
    "envelope /100 2": ["up 200 version 1", "alive /200 0 ack 0 to 200", "nack /200 1 to 200"],
    "envelope /100 4": ["up 200 version 1", "alive /200 0 ack 0 to 200", "nack /200 1 to 200"],
    "envelope /101 1": ["reset /101 to 0"],
    "envelope /99 1": ["reset /99 to 0"],
    "alive /100 with more sent": ["up 200 version 1", "alive /200 0 ack 0 to 200", "nack /200 1 to 200"],
    "alive /99": ["reset /99 to 0"],
    "nack /99 1": ["reset /99 to 0"],
  },
  both: {
    "hello 200": ["welcome 100/200 to 200"],
    "hello 300": ["welcome 101/300 to 200"],
    "hello of no version": ["refuse /300 version to 200"],
    "welcome 200/100": ["up 200 version 1", "alive /200 0 ack 0 to 200"],
    "welcome 300/100": ["hello 101 to 0"],
    "refuse /100": ["broken refused before up 200"],
    "envelope /100 1": ["up 200 version 1", "alive /200 0 ack 0 to 200", "deliver a"],
    "envelope /100 2": ["up 200 version 1", "alive /200 0 ack 0 to 200", "nack /200 1 to 200"],
    "envelope /100 4": ["up 200 version 1", "alive /200 0 ack 0 to 200", "nack /200 1 to 200"],
    "envelope /101 1": ["reset /101 to 0"],
    "envelope /99 1": ["reset /99 to 0"],
    "alive /100": ["hello 101 to 0"],
    "alive /100 with more sent": ["up 200 version 1", "alive /200 0 ack 0 to 200", "nack /200 1 to 200"],
    "alive /100 of what was never sent": ["hello 101 to 0"],
    "alive /99": ["reset /99 to 0"],
    "nack /100 1": ["hello 101 to 0"],
    "nack /100 2": ["hello 101 to 0"],
    "nack /99 1": ["reset /99 to 0"],
    "reset /200": ["hello 101 to 0"],
    "goodbye /100": ["hello 101 to 0"],
  },
  up: {
    "hello 200": ["welcome 100/200 to 200"],
    "hello 300": ["welcome 101/300 to 200"],
    "hello of no version": ["refuse /300 version to 200"],
    "envelope /100 2": ["deliver b"],
    "envelope /100 4": ["nack /200 2 to 200"],
    "envelope /101 1": ["reset /101 to 200"],
    "envelope /99 1": ["reset /99 to 200"],
    "alive /100 with more sent": ["nack /200 2 to 200"],
    "alive /100 of what was never sent": ["goodbye /200 protocol to 200", "broken protocol 200"],
    "alive /99": ["reset /99 to 200"],
    "nack /100 1": ["envelope /200 1 ack 1 x to 200"],
    "nack /100 2": ["goodbye /200 protocol to 200", "broken protocol 200"],
    "nack /99 1": ["reset /99 to 200"],
    "reset /200": ["broken reset 200"],
    "goodbye /100": ["broken goodbye 200"],
  },
  upAnswered: {
    "hello 200": ["welcome 100/200 to 200"],
    "hello 300": ["welcome 101/300 to 200"],
    "hello of no version": ["refuse /300 version to 200"],
    "envelope /100 2": ["deliver b"],
    "envelope /100 4": ["nack /200 2 to 200"],
    "envelope /101 1": ["broken reset 200", "up 200 version 1", "alive /300 0 ack 0 to 200", "deliver n"],
    "envelope /99 1": ["reset /99 to 200"],
    "alive /100 with more sent": ["nack /200 2 to 200"],
    "alive /100 of what was never sent": ["goodbye /200 protocol to 200", "broken protocol 200"],
    "alive /99": ["reset /99 to 200"],
    "nack /100 1": ["envelope /200 1 ack 1 x to 200"],
    "nack /100 2": ["goodbye /200 protocol to 200", "broken protocol 200"],
    "nack /99 1": ["reset /99 to 200"],
    "reset /200": ["broken reset 200"],
    "goodbye /100": ["broken goodbye 200"],
  },
  ended: {
    "hello 200": ["welcome 101/200 to 200"],
    "hello 300": ["welcome 101/300 to 200"],
    "hello of no version": ["refuse /300 version to 200"],
    "envelope /100 1": ["reset /100 to 200"],
    "envelope /100 2": ["reset /100 to 200"],
    "envelope /100 4": ["reset /100 to 200"],
    "envelope /101 1": ["reset /101 to 200"],
    "envelope /99 1": ["reset /99 to 200"],
    "alive /100": ["reset /100 to 200"],
    "alive /100 with more sent": ["reset /100 to 200"],
    "alive /100 of what was never sent": ["reset /100 to 200"],
    "alive /99": ["reset /99 to 200"],
    "nack /100 1": ["reset /100 to 200"],
    "nack /100 2": ["reset /100 to 200"],
    "nack /99 1": ["reset /99 to 200"],
  },
};

const rows = (Object.keys(states) as State[]).flatMap((state) =>
  (Object.keys(frames) as Named[]).map((frame) => [state, frame] as const),
);

describe("A session", () => {
  it.each(rows)("in the state `%s` hears %s and does what the table says", (state, frame) => {
    expect(states[state]().hear(frames[frame])).toEqual(table[state][frame] ?? []);
  });
});
