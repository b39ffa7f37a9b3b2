// `aiex llm health`, `models`, `usage` and `breaker`: whom they ask, what they print, and how they end.
import { describe, expect, it } from "vitest";
import type { EntryBreaker } from "../../actors/control/llm-shapes.ts";
import type { Reports } from "../../actors/control/reports.ts";
import { AiexError } from "../../runtime/errors.ts";
import { runOn, stage } from "./fixtures.ts";
import { member, ranRemotely } from "./remote-stage.ts";

type HealthRow = Reports["llm_health"]["entries"][number];

const closed: EntryBreaker = {
  entry: "main",
  state: "closed",
  held: false,
  failures: 0,
  retryInMs: 0,
  models: [],
};

function row(over: Partial<HealthRow> = {}): HealthRow {
  return {
    entry: "main",
    kind: "openai",
    reachable: true,
    tookMs: 42,
    problem: null,
    running: 0,
    waiting: 0,
    breaker: closed,
    figures: [],
    ...over,
  };
}

const figures: HealthRow["figures"][number] = {
  ...{ node: null, requests: 20, errors: 1, errorsByCode: { timeout: 1 } },
  ...{ tookMs: { p50: 900, p95: 12_000 }, firstMs: { p50: 300, p95: 700 } },
  ...{ inputTokens: 100, outputTokens: 10, costUsd: 0.01 },
};

const unreachable = row({
  entry: "other",
  reachable: false,
  tookMs: null,
  problem: { code: "auth", message: 'Provider "other": its key is refused.' },
});

async function ranHere(line: string, llm: Parameters<typeof stage>[0] = {}) {
  const scene = stage(llm);
  const code = await scene.world.until(runOn(scene, line.split(" ")));
  return { code, out: scene.stdout(), err: scene.stderr(), stops: scene.stops() };
}

class NoSuch extends AiexError {
  readonly code: string;
  constructor(code: string) {
    super(`There is no such thing: ${code}.`);
    this.code = code;
  }
}

describe("aiex llm health", () => {
  it("shows how each provider of this process fares, and stops what it started", async () => {
    const entries = [row({ figures: [figures], running: 2, waiting: 1 }), unreachable];
    const { code, out, err, stops } = await ranHere("llm health", {
      llm: { health: async () => ({ entries, elsewhere: [] }) },
    });
    expect({ code, err, stops }).toEqual({ code: 1, err: "", stops: 1 });
    expect(out.split("\n").slice(3)).toEqual(['  other: Provider "other": its key is refused.', ""]);
    expect(out).toMatch(
      /main +openai +answers +42 ms +closed +1 of 20 +300 ms \/ 700 ms +900 ms \/ 12\.0 s +2 \(1 wait\)/,
    );
    expect(out).toMatch(/other +openai +auth +- +closed +- +- +- +0/);
  });

  it.each<[string, readonly HealthRow[], number]>([
    ["all answer", [row(), row({ entry: "other" })], 0],
    ["one does not", [row(), unreachable], 1],
    ["one is left alone", [row(), row({ entry: "other", breaker: { ...closed, state: "open" } })], 1],
    ["none does", [unreachable], 69],
    ["the only one is left alone", [row({ breaker: { ...closed, state: "open" } })], 69],
    ["there is none", [], 69],
  ])("ends by how things are: %s", async (_, entries, expected) => {
    const { code } = await ranHere("llm health", {
      llm: { health: async () => ({ entries: [...entries], elsewhere: [] }) },
    });
    expect(code).toBe(expected);
  });

  it.each([
    ["no_provider", 69],
    ["unknown_provider", 2],
  ])("ends with what the program says: %s", async (code, expected) => {
    const health = async () => {
      throw new NoSuch(code);
    };
    const ran = await ranHere("llm health main", { llm: { health } });
    expect([ran.code, ran.out]).toEqual([expected, ""]);
    expect(ran.err).toContain("There is no such thing");
  });

  it("asks the node that is named, for the entry that is named", async () => {
    const answers = { llm_health: { entries: [row()], elsewhere: [] } };
    const { code, out, asked, opened } = await ranRemotely("llm health main --on beta --format json", {
      answers,
    });
    expect(code).toBe(0);
    expect(opened).toEqual([{ node: "beta" }]);
    expect(asked.map(({ node, request }) => [node, request])).toEqual([
      ["beta", { what: "llm_health", entry: "main" }],
    ]);
    expect(JSON.parse(out)).toEqual({
      schema: "aiex.llm-health/1",
      nodes: [{ node: "beta", entries: [row()], elsewhere: [], reason: null }],
    });
  });

  it("asks each node of a cluster, and goes on without one that does not answer", async () => {
    const answers = {
      members: {
        members: [
          member({ isSelf: true }),
          member({ name: "beta" }),
          member({ name: "gone", state: "down" }),
        ],
        cut: 0,
      },
      llm_health: ({ node }: { readonly node: string }) => {
        if (node === "beta") throw new NoSuch("timeout");
        return { entries: [row()], elsewhere: [] };
      },
    };
    const ran = await ranRemotely("llm health --on cluster", { answers });
    expect(ran.code).toBe(1);
    expect(ran.opened).toEqual([{ anyMember: true }]);
    expect(ran.out).toContain("On alpha:\nENTRY");
    expect(ran.out).toContain("On beta:\n  It does not answer: There is no such thing: timeout.");
    const lines = (await ranRemotely("llm health --on cluster --format ndjson", { answers })).out
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([{ v: 1, node: "alpha", ...row() }]);
  });

  it("asks those nodes of a cluster alone that have the entry that is named", async () => {
    const members = { members: [member({ isSelf: true }), member({ name: "beta" })], cut: 0 };
    const onBeta = ({ node }: { readonly node: string }) => {
      if (node !== "beta") throw new NoSuch("unknown_provider");
      return { entries: [row()], elsewhere: [] };
    };
    const some = await ranRemotely("llm health main --on cluster", {
      answers: { members, llm_health: onBeta },
    });
    expect(some.code).toBe(0);
    expect(some.out).toMatch(/^On beta:\n/);
    const none = await ranRemotely("llm health nobody --on cluster", {
      answers: {
        members,
        llm_health: () => {
          throw new NoSuch("unknown_provider");
        },
      },
    });
    expect([none.code, none.out]).toEqual([2, ""]);
  });

  it("is none the worse for a node without providers of its own", async () => {
    const answers = {
      members: { members: [member({ isSelf: true }), member({ name: "beta" })], cut: 0 },
      llm_health: ({ node }: { readonly node: string }) => ({
        entries: node === "beta" ? [] : [row()],
        elsewhere: node === "beta" ? [{ ...figures, entry: "main", node: "alpha" }] : [],
      }),
    };
    const { code, out } = await ranRemotely("llm health --on cluster", { answers });
    expect(code).toBe(0);
    expect(out).toContain("On beta:\n  It has no provider of its own.");
    expect(out).toMatch(/By other nodes:\n.*\nmain +alpha +1 of 20 +300 ms \/ 700 ms +900 ms \/ 12\.0 s\n/);
  });

  it("says how to set one up where there is none", async () => {
    const { code, out, err } = await ranHere("llm health");
    expect([code, out]).toEqual([69, ""]);
    expect(err).toContain("No language model is set up.");
  });

  it("shows what providers say to a terminal harmlessly", async () => {
    const hostile = "\x1b[2J\u202eevil\n";
    const evil = row({
      entry: hostile,
      kind: hostile,
      reachable: false,
      problem: { code: hostile, message: hostile },
    });
    for (const line of ["llm health", "llm health --format json", "llm health --format ndjson"]) {
      const { out } = await ranHere(line, {
        llm: { health: async () => ({ entries: [evil], elsewhere: [] }) },
        isTTY: true,
      });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for are these.
      expect(out.replaceAll(/\n|\x1b\[\d*m/g, "")).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });
});

describe("aiex llm models", () => {
  const models = [
    {
      ...{ name: "gpt-5.5", contextTokens: 400_000, outputTokensMax: 128_000, tools: true, structured: true },
      price: {
        ...{ input_usd_per_million_tokens: 5, cached_input_usd_per_million_tokens: 0.125 },
        ...{ cache_write_usd_per_million_tokens: 6.25, output_usd_per_million_tokens: 30, source: "list" },
      },
    },
    { name: "embedder", embeds: true, price: null },
  ];

  it("lists what the providers have now", async () => {
    const entries = [
      { entry: "main", kind: "openai", models, problem: null },
      { entry: "empty", kind: "ollama", models: [], problem: null },
      { entry: "other", kind: "openai", models: null, problem: unreachable.problem },
    ];
    const { code, out } = await ranHere("llm models", { llm: { models: async () => ({ entries, cut: 0 }) } });
    expect(code).toBe(7);
    expect(out.split("\n")).toEqual([
      "main (openai)",
      "  MODEL     CONTEXT  OUTPUT  US$/M READ  CACHED / KEPT  WRITTEN  PRICE BY  CAN",
      "  gpt-5.5    400000  128000        5.00   0.125 / 6.25    30.00  list      tools, structured",
      "  embedder        -       -           -              -        -            embeds",
      "empty (ollama)",
      "  It has no models.",
      "other (openai)",
      '  Provider "other": its key is refused.',
      "",
    ]);
  });

  it("gives programs a line for each model", async () => {
    const entries = [{ entry: "main", kind: "openai", models, problem: null }];
    const llm = { models: async () => ({ entries, cut: 0 }) };
    const { code, out } = await ranHere("llm models main --format ndjson", { llm });
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(models.map((model) => ({ v: 1, node: null, entry: "main", kind: "openai", ...model })));
  });

  it("lists no more than a person reads", async () => {
    const many = Array.from({ length: 200 }, (_, number) => ({ name: `model-${number}`, price: null }));
    const entries = [{ entry: "main", kind: "openai", models: many, problem: null }];
    const { out } = await ranHere("llm models", { llm: { models: async () => ({ entries, cut: 3 }) } });
    expect(out).toContain("and 140 more");
    expect(out).toContain("and 3 more");
  });

  it("ends with 69 where none tells", async () => {
    const entries = [{ entry: "other", kind: "openai", models: null, problem: null }];
    const { code, out } = await ranHere("llm models", { llm: { models: async () => ({ entries, cut: 0 }) } });
    expect([code, out]).toEqual([69, "other (openai)\n  It has not said which models it has.\n"]);
  });
});

describe("aiex llm usage", () => {
  const used = {
    ...{ entry: "main", model: "gpt-5.5", requests: 12, unknown: 1 },
    ...{ input_tokens: 1_200, cached_tokens: 200, output_tokens: 80, costUsd: 0.0123 },
  };
  const days = [
    { day: "2026-11-22", models: [used], costUsd: 0.0123 },
    { day: "2026-11-23", models: [], costUsd: 0 },
  ];

  it("shows what was used, and what all of it cost", async () => {
    const asked: unknown[] = [];
    const usage = async (request: unknown) => {
      asked.push(request);
      return { days };
    };
    const { code, out } = await ranHere("llm usage --days 2", { llm: { usage } });
    expect([code, asked]).toEqual([0, [{ days: 2 }]]);
    expect(out).toMatch(
      /2026-11-22 +main +gpt-5\.5 +12 \(1 unknown\) +1200 +200 +80 +US\$ 0\.0123\nAll of it: US\$ 0\.0123\n$/,
    );
  });

  it("says that nothing was used", async () => {
    const { out } = await ranHere("llm usage", { llm: { usage: async () => ({ days: [] }) } });
    expect(out).toBe("No model was asked in the last 0 days.\n");
  });

  it("asks one node of a cluster, since all of them know", async () => {
    const ran = await ranRemotely("llm usage --on cluster --format json", {
      answers: { llm_usage: { days } },
    });
    expect(ran.asked.map(({ request }) => request)).toEqual([{ what: "llm_usage", days: 7 }]);
    expect(JSON.parse(ran.out)).toEqual({
      schema: "aiex.llm-usage/1",
      nodes: [{ node: "alpha", days, reason: null }],
    });
  });
});

describe("aiex llm breaker", () => {
  const open: EntryBreaker = {
    ...closed,
    ...{ state: "open", failures: 5, retryInMs: 42_000 },
    models: [{ model: "gpt-5.5", state: "open", held: false, failures: 5, retryInMs: 42_000 }],
  };

  it("shows those of the node that runs here", async () => {
    const answers = {
      llm_breakers: { breakers: [open, { ...closed, entry: "other", state: "open", held: true }] },
    };
    const { code, out, opened } = await ranRemotely("llm breaker", { answers });
    expect([code, opened]).toEqual([0, [{ anyMember: true }]]);
    expect(out.split("\n")).toEqual([
      "ENTRY  MODEL    STATE              FAILURES",
      "main   (all)    open, for 42 s            5",
      "main   gpt-5.5  open, for 42 s            5",
      "other  (all)    open, by a person         0",
      "",
    ]);
  });

  it.each(["open", "close", "reset"])("has one %s on the node that is named", async (order) => {
    const answers = { llm: { breaker: closed } };
    const line = `llm breaker ${order} main --model gpt-5.5 --on beta --format json`;
    const { code, out, asked } = await ranRemotely(line, { answers });
    expect(code).toBe(0);
    expect(asked.map(({ node, verb, request }) => [node, verb, request])).toEqual([
      ["beta", "llm", { what: "breaker", entry: "main", order, model: "gpt-5.5" }],
    ]);
    expect(JSON.parse(out)).toEqual({ schema: "aiex.llm-breakers/1", node: "beta", breakers: [closed] });
  });

  it.each([
    "llm breaker open",
    "llm breaker explode main",
    "llm breaker --on here",
    "llm breaker open main more",
  ])("refuses %j", async (line) => {
    const { code, asked } = await ranRemotely(line, {});
    expect([code, asked]).toEqual([2, []]);
  });
});
