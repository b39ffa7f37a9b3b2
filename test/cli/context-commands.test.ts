// `aiex context status`, `sessions` and `clear`: whom they ask, what they print, and how they end.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Reports } from "../../actors/control/reports.ts";
import type { OwnSessions } from "../../supervisors/own-sessions.ts";
import { aiex, runOn, stage } from "./fixtures.ts";
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

  it("refuses a session that is named and none at once", () => {
    expect(ran("ai", "analyze", "--file", "a.py", "--session", "a", "--no-session")).toMatchObject({
      code: 2,
    });
  });
});
