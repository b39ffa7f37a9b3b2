// `aiex top`, `aiex tree` and `aiex status` against nodes that are data: what they ask and what they print.
import { describe, expect, it } from "vitest";
import type { TreeRow } from "../../actors/control/reports.ts";
import { nodeReport, processRow, ranRemotely, statusReport } from "./remote-stage.ts";

const hostile = "\x1b[2J\u202eevil\n";
// The world's control characters but the line feed that ends a line.
const dangerous = /[\p{Cc}\u202e]/u;

function lines(text: string): readonly string[] {
  return text.split("\n");
}

describe("aiex top", () => {
  const rows = [
    processRow(),
    processRow({ pid: "<alpha.1790000000000.11>", name: null, logic: "parser", queueLength: 120 }),
  ];
  const answers = { top: { processes: 42, rows, cut: 0 } };

  it("lists the processes in columns, each with its whole pid", async () => {
    const { code, out, err, asked } = await ranRemotely("top", { answers });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(asked[0]?.request).toEqual({ what: "top", by: "messagesHandled", limit: 10 });
    expect(lines(out)).toEqual([
      "alpha: 42 processes, 40 of them not shown",
      "",
      "PID                       STATUS   WAITING  HANDLED   MEMORY  NAME",
      "<alpha.1790000000000.7>   waiting        0       12  1.5 KiB  counter",
      "<alpha.1790000000000.11>  waiting      120       12  1.5 KiB  (parser)",
      "",
    ]);
  });

  it("asks the node and for the order that were given, and shows times where there are some", async () => {
    const timed = { top: { processes: 1, rows: [processRow({ turnMs: 12_345 })], cut: 0 } };
    const { out, asked, opened } = await ranRemotely("top beta --by turnMs --count 3", { answers: timed });
    expect(opened).toEqual([{ node: "beta" }]);
    expect(asked[0]).toMatchObject({ node: "beta", request: { by: "turnMs", limit: 3 }, timeoutMs: 5_000 });
    expect(out).toContain("TURNS");
    expect(out).toContain("12.3 s");
  });

  it("gives programs all that is known of each", async () => {
    const { out } = await ranRemotely("top --format json", { answers });
    expect(JSON.parse(out)).toEqual({
      schema: "aiex.top/1",
      node: "alpha",
      by: "messagesHandled",
      total: 42,
      processes: rows,
      left_out: 0,
    });
  });

  it("shows what a node says to a terminal harmlessly", async () => {
    const evil = { top: { processes: 1, rows: [processRow({ name: hostile, status: hostile })], cut: 0 } };
    for (const line of ["top", "top --format json"]) {
      const { out } = await ranRemotely(line, { answers: evil, isTTY: true, env: { NO_COLOR: "1" } });
      expect(out.replaceAll("\n", "")).not.toMatch(dangerous);
    }
  });

  it.each(["top --by size", "top --count 0", "top --count 1.5", "top --count 1001", "top a b", "top a..b"])(
    "refuses %j before it connects",
    async (line) => {
      const { code, opened } = await ranRemotely(line, { answers });
      expect({ code, opened }).toEqual({ code: 2, opened: [] });
    },
  );
});

function row(over: Partial<TreeRow> = {}): TreeRow {
  return {
    id: "till",
    name: null,
    pid: "<alpha.1.9>",
    logic: "till",
    type: "worker",
    restart: "permanent",
    status: "waiting",
    restarts: 0,
    lastReason: null,
    more: 0,
    children: [],
    ...over,
  };
}

describe("aiex tree", () => {
  const root = row({
    id: "shop",
    pid: "<alpha.1.3>",
    type: "supervisor",
    restart: null,
    children: [
      row({ restarts: 2, lastReason: "Error: no paper" }),
      row({
        id: "baskets",
        name: "all.baskets",
        pid: "<alpha.1.5>",
        type: "supervisor",
        more: 7,
        children: [row({ id: "one", pid: null, status: "restarting" })],
      }),
    ],
  });
  const answers = { tree: { trees: [{ application: "shop", root }], text: "", cut: 0 } };

  it("draws each tree with its restarts and with what is left out", async () => {
    const { code, out } = await ranRemotely("tree", { answers });
    expect(code).toBe(0);
    expect(lines(out)).toEqual([
      "shop: shop  <alpha.1.3>  supervisor  waiting",
      "├── till  <alpha.1.9>  permanent  waiting  restarted 2 times, last: Error: no paper",
      '└── baskets ("all.baskets")  <alpha.1.5>  supervisor  permanent  waiting',
      "    ├── one  permanent  restarting",
      "    └── 7 more children",
      "",
    ]);
  });

  it("draws in ASCII where a terminal has no more", async () => {
    const { out } = await ranRemotely("tree", { answers, env: { LANG: "C" } });
    expect(out).toMatch(/^[\x20-\x7e\n]+$/);
    expect(out).toContain("|-- till");
    expect(out).toContain("    `-- 7 more children");
  });

  it("asks for as many children as are wanted, and gives programs the rows", async () => {
    const { out, asked } = await ranRemotely("tree --children 5 --format json", { answers });
    expect(asked[0]?.request).toEqual({ what: "tree", childrenMax: 5 });
    expect(JSON.parse(out)).toMatchObject({ schema: "aiex.tree/1", node: "alpha", trees: [{ root }] });
  });

  it("says so where no supervisor runs, or the tree was cut", async () => {
    const none = { tree: { trees: [], text: "", cut: 3 } };
    const { out } = await ranRemotely("tree", { answers: none });
    expect(out).toContain("No supervisor runs on alpha.");
    expect(out).toContain("left out");
  });

  it("shows what a node says to a terminal harmlessly", async () => {
    const evil = row({ id: hostile, name: hostile, lastReason: hostile, restarts: 1 });
    const { out } = await ranRemotely("tree", {
      answers: { tree: { trees: [{ application: hostile, root: evil }], text: hostile, cut: 0 } },
    });
    expect(lines(out).join("")).not.toMatch(dangerous);
    expect(lines(out)).toHaveLength(2);
  });
});

describe("aiex status", () => {
  it("says what the node is and that nothing is wrong", async () => {
    const status = statusReport({
      node: nodeReport({ labels: { zone: "a" } }),
      applications: [{ name: "aiex", state: "running" }],
      sessions: 2,
    });
    const { code, out } = await ranRemotely("status", { answers: { status } });
    expect(code).toBe(0);
    expect(lines(out)).toEqual([
      "alpha  up",
      "  Runs on:       desk, as process 4242, aiex 0.1.0",
      "  For:           2 h 5 min, incarnation 1790000000000",
      "  Cluster:       aiex",
      "  By socket:     /run/aiex/alpha.sock, connected",
      "  Labels:        zone=a",
      "  Processes:     42, 12 with a name",
      "  Event loop:    in time, 13 % busy",
      "  Memory:        34 MiB of 4.0 GiB",
      "  Sessions:      2",
      "  Applications:  aiex (running)",
      "",
      "Nothing is wrong.",
      "",
    ]);
  });

  it("says what is wrong and what to do, the gravest first, and still ends with 0", async () => {
    const problems = [
      { severity: "warning", what: "120 messages wait for till.", advice: "Look with `aiex top`." },
      { severity: "critical", what: "The broker is away.", advice: "Start it." },
    ] as const;
    const { code, out } = await ranRemotely("status", {
      answers: { status: statusReport({ problems: [...problems] }) },
    });
    expect(code).toBe(0);
    expect(lines(out).slice(-7)).toEqual([
      "",
      "Problems:",
      "  critical: The broker is away.",
      "    → Start it.",
      "  warning: 120 messages wait for till.",
      "    → Look with `aiex top`.",
      "",
    ]);
  });

  it("colours on a terminal and obeys NO_COLOR", async () => {
    const answers = { status: statusReport() };
    expect((await ranRemotely("status", { answers, isTTY: true })).out).toContain("\x1b[");
    const plain = await ranRemotely("status", { answers, isTTY: true, env: { NO_COLOR: "1" } });
    expect(plain.out).not.toContain("\x1b[");
  });

  it("gives programs the report under a version", async () => {
    const { out } = await ranRemotely("status --format json", { answers: { status: statusReport() } });
    expect(JSON.parse(out)).toEqual({ schema: "aiex.status/1", ...statusReport() });
  });
});
