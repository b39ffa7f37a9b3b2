// A conversation as a run: what it sends and asks, how it ends, and what is left of it for whoever goes on.
import { describe, expect, test } from "vitest";
import type { ChatTerms, SaidTurn, Turn } from "../../../actors/chat/conversation.ts";
import { turnStep } from "../../../actors/chat/conversation.ts";
import { chatLimits } from "../../../actors/chat/limits.ts";
import { orderText } from "../../../actors/chat/order.ts";
import type { CompletionOrder } from "../../../actors/llm/completion.ts";
import { chatOperations } from "../../../actors/operations/chat.ts";
import type { Reviewer } from "../../../actors/review/reviewer.ts";
import type { ChangeSet, WorkspaceAccess } from "../../../actors/workspace/access.ts";
import { sourceTextOf } from "../../../actors/workspace/source-text.ts";
import { blobHash } from "../../../runtime/store/blob-guard.ts";
import { besideCoordinator, fails, type Script, says, speaks } from "./scripted-coordinator.ts";
import { type StageOptions, StepStage } from "./step-stage.ts";

const partner: Reviewer = {
  ...{ provider: "work", kind: "openai", model: "m", host: "api.example", place: "network", price: null },
};

const terms: ChatTerms = {
  ...{ type: "coding", partner, allowed: "ask", paths: [], maySendNamed: true, answerMs: 60_000, since: 1 },
};

const files: Readonly<Record<string, string>> = {
  "/p/a.py": 'KEY = "AKIAQYLPMN5HXXM2ZKLV"\nx = 1\n',
  "/p/.env": "TOKEN=1\n",
  "/p/src/b.py": "y = x\n",
};

const workspace: Partial<WorkspaceAccess> = {
  list: async (path) => {
    if (path in files || `/p/${path}` in files) return { ok: true, kind: "file" };
    const root = path === "." ? "/p" : `/p/${path}`;
    const below = Object.entries(files).filter(([name]) => name.startsWith(`${root}/`));
    if (below.length === 0) return { ok: false, code: "file_not_found", message: `There is no ${path}.` };
    const entries = below.map(([name, text]) => ({
      ...{ kind: "file" as const, path: name.slice(root.length + 1), bytes: text.length },
    }));
    return { ok: true, kind: "directory", root, entries };
  },
  read: async ({ path, root = "/p" }) => {
    const text = files[`${root}/${path}`];
    if (text === undefined) return { ok: false, code: "file_not_found", message: `There is no ${path}.` };
    const bytes = new TextEncoder().encode(text);
    const source = sourceTextOf(bytes, bytes.length, { fileBytesMax: 1e6, lineCharactersMax: 1e4 });
    return { ok: true, bytes: bytes.length, realPath: `${root}/${path}`, source };
  },
};

const operations = chatOperations({
  cache: { get: async () => undefined, put: async () => {} },
  limits: { fileBytesMax: 1e6, lineCharactersMax: 1e4 },
});

interface Talked {
  readonly turn: Turn;
  readonly stage: StepStage;
  readonly orders: readonly CompletionOrder[];
  /** The first turn alone; what holds for the next. */
  readonly next: ChatTerms | undefined;
}

/** One turn, in which the person says `message` and answers what else is asked with `answer`. */
async function talked(
  script: Script,
  message: string,
  options: Partial<ChatTerms> &
    Pick<StageOptions, "cutShort" | "workspace"> & { readonly answer?: string } = {},
): Promise<Talked> {
  const { cutShort, answer, workspace: files = workspace, ...over } = options;
  const stage = new StepStage({
    workspace: files,
    ...(cutShort === undefined ? {} : { cutShort }),
    answer: (text) => (text === "What do you want to say?" ? message : answer),
  });
  let turn: Turn | undefined;
  let next: ChatTerms | undefined;
  const orders = await besideCoordinator(script, async () => {
    const input = { turn: 1, terms: { ...terms, ...over } };
    const outcome = await operations["chat.turn"]?.(input, stage.context(turnStep(1)));
    turn = outcome?.output as Turn;
    next = (outcome?.steps?.[0]?.input as typeof input | undefined)?.terms;
  });
  if (turn === undefined) throw new Error("The turn came to nothing.");
  return { turn, stage, orders, next };
}

function calls(name: string, given: object) {
  return says("", { finish: "tool_calls", tool_calls: [{ id: "c1", name, arguments: { ...given } }] });
}

function toolTexts(order: CompletionOrder | undefined): readonly string[] {
  return (order?.request.messages ?? []).filter(({ role }) => role === "tool").map(({ content }) => content);
}

describe("A turn", () => {
  test("sends what was said, with secrets masked, to the one partner", async () => {
    const { turn, orders, stage } = await talked(() => speaks(["Ye", "s."]), "Is AKIAQYLPMN5HXXM2ZKLV fine?");
    expect(turn).toMatchObject({ kind: "said", message: "Is [masked] fine?", answer: "Yes.", entry: "work" });
    expect(orders).toMatchObject([{ provider: "work", lane: "interactive", request: { model: "m" } }]);
    expect(JSON.stringify(orders)).not.toContain("AKIAQYLPMN5HXXM2ZKLV");
    expect(stage.told).toEqual([{ name: "chat.notice", about: "1 secret is masked in what you said." }]);
  });

  test("has the instructions of the project in what the model is told, once the person was told", async () => {
    const told = { path: "AGENTS.md", text: "Use tabs." };
    const instructions: WorkspaceAccess["instructions"] = async () => {
      return { ok: true, files: [told], waiting: [], leftOut: [] };
    };
    const own = { ...workspace, instructions };
    const agreed = await talked(() => speaks(["Yes."]), "Hi.", { workspace: own, answer: "send" });
    expect(agreed.orders[0]?.request.messages[0]?.content).toContain('"AGENTS.md":\n\nUse tabs.');
    expect(agreed.stage.asked[1]?.about).toMatchObject({
      ...{ isAgreed: true, disclosure: { files: [], instructions: ["AGENTS.md"] } },
    });
    const no = await talked(() => speaks(["Yes."]), "Hi.", { workspace: own, answer: "leave_out" });
    expect(JSON.stringify(no.orders)).not.toContain("Use tabs.");
    const unchosen = await talked(() => speaks(["Yes."]), "Hi.", { workspace: own, maySendNamed: false });
    expect(JSON.stringify(unchosen.orders)).not.toContain("Use tabs.");
    expect(unchosen.stage.asked).toHaveLength(1);
  });

  test("has tools used, each with its result, until the model answers", async () => {
    const script: Script = (_, index) =>
      [calls("read_file", { path: "a.py" }), calls("search", { text: "x" }), says("Done.")][index] ??
      says("");
    const { turn, orders } = await talked(script, "Look.", { allowed: "read" });
    expect((turn as SaidTurn).rounds.map(({ results }) => results.map(({ ok }) => ok))).toEqual([
      [true],
      [true],
    ]);
    const [read, found] = toolTexts(orders[2]);
    expect(read).toContain('1| KEY = "[masked]"\n2| x = 1\n');
    expect(found).toContain('| "a.py" 2: x = 1\n| "src/b.py" 1: y = x\n');
  });

  test("asks before a model sees a file, and sends nothing where that is refused or nobody answers", async () => {
    for (const answer of ["no", undefined]) {
      const script: Script = (_, index) =>
        index === 0 ? calls("read_file", { path: "a.py" }) : says("Well.");
      const { turn, orders, stage } = await talked(script, "Look.", answer === undefined ? {} : { answer });
      expect(stage.asked.slice(1)).toMatchObject([
        {
          text: expect.stringMatching(/^Let work at api\.example see what read_file gives of a\.py\?/),
          about: { permission: "read", tool: "read_file", path: "a.py" },
        },
      ]);
      expect((turn as SaidTurn).rounds[0]?.results[0]).toMatchObject({ ok: false });
      expect(toolTexts(orders[1])).toEqual([
        "It could not be done. The person does not let you see that. Go on without it, or say why you need it.",
      ]);
    }
  });

  test("asks once where everything of the project is allowed, and each time where only this is", async () => {
    const script: Script = (_, index) => (index < 2 ? calls("read_file", { path: "a.py" }) : says("Well."));
    const once = await talked(script, "Look.", { answer: "yes" });
    expect(once.stage.asked).toHaveLength(3);
    const all = await talked(script, "Look.", { answer: "all" });
    expect(all.stage.asked).toHaveLength(2);
  });

  test.each([
    ["read_file", { path: ".env" }, "never leave the machine"],
    ["read_file", { path: "/etc/passwd" }, "neither in the project"],
    ["read_file", { path: "../p/a.py" }, "neither in the project"],
    ["read_file", { path: "gone.py" }, "There is no gone.py."],
    ["analyze", { path: ".env" }, "never leave the machine"],
    ["list_files", { path: "none" }, "There is no folder"],
    ["propose_all", {}, "There is no tool of that name"],
  ])("refuses %s %j, whatever is allowed", async (name, given, why) => {
    const script: Script = (_, index) => (index === 0 ? calls(name, given) : says("Well."));
    const { orders } = await talked(script, "Look.", { allowed: "read" });
    expect(toolTexts(orders[1])).toEqual([expect.stringContaining(why)]);
  });

  test("lists and finds no file whose name says that it holds secrets", async () => {
    const script: Script = (_, index) =>
      [calls("list_files", {}), calls("search", { text: "TOKEN" })][index] ?? says("Well.");
    const { orders } = await talked(script, "Look.", { allowed: "read" });
    const [listed, found] = toolTexts(orders[2]);
    expect([listed, found]).toEqual([
      expect.not.stringContaining(".env"),
      expect.stringContaining("0 places"),
    ]);
  });

  test("has the model answer without tools when it has looked often enough", async () => {
    const { orders, turn } = await talked(() => calls("list_files", {}), "Look.", { allowed: "read" });
    expect(orders).toHaveLength(chatLimits.roundsMax + 1);
    expect(orders.map(({ request }) => request.tool_choice)).toEqual([
      ...Array.from({ length: chatLimits.roundsMax }, () => "auto"),
      "none",
    ]);
    expect((turn as SaidTurn).rounds).toHaveLength(chatLimits.roundsMax);
  });

  test("says why nobody answered, and has the next one follow", async () => {
    const { turn, next } = await talked(() => fails("all_unavailable"), "Well?");
    expect(turn).toMatchObject({ kind: "said", answer: "", failure: { code: "all_unavailable" } });
    expect(next).toEqual(terms);
  });

  test("that a person has heard enough of keeps what there is, and asks for nothing more", async () => {
    const { turn, orders } = await talked(() => calls("list_files", {}), "Look.", {
      allowed: "read",
      cutShort: Promise.resolve(),
    });
    expect(turn).toMatchObject({ kind: "said", failure: { code: "interrupted" } });
    expect(orders.length).toBeLessThanOrEqual(1);
  });

  test("of an order sends nothing, and hands on what holds from now on", async () => {
    const order = orderText({ order: "context", path: "src" });
    const { turn, orders, next } = await talked(() => says("?"), order);
    expect([turn, orders]).toEqual([{ kind: "changed", told: "src belongs to it from now on." }, []]);
    expect(next?.paths).toEqual(["src"]);
    expect((await talked(() => says("?"), "\u0001{}")).orders).toEqual([]);
  });

  test("tells what was named before it is sent, and leaves out what is not to be", async () => {
    const named = { paths: ["a.py", "src", "gone"] };
    const sent = await talked(() => says("Yes."), "What is it?", { ...named, answer: "send" });
    expect(sent.stage.asked[1]).toMatchObject({
      about: { isAgreed: true, disclosure: { files: ["a.py", "src (names of files)"], masked: 1 } },
    });
    expect(sent.orders[0]?.request.messages.at(-1)?.content).toMatch(/2\| x = 1.*"b\.py".*What is it\?$/s);
    const kept = await talked(() => says("Yes."), "What is it?", { ...named, answer: "leave_out" });
    expect(JSON.stringify(kept.orders)).not.toContain("x = 1");
  });
});

describe("A change that a model proposes", () => {
  const crlf = "one\r\ntwo\r\nthree\r\n";
  const rename = {
    path: "src/b.py",
    content: null,
    edits: [{ search: "y = x", replace: "y = x + 1" }],
  };

  /** The file as it is, and what was applied to it. */
  async function proposed(given: object, answer: string | undefined, over: Partial<ChatTerms> = {}) {
    const sets: ChangeSet[] = [];
    const script: Script = (_, index) => (index === 0 ? calls("propose_change", given) : says("Well."));
    const changing: Partial<WorkspaceAccess> = {
      ...workspace,
      read: async (request) =>
        request.path === "crlf.txt"
          ? { ok: true, bytes: crlf.length, realPath: "/p/crlf.txt", source: textOf(crlf) }
          : (workspace.read?.(request) ?? never()),
      hash: async (path) => {
        const text = path === "crlf.txt" ? crlf : files[`/p/${path}`];
        return { ok: true, hash: text === undefined ? null : blobHash(new TextEncoder().encode(text)) };
      },
      applyAll: async (set) => {
        sets.push(set);
        return { ok: true, isNew: true };
      },
    };
    const talk = await talked(script, "Do it.", {
      ...over,
      workspace: changing,
      ...(answer === undefined ? {} : { answer }),
    });
    const [change] = sets.flatMap(({ changes }) => changes);
    const text = change?.bytes === undefined ? undefined : new TextDecoder().decode(change.bytes);
    return { ...talk, sets, text, told: toolTexts(talk.orders[1])[0] };
  }

  test("is shown, and made where the person agrees", async () => {
    const { stage, sets, text, told } = await proposed(rename, "yes");
    expect(stage.asked[1]).toMatchObject({
      text: "Change src/b.py (+1 -1 lines)?",
      about: {
        permission: "change",
        path: "src/b.py",
        diff: expect.stringContaining("-y = x\n+y = x + 1\n"),
      },
    });
    expect([sets.length, sets[0]?.run, text]).toEqual([1, "run", "y = x + 1\n"]);
    expect(told).toBe('"src/b.py" is changed as you proposed (+1 -1 lines).');
  });

  test("is not made where the person refuses, nobody answers, or reading alone is allowed", async () => {
    for (const [answer, allowed] of [
      ["no", "ask"],
      [undefined, "ask"],
      [undefined, "read"],
    ] as const) {
      const { sets, told } = await proposed(rename, answer, { allowed });
      expect([sets, told]).toEqual([[], expect.stringContaining("The person does not want that change.")]);
    }
  });

  test("needs no asking where changes are allowed, and makes new files", async () => {
    const made = { path: "new/c.py", edits: [], content: "z = 1\n" };
    const { stage, sets, text } = await proposed(made, undefined, { allowed: "change" });
    expect([stage.asked.length, text]).toEqual([1, "z = 1\n"]);
    expect(sets[0]?.changes[0]).toMatchObject({ path: "new/c.py", before: null });
  });

  test("keeps the line endings of its file", async () => {
    const edits = [{ search: "one\ntwo", replace: "1\n2" }];
    const { text } = await proposed({ path: "crlf.txt", edits, content: null }, "yes");
    expect(text).toBe("1\r\n2\r\nthree\r\n");
  });

  test.each([
    [{ ...rename, path: "../b.py" }, "neither in the project"],
    [{ ...rename, path: "/p/src/b.py" }, "neither in the project"],
    [{ ...rename, path: ".env" }, "not changed by a model"],
    [{ ...rename, path: "none.py" }, "There is no file"],
    [{ ...rename, content: "x" }, "is there"],
    [{ ...rename, edits: [] }, "is there"],
    [{ ...rename, edits: [{ search: "q", replace: "" }] }, "does not stand in the file"],
    [{ ...rename, edits: [{ search: "y = x", replace: "y = x" }] }, "change nothing"],
    [{ path: "crlf.txt", content: null, edits: [{ search: "e", replace: "" }] }, "more than once"],
    [{ ...rename, edits: [{ search: "y", replace: "[masked]" }] }, "stands for a secret"],
    [{ ...rename, edits: [{ search: "y", replace: "y\u202e" }] }, "cannot be seen"],
    [{ path: "new.py", content: "x = '\u001b[2J'\n", edits: [] }, "cannot be seen"],
    [{ ...rename, edits: [{ search: "", replace: "x" }] }, "not as they have to be"],
  ])("that cannot be is refused with what to do: %j", async (given, why) => {
    const { sets, told, stage } = await proposed(given, "yes", { allowed: "change" });
    expect([sets, told, stage.asked.length]).toEqual([[], expect.stringContaining(why), 1]);
  });
});

function textOf(text: string) {
  const bytes = new TextEncoder().encode(text);
  return sourceTextOf(bytes, bytes.length, { fileBytesMax: 1e6, lineCharactersMax: 1e4 });
}

function never(): never {
  throw new Error("It is not read.");
}
