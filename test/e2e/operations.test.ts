// Every operation in every format as the built command, with the real SDKs of three providers and a server that speaks as they do.
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";
import { type Dialect, dialects } from "../actors/llm/wire-formats.ts";
import { asking, User } from "./stage.ts";

const mean = 'PASSWORD = "hunter2-hunter2"\n\n\ndef low(xs):\n    return sorted(xs)[0]\n';
const better = mean.replace("sorted(xs)[0]", "min(xs)");
const rate = "def rate(cents):\n    return cents / 100\n";
const tests = "from mean import low\n\n\ndef test_low():\n    assert low([2, 1]) == 1\n";
const page = "# Means\n\nIt has the lowest one.\n\n## `low`\n\nThe lowest of a list.\n";
const edit =
  "It need not sort.\n\nmean.py\n<<<<<<< SEARCH\n    return sorted(xs)[0]\n=======\n    return min(xs)\n>>>>>>> REPLACE\n";
const documented = mean.replace("low(xs):\n", 'low(xs):\n    """The lowest of a list."""\n');
const comments =
  'One.\n\nmean.py\n<<<<<<< SEARCH\ndef low(xs):\n=======\ndef low(xs):\n    """The lowest of a list."""\n>>>>>>> REPLACE\n';
const claim = { title: "The lowest", text: "It sorts to take one.", from_line: 4, to_line: 5 };
const finding = {
  ...{ line: 5, end_line: 5, quote: "return sorted(xs)[0]", category: "performance", severity: "warning" },
  ...{ message: "It sorts for one value.", remedy: "Use min()." },
};

const formats = ["text", "json", "markdown"] as const;
type Format = (typeof formats)[number];

interface Case {
  readonly name: string;
  readonly words: readonly string[];
  readonly answer: string;
  /** What standard output has, in each format. */
  readonly shows: Readonly<Record<Exclude<Format, "json">, string>>;
  readonly json: object;
  /** Its JSON Schema in docs/schema. */
  readonly schema: string;
  /** Default: all of them. */
  readonly in?: readonly Format[];
  /** What is in a file afterwards; nothing else has changed. */
  readonly writes?: readonly [path: string, text: string];
}

const file = ["--file", "mean.py"];
const function_ = [
  "ai",
  "generate",
  "--type",
  "function",
  "--requirements",
  "Cents as a rate",
  "--context",
  "mean.py",
];
const fenced = (code: string): string => `It rounds nothing.\n\`\`\`python\n${code}\`\`\`\n`;

const cases: readonly [Case, ...Case[]] = [
  {
    name: "analyze with a model",
    words: ["ai", "analyze", ...file],
    answer: JSON.stringify({ summary: "Finds the lowest.", score: 6, findings: [finding] }),
    shows: { text: "[model] ⚠️ mean.py:5 warning performance", markdown: "It sorts for one value." },
    json: { schema: "aiex.analysis/1", model: { status: "complete" }, files: [{ path: "mean.py" }] },
    schema: "analysis",
  },
  {
    name: "explain",
    words: ["ai", "explain", ...file],
    answer: JSON.stringify({ summary: "Finds the lowest.", claims: [claim] }),
    shows: { text: "The lowest  mean.py:4-5", markdown: "## The lowest\n\nIt sorts to take one." },
    json: { schema: "aiex.explanation/1", claims: [claim], dropped: 0 },
    schema: "explain.result",
  },
  {
    name: "refactor, only looked at",
    in: ["markdown"],
    words: ["ai", "refactor", ...file],
    answer: edit,
    shows: { text: "+    return min(xs)", markdown: "```diff\n--- a/mean.py" },
    json: { schema: "aiex.refactoring/1", mode: "preview", run: null, files: [{ applied: false }] },
    schema: "refactor.result",
  },
  {
    name: "refactor --apply",
    words: ["ai", "refactor", ...file, "--apply"],
    answer: edit,
    shows: { text: "Changed 1 file.", markdown: "```diff\n--- a/mean.py" },
    json: { schema: "aiex.refactoring/1", mode: "apply", files: [{ path: "mean.py", applied: true }] },
    schema: "refactor.result",
    writes: ["mean.py", better],
  },
  {
    name: "generate, printed",
    in: ["text"],
    words: function_,
    answer: fenced(rate),
    shows: { text: rate, markdown: `python\n${rate}` },
    json: { schema: "aiex.generation/1", code: rate, path: null, run: null },
    schema: "generate.result",
  },
  {
    name: "generate --output",
    words: [...function_, "--output", "src/rate.py"],
    answer: fenced(rate),
    shows: { text: "Wrote src/rate.py.", markdown: "src/rate.py" },
    json: { schema: "aiex.generation/1", code: rate, path: "src/rate.py" },
    schema: "generate.result",
    writes: ["src/rate.py", rate],
  },
  {
    name: "test-generate, printed",
    in: ["text"],
    words: ["ai", "test-generate", ...file],
    answer: fenced(tests),
    shows: { text: tests, markdown: `python\n${tests}` },
    json: { schema: "aiex.test_generation/1", code: tests },
    schema: "test_generate.result",
  },
  {
    name: "test-generate --output",
    words: ["ai", "test-generate", ...file, "--output", "test_mean.py"],
    answer: fenced(tests),
    shows: { text: "Wrote test_mean.py.", markdown: "test_mean.py" },
    json: { schema: "aiex.test_generation/1", code: tests, path: "test_mean.py" },
    schema: "test_generate.result",
    writes: ["test_mean.py", tests],
  },
  {
    name: "document",
    words: ["ai", "document", ...file],
    answer: page,
    shows: { text: page, markdown: page },
    json: { schema: "aiex.documentation/1", sections: ["low"], complete: true },
    schema: "document.result",
  },
  {
    name: "document --preview",
    words: ["ai", "document", ...file, "--preview"],
    answer: comments,
    shows: { text: '+    """The lowest of a list."""', markdown: "# Comments for `mean.py`" },
    json: { schema: "aiex.comments/1", mode: "preview", run: null, files: [{ added: 1, applied: false }] },
    schema: "document_comments.result",
  },
  {
    name: "document --apply",
    words: ["ai", "document", ...file, "--apply"],
    answer: comments,
    shows: { text: "Changed 1 file. Take it back: aiex undo", markdown: "Changed 1 file." },
    json: { schema: "aiex.comments/1", files: [{ path: "mean.py", applied: true }] },
    schema: "document_comments.result",
    writes: ["mean.py", documented],
  },
];

/** Files that a result is written to, whose extension says how. */
const reports: readonly (Pick<Case, "name"> & { readonly path: string; readonly has: string })[] = [
  { name: "analyze with a model", path: "report.md", has: "It sorts for one value." },
  { name: "explain", path: "mean.txt", has: "The lowest  mean.py:4-5" },
  { name: "refactor, only looked at", path: "diff.json", has: '"schema": "aiex.refactoring/1"' },
];

interface Row {
  readonly name: string;
  readonly format: Format;
  readonly provider: Dialect;
  readonly what: Case;
}

/** The formats of one operation are asked of the providers in turn. */
const rows: readonly Row[] = cases.flatMap((what, number) =>
  (what.in ?? formats).map((format, index) => {
    const provider = dialects[(number + index) % dialects.length] ?? "openai";
    return { name: what.name, format, provider, what };
  }),
);

const keys = { openai: "Bearer sk-openai-of-the-test", anthropic: "sk-ant-of-the-test", ollama: undefined };

/** The published schema, as whoever has the package would use it. */
function published(name: string): z.ZodType {
  const path = new URL(`../../docs/schema/${name}.json`, import.meta.url);
  return z.fromJSONSchema(JSON.parse(readFileSync(path, "utf8")));
}

async function played<T>(
  answer: string,
  body: (user: User, server: ScriptedServer) => Promise<T>,
): Promise<T> {
  const say = [answer.slice(0, 20), answer.slice(20)];
  const server = await startScriptedServer({ replies: [{ say, usage: { input: 100, output: 50 } }] });
  const user = new User({ "mean.py": mean });
  user.setUp(server);
  try {
    return await body(user, server);
  } finally {
    await server.stop();
    user.end();
  }
}

describe("The built command", () => {
  it.concurrent.each(rows)("does $name in $format, with $provider", async ({ format, provider, what }) => {
    const { words, answer, shows, json, schema, writes } = what;
    await played(answer, async (user, server) => {
      const { code, out, err } = await user.aiex([...words, "--provider", provider, "--format", format]);
      expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
      if (format === "json") {
        const document = JSON.parse(out);
        expect(document).toMatchObject(json);
        expect(published(schema).safeParse(document)).toMatchObject({ success: true });
      } else expect(out).toContain(shows[format]);
      const left = writes === undefined ? {} : { [writes[0]]: writes[1] };
      expect(user.texts()).toEqual({ "mean.py": mean, ...left });
      const [asked, ...more] = server.requests.filter(({ method }) => method === "POST");
      expect([asked?.path, asking[provider].key(asked?.headers ?? {}), more]).toEqual([
        asking[provider].path,
        keys[provider],
        [],
      ]);
      const sent = JSON.stringify(asked?.body);
      expect(sent).toContain("return sorted(xs)[0]");
      expect(sent).not.toContain("hunter2");
    });
  });

  it.concurrent.each(reports)("writes what $name comes to into $path", async ({ name, path, has }) => {
    const { words, answer } = cases.find((each) => each.name === name) ?? cases[0];
    await played(answer, async (user) => {
      const { code, out } = await user.aiex([...words, "--provider", "ollama", "--output", path]);
      expect([code, out]).toEqual([0, ""]);
      expect(user.texts()).toEqual({ "mean.py": mean, [path]: expect.stringContaining(has) });
    });
  });

  it.concurrent.each(dialects)("talks from a pipe, uses a tool and prints, with %s", async (provider) => {
    const replies: readonly [Reply, ...Reply[]] = [
      { say: "I look. ", calls: [{ id: "call_1", name: "read_file", json: '{"path":"mean.py"}' }] },
      { say: ["It finds ", "the lowest."] },
    ];
    const server = await startScriptedServer({ replies });
    const user = new User({ "mean.py": mean });
    user.setUp(server);
    try {
      const format = provider === "anthropic" ? "json" : "text";
      const words = ["ai", "chat", "--provider", provider, "--allow", "read", "--format", format];
      const { code, out, err } = await user.aiex(words, { input: "What is it?\n" });
      expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
      if (format === "text") expect(out).toBe("I look. \nIt finds the lowest.\n");
      else
        expect(JSON.parse(out)).toMatchObject({
          schema: "aiex.chat/1",
          turns: [
            { message: "What is it?", answer: expect.stringContaining("It finds the lowest."), provider },
          ],
        });
      const asked = server.requests.filter(({ path }) => path === asking[provider].path);
      expect(asked).toHaveLength(2);
      const sent = JSON.stringify(asked[1]?.body);
      expect(sent).toContain("return sorted(xs)[0]");
      expect(sent).not.toContain("hunter2");
      expect(user.texts()).toEqual({ "mean.py": mean });
    } finally {
      await server.stop();
      user.end();
    }
  });
});

describe("--max-cost", () => {
  const words = ["ai", "explain", "--file", "mean.py", "--provider", "openai", "--max-cost"];

  it.each([
    ["is too little for the first request", "0.0001", 0],
    // 0.05 dollars were paid for an answer of no use; another one may cost as much as is left and more.
    ["has been reached by an answer of no use", "0.1", 1],
  ])("that %s ends a run with 6", async (_, most, requests) => {
    const replies: readonly [Reply] = [{ say: "nonsense", usage: { input: 100, output: 5_000 } }];
    const server = await startScriptedServer({ replies });
    const user = new User({ "mean.py": mean });
    user.setUp(server);
    try {
      const { code, out, err } = await user.aiex([...words, most]);
      expect({ code, out, err }).toEqual({ code: 6, out: "", err: expect.stringMatching(/cost|budget/) });
      expect(server.requests.filter(({ method }) => method === "POST")).toHaveLength(requests);
    } finally {
      await server.stop();
      user.end();
    }
  });
});

/** What needs nobody: with its exit code, and what it prints. */
const alone: readonly (readonly [words: string, code: number, has: string])[] = [
  ["ai analyze --file mean.py", 0, "python/hard-coded-secret"],
  ["ai analyze --file . --format json", 0, '"model": null'],
  ["ai analyze --file mean.py --format markdown", 0, "python/hard-coded-secret"],
  ["context show mean.py --query lowest", 0, "mean.py"],
  ["rules list", 0, "python/hard-coded-secret"],
  ["template list", 0, "refactor"],
  ["runs list", 0, "Analysis"],
  ["trust --list", 0, ""],
  ["audit verify", 0, ""],
  ["undo --list", 0, ""],
  ["config show", 0, "llm."],
  ["llm health", 69, ""],
  ["ai explain --file mean.py", 69, ""],
  ["ai chat --message hello", 69, ""],
];

describe("Without any provider", () => {
  const user = new User({ "mean.py": mean });
  afterAll(() => user.end());

  it.each(alone)("aiex %s ends with %i", async (words, code, has) => {
    const ended = await user.aiex(words.split(" "));
    expect({ code: ended.code, err: ended.code === code ? "" : ended.err }).toEqual({ code, err: "" });
    expect(ended.out).toContain(has);
    expect(user.texts()).toEqual({ "mean.py": mean });
  });
});
