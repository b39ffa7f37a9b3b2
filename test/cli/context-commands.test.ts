// `aiex context status`, `sessions` and `clear`: whom they ask, what they print, and how they end.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ContextSessionReport } from "../../actors/control/context-shapes.ts";
import type { Reports } from "../../actors/control/reports.ts";
import type { OwnSessions } from "../../supervisors/own-sessions.ts";
import { aiex, noSessions, runOn, stage } from "./fixtures.ts";
import { ranRemotely } from "./remote-stage.ts";

const status: Reports["context_status"] = {
  ...{ place: "/data/sessions", sessions: 2, entries: 3, bytes: 2_048, bytesMax: 104_857_600 },
  ...{ unwritten: 1, evicted: 0, forgotten: 4, problem: null },
};
const listed: Reports["context_sessions"] = {
  sessions: [
    { id: "name-1", label: "review-42", entries: 2, bytes: 1_500, createdAt: 0, usedAt: 0, node: "beta" },
    {
      id: "project-2",
      label: "host:/a\u001b[31m",
      entries: 1,
      bytes: 500,
      createdAt: 0,
      usedAt: 0,
      node: null,
    },
  ],
  cut: 0,
};

async function ranHere(line: string, over: Partial<OwnSessions> = {}) {
  const cleared: string[] = [];
  const sessions: OwnSessions = {
    status: async () => status,
    list: async () => listed,
    show: async () => null,
    idOf: async ({ name }) => (name === undefined ? "project-2" : `name-${name}`),
    clear: async (id) => {
      cleared.push(id);
      return true;
    },
    ...over,
  };
  const scene = stage({ sessions });
  const code = await scene.world.until(runOn(scene, line.split(" ")));
  return { code, out: scene.stdout(), err: scene.stderr(), cleared };
}

describe("aiex context status", () => {
  it("tells what this machine's user has", async () => {
    const { code, out } = await ranHere("context status");
    expect(code).toBe(0);
    expect(out).toContain("kept in:   /data/sessions");
    expect(out).toContain("sessions:  2, with 3 entries");
    expect(out).toContain("2.0 KiB");
  });

  it("tells programs the same", async () => {
    const { out } = await ranHere("context status --format json");
    expect(JSON.parse(out)).toEqual({ schema: "aiex.context-status/1", node: null, ...status });
  });

  it("ends with 1 where what was changed cannot be written", async () => {
    const problem = "the disk is full";
    const { code, out } = await ranHere("context status", { status: async () => ({ ...status, problem }) });
    expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining("the disk is full") });
  });

  it("asks the node that is named", async () => {
    const { code, out } = await ranRemotely(["context", "status", "--on", "alpha"], {
      answers: { context_status: () => status },
    });
    expect(code).toBe(0);
    expect(out).toContain("held on alpha:");
    expect(out).toContain("2.0 KiB of 100 MiB");
  });
});

describe("aiex context sessions", () => {
  it("lists them, with nothing that a terminal would obey", async () => {
    const { out } = await ranHere("context sessions");
    expect(out).toMatch(/^ENTRIES +SIZE +USED +OWNER +SESSION\n/);
    expect(out).toMatch(/ 2 +1\.5 KiB .* beta +review-42\n/);
    expect(out).not.toContain("\u001b");
  });

  it("says so where nothing is remembered", async () => {
    const { out } = await ranHere("context sessions", { list: async () => ({ sessions: [], cut: 0 }) });
    expect(out).toBe("Nothing is remembered.\n");
  });
});

const remembered: ContextSessionReport = {
  ...{ id: "name-1", label: "review\u001b[31m-42", createdAt: 0, usedAt: 0, cut: 3 },
  entries: [
    {
      ...{
        id: "r1/s/0",
        at: 0,
        kind: "operation",
        operation: "analyze",
        run: "abcdefghijklmnop",
        short: true,
      },
      summary: "Line one.\u001b]0;owned\u0007\n```\n# Not a heading\u202e\r\n",
      paths: ["/p/a.ts", "/p/\u001b[2Jb.ts", "/p/c.ts", "/p/d.ts", "/p/e.ts", "/p/f.ts", "/p/g.ts"],
    },
    {
      ...{ id: "k", at: 1e300, kind: "message", operation: "user", run: null, short: false },
      ...{ summary: "", paths: [] },
    },
  ],
};

describe("aiex context show --session", () => {
  const asked = async (line: string) => {
    const shown: (readonly [string, number])[] = [];
    const show: OwnSessions["show"] = async (id, limit) => {
      shown.push([id, limit]);
      return remembered;
    };
    return { ...(await ranHere(line, { show })), shown };
  };

  it.each<[string, readonly [string, number]]>([
    ["context show --session", ["project-2", 20]],
    ["context show --session review", ["name-review", 20]],
    ["context show --session=review --limit 500", ["name-review", 500]],
    ["context show --session --limit 1 --on here", ["project-2", 1]],
  ])("%s shows what is meant, so much of it", async (line, expected) => {
    const { code, shown } = await asked(line);
    expect({ code, shown }).toEqual({ code: 0, shown: [expected] });
  });

  it("tells what was found, when, about which files, by which run, with nothing that a terminal would obey", async () => {
    const { out } = await asked("context show --session review");
    expect(out).toMatch(/^review\\x1b\[31m-42, used .* ago\n/);
    expect(out).toMatch(/\nanalyze, .* ago, run abcdefghijklmnop, shortened\n/);
    expect(out).toContain("  /p/a.ts, /p/\\x1b[2Jb.ts, /p/c.ts, /p/d.ts, /p/e.ts, and 2 more\n");
    expect(out).toContain("  Line one.\\x1b]0;owned\\x07\n  ```\n  # Not a heading\\u{202e}\n");
    expect(out).toMatch(/\n3 older entries not shown\n$/);
    expect(out.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
  });

  it("makes a document of it that no text breaks out of", async () => {
    const { out } = await asked("context show --session review --format markdown");
    expect(out).toContain(
      "# Session review\\\\x1b\\[31m-42\n\n## analyze\n\n- When: 1970-01-01T00:00:00.000Z\n",
    );
    expect(out).toContain("- Run: `abcdefghijklmnop`\n- About: `/p/a.ts`, ");
    expect(out).toContain("````\nLine one.\\x1b]0;owned\\x07\n```\n# Not a heading\\u{202e}\n````\n");
    expect(out).toContain("## user\n\n- When: 1970-01-01T00:00:00.000Z\n\n3 older entries not shown.\n");
    expect(out.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
  });

  it("gives programs all of it", async () => {
    const { out } = await asked("context show --session review --format json");
    expect(JSON.parse(out)).toEqual({ schema: "aiex.context-session/1", node: null, session: remembered });
    expect(out.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
  });

  it("says where nothing is remembered, and ends with 0", async () => {
    for (const format of ["text", "markdown"]) {
      const { code, out } = await ranHere(`context show --session --format ${format}`);
      expect({ code, out }).toEqual({ code: 0, out: "Nothing is remembered in this session.\n" });
    }
    const { out } = await ranHere("context show --session --format json");
    expect(JSON.parse(out)).toMatchObject({ session: null });
  });

  it("asks the node that is named for the session of that name", async () => {
    const line = ["context", "show", "--session", "review", "--on", "alpha", "--limit", "7"];
    const {
      code,
      out,
      asked: questions,
    } = await ranRemotely(line, {
      sessions: { ...noSessions, idOf: async ({ name }) => `name-${name}` },
      answers: { context: () => ({ known: true, shown: remembered }) },
    });
    expect(code).toBe(0);
    expect(questions.map(({ verb, request }) => [verb, request])).toEqual([
      ["context", { what: "show", session: "name-review", limit: 7 }],
    ]);
    expect(out).toContain("run abcdefghijklmnop");
  });

  it.each([
    ["context show --session a src", "leave out"],
    ["context show --session a --query b", "--query is not for --session"],
    ["context show --session --why", "--why is not for --session"],
    ["context show --on alpha", "--on is only for --session"],
    ["context show --limit 3", "--limit is only for --session"],
    ["context show --format markdown", "only for --session"],
    ["context show --session --limit 0", "--limit"],
    ["context show --session \u0007", "name of a session"],
  ])("refuses %j", async (line, why) => {
    const { code, err, shown } = await asked(line);
    expect({ code, shown }).toEqual({ code: 2, shown: [] });
    expect(err).toContain(why);
  });
});

describe("aiex context clear", () => {
  it.each([
    ["context clear", ["project-2"]],
    ["context clear --session review", ["name-review"]],
    ["context clear --all", ["name-1", "project-2"]],
  ])("%s forgets what is meant", async (line, ids) => {
    const { code, out, cleared } = await ranHere(line);
    expect(code).toBe(0);
    expect(cleared).toEqual(ids);
    expect(out).toMatch(/^Forgot what [12] sessions? remembered\.\n$/);
  });

  it("says where there was nothing, and ends with 0", async () => {
    const { code, out } = await ranHere("context clear", { clear: async () => false });
    expect({ code, out }).toEqual({ code: 0, out: "There was nothing to forget.\n" });
  });

  it.each(["context clear --all --session a", "context clear --session \u0007"])(
    "refuses %j",
    async (line) => {
      const { code, cleared } = await ranHere(line);
      expect({ code, cleared }).toEqual({ code: 2, cleared: [] });
    },
  );
});

describe("The built command", () => {
  let home = "";

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "aiex-context-"));
    await writeFile(join(home, "a.py"), "def load(data):\n    return eval(data)\n");
  });

  afterEach(() => rm(home, { recursive: true, force: true }));

  function ran(...words: readonly string[]) {
    const {
      status: code,
      stdout,
      stderr,
    } = aiex(words, { env: { HOME: home, XDG_RUNTIME_DIR: home }, cwd: home });
    return { code, stdout, stderr };
  }

  it("remembers what an analysis found, in the session that is named, and forgets it", () => {
    expect(ran("ai", "analyze", "--file", "a.py")).toMatchObject({ code: 0 });
    expect(ran("ai", "analyze", "--file", "a.py", "--session", "review")).toMatchObject({ code: 0 });
    expect(ran("ai", "analyze", "--file", "a.py", "--no-session")).toMatchObject({ code: 0 });
    const { sessions } = JSON.parse(ran("context", "sessions", "--format", "json").stdout);
    expect(
      sessions.map(({ label, entries }: { label: string; entries: number }) => [label, entries]),
    ).toEqual([
      ["review", 1],
      [expect.stringMatching(/:\/.*aiex-context-/), 1],
    ]);
    expect(ran("context", "clear").stdout).toBe("Forgot what 1 session remembered.\n");
    expect(ran("context", "clear").stdout).toBe("There was nothing to forget.\n");
    expect(JSON.parse(ran("context", "status", "--format", "json").stdout)).toMatchObject({
      sessions: 1,
      entries: 1,
    });
  });

  it("shows what an analysis has found", () => {
    expect(ran("ai", "analyze", "--file", "a.py", "--session", "review")).toMatchObject({ code: 0 });
    const { session } = JSON.parse(ran("context", "show", "--session", "review", "--format", "json").stdout);
    expect(session).toMatchObject({
      label: "review",
      entries: [{ operation: "analyze", paths: [expect.stringMatching(/\/a\.py$/)] }],
      cut: 0,
    });
    expect(ran("context", "show", "--session").stdout).toBe("Nothing is remembered in this session.\n");
  });

  it("refuses a session that is named and none at once", () => {
    expect(ran("ai", "analyze", "--file", "a.py", "--session", "a", "--no-session")).toMatchObject({
      code: 2,
    });
  });
});
