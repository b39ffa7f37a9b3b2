// What of a conversation is sent again, what orders change in it, and where a path of a model leads.
import { describe, expect, it } from "vitest";
import { type ChatTerms, remembered, type SaidTurn, type Turn } from "../../../actors/chat/conversation.ts";
import { messageText, ordered, orderIn, orderText } from "../../../actors/chat/order.ts";
import { placeIn } from "../../../actors/chat/places.ts";
import { checkedCall, offeredTools } from "../../../actors/chat/tools.ts";
import { completionRequest } from "../../../actors/llm/completion.ts";
import type { Reviewer } from "../../../actors/review/reviewer.ts";

const partner: Reviewer = {
  provider: "work",
  kind: "openai",
  model: "m",
  host: "api.example",
  place: "network",
  price: null,
};

const terms: ChatTerms = {
  type: "coding",
  partner,
  allowed: "ask",
  paths: ["src"],
  maySendNamed: true,
  answerMs: 1_000,
  since: 1,
};

function said(over: Partial<SaidTurn> = {}): SaidTurn {
  const what = { message: "Why?", attached: [], rounds: [], answer: "Because." };
  return { kind: "said", ...what, entry: "work", model: "m", costUsd: 0, ...over };
}

const looked = said({
  message: "What is in a.ts?",
  rounds: [
    {
      text: "I look.",
      results: [
        {
          call: { id: "1", name: "read_file", arguments: { path: "a.ts" } },
          text: "x".repeat(3_500),
          ok: true,
        },
      ],
    },
  ],
  answer: "Many letters.",
});

function texts(turns: readonly (readonly [number, Turn])[], tokensMax: number, since = 1) {
  const { messages, left } = remembered(new Map(turns), since, tokensMax);
  return { roles: messages.map(({ role }) => role).join(" "), left, messages };
}

describe("remembered()", () => {
  it("gives everything in order where there is room", () => {
    const { roles, left, messages } = texts(
      [
        [1, looked],
        [2, { kind: "changed", told: "" }],
        [3, said()],
      ],
      10_000,
    );
    expect([roles, left]).toEqual(["user assistant tool assistant user assistant", 0]);
    expect(messages[1]).toMatchObject({ content: "I look.", tool_calls: [{ id: "1" }] });
  });

  it("leaves out first what tools gave, then whole turns, the oldest first and none in between", () => {
    const without = texts([[1, looked]], 500);
    expect([without.roles, without.messages[1]?.content]).toEqual([
      "user assistant",
      "I look.\n\nMany letters.",
    ]);
    const turns = [1, 2, 3].map((turn) => [turn, said({ message: `${turn} ${"y".repeat(700)}` })] as const);
    const last = texts(turns, 450);
    expect([last.left, last.messages[0]?.content.slice(0, 2)]).toEqual([1, "2 "]);
    const gap = texts(
      [
        [1, said()],
        [2, said({ message: "z".repeat(9_000) })],
        [3, said()],
      ],
      500,
    );
    expect([gap.left, gap.messages.length]).toEqual([2, 2]);
  });

  it("says above a message what a person did before it, and keeps what no message has followed yet", () => {
    const noted = (what: string) => ({ kind: "changed", told: "", noted: `(${what})` }) as const;
    const turns = [
      [1, said()],
      [2, noted("one")],
      [3, noted("two")],
      [4, said({ message: "And now?" })],
      [5, noted("three")],
    ] as const;
    const { messages, notices } = remembered(new Map<number, Turn>(turns), 1, 10_000);
    expect(messages[2]?.content).toBe("(one)\n\n(two)\n\nAnd now?");
    expect(notices).toEqual(["(three)"]);
    expect(remembered(new Map<number, Turn>(turns), 6, 10_000).notices).toEqual([]);
  });

  it("forgets what came before a conversation was cleared", () => {
    expect(
      texts(
        [
          [1, said()],
          [3, said({ message: "New." })],
        ],
        1_000,
        2,
      ).messages[0]?.content,
    ).toBe("New.");
  });

  it("gives no provider a turn without a text, and says that an answer is a part", () => {
    const failure = { code: "interrupted", message: "", retryable: true } as const;
    const { messages } = texts([[1, said({ answer: "", failure })]], 1_000);
    expect(messages[1]?.content).toBe("(The answer ends here: it was cut off.)");
    expect(texts([[1, said({ answer: "" })]], 1_000).messages[1]?.content).toBe("(nothing)");
  });
});

describe("An order", () => {
  it("is told from every message that a person can have typed", () => {
    for (const text of ["", "/clear", "{}", '{"order":"clear"}', " x"]) expect(orderIn(text)).toBeUndefined();
    const order = { order: "context", path: "src" } as const;
    expect(orderIn(orderText(order))).toEqual(order);
    expect(orderIn(messageText(orderText(order)))).toBeUndefined();
    for (const text of ["\u0001", "\u0001{", '\u0001{"order":"fly"}', '\u0001{"order":"context"}'])
      expect(orderIn(text)).toBeNull();
  });

  it("shows another host nothing of what was said before", () => {
    const other = { ...partner, host: "elsewhere.example" };
    const away = ordered({ order: "partner", partner: other, maySendNamed: true }, terms, 5);
    expect([away.terms.since, away.told]).toEqual([
      5,
      "work, m, at elsewhere.example answers from now on. It is sent nothing of what was said before.",
    ]);
    const same = { ...partner, model: "n" };
    expect(ordered({ order: "partner", partner: same, maySendNamed: true }, terms, 5).terms.since).toBe(1);
    expect(ordered({ order: "clear" }, terms, 5).terms.since).toBe(5);
  });
});

describe("placeIn()", () => {
  it.each([
    ["a.ts", { base: ".", path: "a.ts" }],
    ["./lib//a.ts", { base: ".", path: "lib/a.ts" }],
    [".", { base: ".", path: "" }],
    ["src", { base: "src/", path: "" }],
    ["src/deep/a.ts", { base: "src/deep", path: "a.ts" }],
    ["src2/a.ts", { base: ".", path: "src2/a.ts" }],
    ["../other/a.ts", { base: "../other", path: "a.ts" }],
    ["src/../../other/a.ts", { base: "../other", path: "a.ts" }],
    ["../others/a.ts", undefined],
    ["src/../../etc/passwd", undefined],
    ["/etc/passwd", undefined],
    ["..", undefined],
  ])("%s", (path, place) => {
    expect(placeIn(["src/", "src/deep", "../other"], path)).toEqual(place);
  });
});

describe("The tools of a model", () => {
  it("are offered in the form that every provider takes", () => {
    const request = { messages: [{ role: "user", content: "x" }], tools: offeredTools };
    expect(completionRequest.safeParse(request).success).toBe(true);
    for (const { parameters } of offeredTools) {
      const { properties, required, additionalProperties } = parameters as Record<string, object>;
      expect(required).toEqual(Object.keys(properties ?? {}));
      expect(additionalProperties).toBe(false);
    }
  });

  it("are taken with what may be left out left out, and refused with a sentence else", () => {
    expect(checkedCall({ name: "list_files", arguments: {} })).toEqual({
      ok: true,
      use: { name: "list_files", path: null },
    });
    for (const [name, given] of [
      ["rm", {}],
      ["toString", {}],
      ["read_file", {}],
      ["read_file", { path: "a\0b" }],
      ["read_file", { path: "a", from_line: 0 }],
      ["read_file", { path: "a", mode: "w" }],
      ["search", { text: "" }],
    ] as const)
      expect(checkedCall({ name, arguments: given })).toMatchObject({
        ok: false,
        problem: expect.stringMatching(/\.$/),
      });
  });
});
