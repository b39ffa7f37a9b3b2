// The built command in conversations: from a pipe, with one message, in a terminal, cut off and gone on with.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Reply, type ScriptedServer, startScriptedServer } from "../../actors/llm/scripted-server.ts";
import { builtMain } from "../fixtures.ts";
import { hasPseudoTerminal, inTerminal } from "../pseudo-terminal.ts";

let home = "";
let server: ScriptedServer;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "aiex-chat-"));
  writeFileSync(join(home, "a.py"), "def mean(xs):\n    return sum(xs) / len(xs)\n");
});

afterEach(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

async function scripted(...replies: readonly [Reply, ...Reply[]]): Promise<void> {
  server = await startScriptedServer({ replies });
  const folder = join(home, ".config", "aiex");
  mkdirSync(folder, { recursive: true });
  const openai = { api_key: "sk-test", base_url: server.baseUrl("openai") };
  writeFileSync(join(folder, "config.yaml"), JSON.stringify({ llm: { providers: { openai } } }), {
    mode: 0o600,
  });
}

/** With a model of this machine; or with one that is elsewhere as far as aiex can tell, and whose key is in the environment. */
function env(isHere = true): Readonly<Record<string, string>> {
  const where: Record<string, string> = isHere
    ? { AIEX_LM_STUDIO_HOST: server.baseUrl("lm_studio") }
    : { OPENAI_API_KEY: "sk-test" };
  return { HOME: home, LANG: "C.UTF-8", ...where };
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(words: readonly string[], input = "", isHere = true): Running {
  const child = spawn(process.execPath, [builtMain, "ai", "chat", ...words], {
    env: { PATH: process.env.PATH, ...env(isHere) },
    cwd: home,
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
  });
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...said })));
  return { child, ended };
}

function talk(words: readonly string[], input = "", isHere = true): Promise<Ended> {
  return start(words, input, isHere).ended;
}

function idIn({ err }: Ended): string {
  return /Conversation (\w{8}) is kept\. Go on with it: aiex ai chat --resume \1\n/.exec(err)?.[1] ?? "none";
}

function messagesOf(index: number): readonly { readonly role: string; readonly content: string }[] {
  const asked = server.requests.filter(({ method }) => method === "POST");
  return (asked[index]?.body?.messages ?? []) as never;
}

const look = { say: ["I look. "], calls: [{ name: "read_file", json: '{"path":"a.py"}' }] };

describe("A conversation from a pipe", () => {
  it("answers line by line on standard output, and says all else on standard error", async () => {
    await scripted(look, { say: ["It computes ", "a mean."] }, { say: "Twice." });
    const input = 'What is it?\n"""\nAnd\n/quit\n"""\n/cost\n';
    const ended = await talk([], input);
    expect([ended.code, ended.out]).toEqual([0, "I look. \nIt computes a mean.\nTwice.\n"]);
    expect(ended.err).toMatch(
      /^What you say goes to lm_studio, at 127\.0\.0\.1:\d+, which is this machine\./,
    );
    expect(ended.err).toContain("  read_file a.py: 2 lines\n");
    expect(ended.err).toContain("2 answers, ");
    expect(messagesOf(1).at(-1)?.content).toContain("1| def mean(xs):\n2|     return sum(xs) / len(xs)\n");
    expect(messagesOf(2).at(-1)?.content).toBe("And\n/quit");
    expect(idIn(ended)).not.toBe("none");
  }, 60_000);

  it("takes a change back that was made, tells the model, and takes back no more than there is", async () => {
    const before = readFileSync(join(home, "a.py"), "utf8");
    const edits = [{ search: "/ len(xs)", replace: "/ max(1, len(xs))" }];
    const change = { name: "propose_change", json: JSON.stringify({ path: "a.py", edits, content: null }) };
    await scripted({ say: "So: ", calls: [change] }, { say: "Done." }, { say: "I see." });
    const ended = await talk(["--allow", "change"], "Mend it.\n/undo\n/undo\nAnd now?\n");
    expect([ended.code, ended.out]).toEqual([0, "So: \nDone.\nI see.\n"]);
    expect(ended.err).toContain("  propose_change a.py: +1 -1 lines\n");
    expect(ended.err).toContain("The last change is taken back: a.py is as it was before it.\n");
    expect(ended.err).toContain("There is nothing to take back");
    expect(readFileSync(join(home, "a.py"), "utf8")).toBe(before);
    expect(messagesOf(2).at(-1)?.content).toBe(
      '(The person has taken back the last change of "a.py": the file is as it was before it.)\n\nAnd now?',
    );
  }, 60_000);

  it("does the rest of it where a line is no command, and ends with 2", async () => {
    await scripted({ say: "Yes." });
    const ended = await talk([], "/fly\nWell?\n");
    expect([ended.code, ended.out]).toEqual([2, "Yes.\n"]);
    expect(ended.err).toContain("There is no command /fly. ");
  }, 60_000);

  it("sends nothing of the project where nobody can be asked, says what would allow it, and ends with 5", async () => {
    await scripted(look, { say: "I cannot see it." });
    const denied = await talk(["--message", "What is it?"], "", false);
    expect([denied.code, denied.out]).toEqual([5, "I look. \nI cannot see it.\n"]);
    expect(denied.err).toContain("--allow read allows it.\n");
    expect(JSON.stringify(server.requests.map(({ body }) => body))).not.toContain("sum(xs)");
  }, 60_000);
});

describe("One message", () => {
  it("is answered, gone on with by the id of its run, and forked, as JSON", async () => {
    await scripted({ say: "One." }, { say: "Two." }, { say: "Three." });
    const first = await talk(["--message", "1?", "--format", "json"]);
    const { run, turns } = JSON.parse(first.out);
    expect([first.code, turns]).toEqual([
      0,
      [
        {
          ...{ turn: 1, message: "1?", context: [], tools: [], answer: "One.", failure: null, cost_usd: 0 },
          ...{ provider: "lm_studio", model: "model-of-the-server" },
        },
      ],
    ]);
    const resumed = await talk(["--resume", run, "--message", "2?", "--format", "json"]);
    const forked = await talk(["--fork", run, "--message", "3?", "--format", "json"]);
    const texts = [resumed, forked].map(({ out }) =>
      JSON.parse(out).turns.map(({ answer }: { readonly answer: string }) => answer),
    );
    expect(texts).toEqual([
      ["One.", "Two."],
      ["One.", "Two.", "Three."],
    ]);
    expect(JSON.parse(forked.out).run).not.toBe(run);
    expect(
      messagesOf(2)
        .map(({ content }) => content)
        .slice(1),
    ).toEqual(["1?", "One.", "2?", "Two.", "3?"]);
  }, 60_000);

  it("with a file that is named says what is sent before it is", async () => {
    await scripted({ say: "A mean." });
    const words = ["--message", "-", "--context", "a.py", "--provider", "openai", "--format", "ndjson"];
    const ended = await talk(words, "What\nis it?", false);
    expect(ended.code).toBe(0);
    expect(ended.err).toContain("This goes along");
    expect(messagesOf(0).at(-1)?.content).toMatch(/1\| def mean\(xs\):.*\n\nWhat\nis it\?$/s);
    const types = ended.out
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line).type);
    expect(types).toEqual(expect.arrayContaining(["accepted", "asked", "answered", "text", "step_finished"]));
  }, 60_000);

  it("goes on where its command was killed in the middle of the answer", async () => {
    await scripted({ say: ["The first half, ", "and "], stallAfter: 2 }, { say: ["the second."] });
    const { child, ended } = start(["--message", "Well?", "--format", "ndjson"]);
    await new Promise<void>((resolve) => {
      let heard = "";
      child.stdout?.on("data", (chunk) => {
        heard += chunk;
        if (heard.includes('"type":"text"')) resolve();
      });
    });
    child.kill("SIGKILL");
    const { out } = await ended;
    const { run } = JSON.parse(out.split("\n")[0] ?? "");
    const resumed = await talk(["--resume", run, "--format", "json", "--message", "More?"]);
    expect(JSON.parse(resumed.out).turns[0]).toMatchObject({
      message: "Well?",
      answer: expect.stringMatching(/^The first half, .*the second\.$/),
    });
  }, 60_000);

  it("says what it needs where nobody could answer, and refuses what belongs to a new conversation", async () => {
    await scripted({ say: "?" });
    const nobody = spawn(process.execPath, [builtMain, "ai", "chat", "--message", "x"], {
      env: { PATH: process.env.PATH, HOME: join(home, "nobody") },
      stdio: "ignore",
    });
    expect(await new Promise((resolve) => nobody.on("close", resolve))).toBe(69);
    const both = await talk(["--resume", "abcd", "--provider", "openai", "--message", "x"]);
    expect([both.code, both.err]).toEqual([
      2,
      expect.stringContaining("--provider belongs to a new conversation"),
    ]);
    expect((await talk(["--message", " "])).code).toBe(2);
    expect((await talk(["--context", "gone.py", "--message", "x"])).code).toBe(1);
  }, 60_000);
});

describe.skipIf(!hasPseudoTerminal)("A conversation in a terminal", () => {
  it("streams an answer, asks before a file is sent, and keeps what was typed for its owner alone", async () => {
    await scripted(look, { say: ["It computes ", "a mean."] });
    const { code, screen } = await inTerminal(["ai", "chat"], {
      ...{ env: env(false), cwd: home, columns: 100 },
      typing: [
        { after: "/help lists the commands.", keys: "What is it?\r" },
        { after: "yes, all, no? ", keys: "a\r" },
        { after: "yes, all, no? ", keys: "yes\r" },
        { after: "It computes a mean.", keys: "/save talk.md\r" },
        { after: "Saved to talk.md.", keys: "/quit\r" },
      ],
    });
    expect([code, screen.includes("read_file a.py: 2 lines")]).toEqual([0, true]);
    expect(screen).toMatch(/Conversation \w{8} is kept\. Go on with it:/);
    expect(readFileSync(join(home, "talk.md"), "utf8")).toContain("It computes a mean.");
    const history = join(home, ".local", "state", "aiex", "chat-history");
    expect(readFileSync(history, "utf8")).toBe("What is it?\n/save talk.md\n/quit\n");
    expect(statSync(history).mode & 0o777).toBe(0o600);
  }, 60_000);

  it("shows a change in colours, makes it once it is agreed to, and takes none that is refused", async () => {
    const edits = [{ search: "/ len(xs)", replace: "/ max(1, len(xs))" }];
    const change = { name: "propose_change", json: JSON.stringify({ path: "a.py", edits, content: null }) };
    await scripted(
      { say: "So: ", calls: [change] },
      { say: "No?" },
      { say: "So: ", calls: [change] },
      { say: "Done." },
    );
    const { code, screen } = await inTerminal(["ai", "chat"], {
      ...{ env: env(), cwd: home, columns: 100 },
      typing: [
        { after: "/help lists the commands.", keys: "Mend it.\r" },
        { after: "yes, no? ", keys: "n\r" },
        { after: "No?", keys: "Do.\r" },
        { after: "yes, no? ", keys: "y\r" },
        { after: "Done.", keys: "/quit\r" },
      ],
    });
    expect(code).toBe(0);
    expect(screen).toContain("\x1b[32m+    return sum(xs) / max(1, len(xs))\x1b[39m");
    expect(readFileSync(join(home, "a.py"), "utf8")).toBe(
      "def mean(xs):\n    return sum(xs) / max(1, len(xs))\n",
    );
    const denied = messagesOf(1).at(-1)?.content;
    expect(denied).toContain("The person does not want that change.");
  }, 60_000);

  it("ends an answer with Ctrl-C, which keeps what there is of it, and leaves with another one", async () => {
    // The second answer never ends by itself either: whether it has when Ctrl-C comes would be for the machine to say.
    const second: Reply = { say: ["Gladly.", " And "], stallAfter: 2 };
    await scripted({ say: ["The first half, ", "and "], stallAfter: 2 }, second);
    const { code, screen } = await inTerminal(["ai", "chat"], {
      ...{ env: env(), cwd: home, columns: 100 },
      typing: [
        { after: "/help lists the commands.", keys: "Well?\r" },
        { after: "The first half, ", keys: "\x03" },
        { after: "It was cut short.", keys: "Go on.\r" },
        { after: "Gladly.", keys: "\x03" },
        { after: "Ctrl-C again", keys: "\x03" },
      ],
    });
    expect(code).toBe(130);
    expect(
      messagesOf(1)
        .map(({ content }) => content)
        .slice(1),
    ).toEqual([
      "Well?",
      expect.stringMatching(/^The first half, .*\n\(The answer ends here: it was cut off\.\)$/),
      "Go on.",
    ]);
    expect(screen).toMatch(/Conversation \w{8} is kept\./);
  }, 60_000);
});
