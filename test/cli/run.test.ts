// Command lines run against a fake library: what is asked of it, what is printed where, and how it ends.
import { describe, expect, it } from "vitest";
import { AiexError } from "../../runtime/errors.ts";
import {
  chunks,
  fileReport,
  finding,
  modelPart,
  report,
  runOn,
  type Stage,
  type StageOptions,
  stage,
} from "./fixtures.ts";

class BadConfiguration extends AiexError {
  readonly code = "bad_configuration";
}

async function ran(line: string, options: StageOptions = {}, prepare?: (stage: Stage) => void) {
  const scene = stage(options);
  prepare?.(scene);
  const code = await scene.world.until(runOn(scene, line.split(" ")));
  return { ...scene, code, out: scene.stdout(), err: scene.stderr() };
}

describe("aiex ai analyze", () => {
  it("asks the library for the path and the type, prints the report, and stops the library", async () => {
    const { code, out, err, requests, stops } = await ran("ai analyze --file src/app.py --type security");
    expect(code).toBe(0);
    expect(requests).toMatchObject([{ input: { kind: "path", path: "src/app.py" }, type: "security" }]);
    expect(out).toContain("Quality Score: 8/10");
    expect(err).toBe("");
    expect(stops()).toBe(1);
  });

  it("looks for everything where no type is given", async () => {
    const { requests } = await ran("ai analyze --file src");
    expect(requests[0]?.type).toBe("all");
  });

  it.each(["--format json", "--output json", "--output=json"])(
    "prints JSON for %s and nothing else",
    async (option) => {
      const { out, err } = await ran(`ai analyze --file x ${option}`);
      expect(JSON.parse(out)).toEqual(report());
      expect(out.endsWith("}\n")).toBe(true);
      expect(err).toBe("");
    },
  );

  it("prints Markdown", async () => {
    const { out } = await ran("ai analyze --file x --format markdown");
    expect(out).toMatch(/^# Code Analysis Results\n/);
  });

  it("writes a file in the format of its extension, says so, and prints nothing", async () => {
    const { out, err, world } = await ran("ai analyze --file x --output /report.json");
    expect(out).toBe("");
    expect(err).toBe("Wrote the report to /report.json.\n");
    const bytes = await world.files.readFile("/report.json", { bytesMax: 100_000 });
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual(report());
  });

  it("writes text files without colours, whatever the terminal", async () => {
    const env = { FORCE_COLOR: "1", LANG: "C" };
    const { world } = await ran("ai analyze --file x --output /report.txt", {
      env,
      isTTY: true,
      columns: 40,
    });
    const bytes = await world.files.readFile("/report.txt", { bytesMax: 100_000 });
    expect(new TextDecoder().decode(bytes)).toMatch(/^📊 Code Analysis Results\n={50}\n/);
  });

  it("refuses to replace what it analyzes, before any work", async () => {
    const { code, err, requests } = await ran("ai analyze --file /a.py --output /a.py", {}, ({ world }) =>
      (world.files as unknown as { putFile(path: string, text: string): void }).putFile("/a.py", "x = 1"),
    );
    expect(code).toBe(2);
    expect(err).toContain("the report would replace it");
    expect(requests).toEqual([]);
  });

  it("shows a failed library in its words, and stops it all the same", async () => {
    const { code, out, err, stops } = await ran("ai analyze --file x", {
      analyze: async () => {
        throw new Error("broken");
      },
    });
    expect(code).toBe(70);
    expect(out).toBe("");
    expect(err).toContain("broken");
    expect(stops()).toBe(1);
  });

  it("ends with what fails in the library beside all that it asked for, and stops it", async () => {
    const { code, out, err, stops } = await ran("ai analyze --file x", {
      analyze: (_request, onFailure) => {
        onFailure(new TypeError("a fault from nowhere"));
        return new Promise(() => undefined);
      },
    });
    expect([code, out, stops()]).toEqual([70, "", 1]);
    expect(err).toContain("a fault from nowhere");
  });

  it("does not lose a report to a library that fails to stop", async () => {
    const failing = await ran("ai analyze --file x", { stop: () => Promise.reject(new Error("stuck")) });
    expect(failing.code).toBe(0);
    expect(failing.out).toContain("Quality Score");
    const endless = await ran("ai analyze --file x", { stop: () => new Promise(() => undefined) });
    expect(endless.code).toBe(0);
    expect(endless.out).toContain("Quality Score");
  });

  it("ends with 78 for a bad configuration, and shows warnings of a good one", async () => {
    const bad = await ran("ai analyze --file x", {
      settings: async () => {
        throw new BadConfiguration("config.yaml:3: unknown key.");
      },
    });
    expect([bad.code, bad.err]).toEqual([78, "Error: config.yaml:3: unknown key.\n"]);
    const good = await ran("ai analyze --file x", { warnings: ["AIEX_X is unknown."] });
    expect([good.code, good.err]).toEqual([0, "Warning: AIEX_X is unknown.\n"]);
  });

  it.each([
    ["7", {}, 0, ""],
    ["9", {}, 4, "Gate not met: the quality score is 8, and --fail-under asks for 9.\n"],
    ["7", { complete: false }, 7, "--allow-partial"],
    ["7 --allow-partial", { complete: false }, 0, "partial"],
    ["9 --allow_partial", { complete: false }, 4, "Gate not met"],
  ])("with --fail-under %s and %j ends with %i", async (gate, over, code, says) => {
    const result = await ran(`ai analyze --file x --fail-under ${gate}`, {
      analyze: async () => report(over),
    });
    expect(result.code).toBe(code);
    expect(result.err).toContain(says);
    expect(result.out).toContain("Quality Score: 8/10");
  });
});

describe("aiex ai analyze with a model", () => {
  const disclosure = {
    provider: "openai",
    kind: "openai",
    model: "model-1",
    host: "api.example",
    place: "network",
    files: ["x"],
    tokens: 10,
    costMaxUsd: 0,
    masked: 0,
    leftOut: [],
  } as const;
  const row = { key: "llm.providers.openai.kind", value: "openai", origin: "default", description: "" };

  it("lets a model review, of the provider and by the name that are given", async () => {
    const { requests } = await ran("ai analyze --file x --provider work --model m");
    expect(requests[0]?.review).toMatchObject({ provider: "work", model: "m" });
    const plain = await ran("ai analyze --file x");
    expect(plain.requests[0]?.review).toEqual({});
  });

  it("asks none with --no-model, whatever else is given", async () => {
    const { requests, out } = await ran("ai analyze --file x --provider work --no-model");
    expect(requests[0]).not.toHaveProperty("review");
    expect(out).not.toContain("A model can review this too");
  });

  it("has what leaves the machine written before the review goes on", async () => {
    let errAtReview = "";
    let scene: Stage | undefined;
    const { err, out } = await ran(
      "ai analyze --file x --format json",
      {
        analyze: async (_request, _onFailure, { onQuestion }) => {
          const asked = {
            question: "q",
            step: "review.disclose",
            text: "Send?",
            choices: ["send", "leave_out"],
          };
          const entry = { type: "asked", n: 3, at: 0, node: "aiex", about: disclosure, ...asked } as const;
          expect(await onQuestion?.(entry)).toBe("send");
          errAtReview = scene?.stderr() ?? "";
          return report({ model: modelPart() });
        },
      },
      (stage) => {
        scene = stage;
      },
    );
    expect(errAtReview).toContain("api.example: provider openai, model model-1");
    expect(err).toBe(errAtReview);
    expect(JSON.parse(out).model.status).toBe("complete");
  });

  it("says on standard error that the model's part is missing, and judges the static part alone", async () => {
    const model = modelPart({ status: "missing", reason: "The key was refused." });
    const { code, err, out } = await ran("ai analyze --file x --fail-under 7", {
      analyze: async () => report({ model }),
    });
    expect(err).toBe("The model's part is missing: The key was refused.\n");
    expect(out).toContain("Quality Score: 8/10");
    expect(code).toBe(0);
  });

  it("says in text, and there alone, how to set a model up where there is none", async () => {
    const words = "A model can review this too: set OPENAI_API_KEY, or see `aiex help ai analyze`.";
    expect((await ran("ai analyze --file x")).out).toContain(words);
    expect((await ran("ai analyze --file x", { rows: [row] })).out).not.toContain(words);
    expect((await ran("ai analyze --file x --format json")).out).not.toContain(words);
    expect((await ran("ai analyze --file x --format markdown")).out).not.toContain(words);
  });
});

describe("aiex ai analyze --file -", () => {
  it("gives the library what arrives on standard input, under its name", async () => {
    const { requests } = await ran("ai analyze --file - --stdin-name a.py", { stdin: chunks(["x = ", "1"]) });
    expect(requests[0]?.input).toEqual({
      kind: "text",
      name: "a.py",
      bytes: new TextEncoder().encode("x = 1"),
    });
  });

  it("says on a terminal how to end", async () => {
    const stdin = Object.assign(chunks(["x"]), { isTTY: true });
    expect((await ran("ai analyze --file -", { stdin })).err).toContain("Ctrl-D");
    expect((await ran("ai analyze --file -", { stdin: chunks(["x"]) })).err).toBe("");
  });

  it("stops waiting for input at a signal", async () => {
    const stdin: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    const scene = stage({ stdin });
    const running = runOn(scene, ["ai", "analyze", "--file", "-"]);
    await scene.world.settle();
    scene.signal("SIGINT");
    expect(await scene.world.until(running)).toBe(130);
    expect(scene.stderr()).toBe("Interrupted.\n");
    expect(scene.requests).toEqual([]);
  });
});

describe("a signal during an analysis", () => {
  it.each([
    ["SIGINT", 130, "Interrupted.\n"],
    ["SIGTERM", 143, "Terminated.\n"],
  ] as const)("%s aborts the request, stops the library and ends with %i", async (signal, code, says) => {
    let aborted = false;
    const scene = stage({
      analyze: (_request, _onFailure, { signal }) => {
        signal?.addEventListener("abort", () => {
          aborted = true;
        });
        return new Promise(() => undefined);
      },
    });
    const running = runOn(scene, ["ai", "analyze", "--file", "x"]);
    await scene.world.settle();
    scene.signal(signal);
    expect(await scene.world.until(running)).toBe(code);
    expect(aborted).toBe(true);
    expect(scene.stops()).toBe(1);
    const kept = "Run newrunba is kept. Go on with it: aiex runs resume newrunba\n";
    expect([scene.stdout(), scene.stderr()]).toEqual(["", `${kept}${says}`]);
  });

  it("takes the progress line away", async () => {
    const scene = stage({ isTTY: true, columns: 60, analyze: () => new Promise(() => undefined) });
    const running = runOn(scene, ["ai", "analyze", "--file", "x"]);
    await scene.world.advance(2_000);
    scene.signal("SIGINT");
    await scene.world.until(running);
    const left = "Run newrunba is kept. Go on with it: aiex runs resume newrunba\nInterrupted.\n";
    expect(scene.stderr()).toBe(`\r\x1b[2KAnalyzing...\r\x1b[2K${left}`);
  });
});

describe("what reaches the terminal", () => {
  const hostile = "\x1b]52;c;eA==\x07\u202e\u009b2J\r\n\u2028";
  const hostileReport = report({
    input: hostile,
    summary: hostile,
    recommendations: [hostile],
    complete: false,
    files: [
      fileReport({
        path: hostile,
        language: hostile,
        findings: [finding({ rule: hostile, message: hostile, remedy: hostile })],
      }),
      fileReport({
        path: `x${hostile}`,
        status: "unparsed",
        reason: hostile,
        quality: null,
        quality_score: null,
      }),
    ],
  });

  it.each(["text", "json", "markdown"])("is harmless in %s", async (format) => {
    const { out, err } = await ran(`ai analyze --file x --format ${format}`, {
      analyze: async () => hostileReport,
    });
    expect((out + err).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Zl}\u202e]/u);
    if (format === "json") expect(JSON.parse(out)).toEqual(hostileReport);
  });

  it("is nothing but our own colours on a terminal", async () => {
    const { out } = await ran("ai analyze --file x", {
      isTTY: true,
      columns: 80,
      analyze: async () => hostileReport,
    });
    expect(out).toContain("\x1b[");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
    expect(out.replaceAll(/\x1b\[(?:1|22|31|32|33|34|39|90)m/g, "")).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe("aiex config show", () => {
  const description = "What it is for.";
  const rows = [
    { key: "llm.timeout_ms", value: 30_000, origin: "default", description },
    {
      key: "llm.default_provider",
      value: "openai",
      origin: "environment AIEX_DEFAULT_PROVIDER",
      description,
    },
    { key: "workspace.root", value: null, origin: "default", description },
    { key: "hostile\x1b", value: "\u202ex", origin: "\x07", description },
  ];

  it("aligns settings, values and sources", async () => {
    const { code, out } = await ran("config show", { rows });
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "llm.timeout_ms        30000      default",
      "llm.default_provider  openai     environment AIEX_DEFAULT_PROVIDER",
      "workspace.root        (not set)  default",
      "hostile\\x1b           \\u{202e}x  \\x07",
      "",
    ]);
  });

  it("gives programs the values as they are", async () => {
    const { out } = await ran("config show --format json", { rows });
    expect(JSON.parse(out)).toEqual({ schema: "aiex.config/1", settings: rows });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
    expect(out).not.toMatch(/[\x1b\x07\u202e]/);
  });
});

describe("a command line that cannot be run", () => {
  it.each([
    ["ai anlyze", "Did you mean aiex ai analyze?"],
    ["ai analyze --file x --fail-under abc", "from 0 to 10"],
    ["nonsense", "Unknown command"],
  ])("%s ends with 2 and says why", async (line, says) => {
    const { code, out, err } = await ran(line);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(says);
    expect(err).toContain("Run `aiex help");
  });
});
