import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { type MemoryFileSystem, memoryFileSystem } from "../../runtime/file-systems/memory.ts";
import {
  type Configuration,
  ConfigurationError,
  describeConfiguration,
  type FlagSetting,
  loadConfiguration,
} from "../../supervisors/config.ts";

const home = "/home/ada";
const standard = `${home}/.config/aiex/config.yaml`;
let files: MemoryFileSystem;
beforeEach(() => {
  files = memoryFileSystem({ workingDirectory: "/project" });
});

function load(env: Record<string, string> = {}, flags: FlagSetting[] = []): Promise<Configuration> {
  return loadConfiguration({ world: { files }, env, home, flags });
}

async function withFile(text: string, env: Record<string, string> = {}): Promise<Configuration> {
  files.putFile(standard, text, 0o600);
  return load(env);
}

async function errorOf(attempt: Promise<unknown>): Promise<ConfigurationError> {
  const reason = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (reason instanceof ConfigurationError) return reason;
  throw reason ?? new Error("no error");
}

/** Problems as "key line:column message". */
async function problemsOf(text: string, env: Record<string, string> = {}): Promise<string[]> {
  const { problems } = await errorOf(withFile(text, env));
  return problems.map(({ key, origin, message }) => {
    const place = origin.kind === "file" ? `${origin.line}:${origin.column}` : origin.kind;
    return `${key} ${place} ${message}`;
  });
}

describe("loadConfiguration", () => {
  it("says where each wrong setting stands", async () => {
    files.putFile(standard, "llm: { max_retries: many }\n", 0o600);
    const flag = { flag: "--max-parsers", key: "analysis.max_parsers", value: 0 };
    const refused = load({ AIEX_LLM_TIMEOUT: "soon" }, [flag]);
    await expect(refused).rejects.toThrow(`${standard}:1:21: llm.max_retries must be a number`);
    await expect(refused).rejects.toThrow(
      "environment variable AIEX_LLM_TIMEOUT: llm.timeout_ms must be a number",
    );
    await expect(refused).rejects.toThrow("option --max-parsers: analysis.max_parsers must be");
  });

  it("gives every default where nobody set anything", async () => {
    const { values, origins, file, warnings } = await load();
    expect(values).toEqual({
      workspace: {
        max_file_size_mb: 1,
        max_line_characters: 20_000,
        max_entries: 200_000,
        max_depth: 64,
        max_total_mb: 1_024,
      },
      sandbox: {
        ...{ allowed_paths: [], denied_paths: [], allowed_patterns: [], denied_patterns: [] },
        ...{ allowed_extensions: [], allowed_writes: [], follow_symlinks: true },
      },
      changes: { keep_days: 30, max_mb: 512 },
      audit: { enabled: true, retention_days: 90, include_content: false },
      operations: {
        max_cost_usd: 5,
        max_tokens: 60_000,
        context_tokens: 6_000,
        verify: { timeout_ms: 300_000 },
      },
      analysis: {
        parser_timeout_ms: 10_000,
        cache_max_mb: 256,
        review_max_files: 20,
        review_max_tokens: 200_000,
        review_max_file_tokens: 20_000,
        review_max_cost_usd: 5,
      },
      llm: {
        timeout_ms: 120_000,
        first_byte_timeout_ms: 60_000,
        silence_timeout_ms: 60_000,
        max_retries: 3,
        backoff_factor: 2,
        max_concurrent_requests: 10,
        rate_limit: {},
        circuit_breaker: {
          failure_threshold: 5,
          recovery_time_ms: 60_000,
          failure_rate: 0.5,
          window_requests: 20,
          slow_rate: 0.8,
        },
        budgets: {},
        providers: {},
      },
      context: {
        max_memory_mb: 100,
        max_sessions: 100,
        session_timeout_ms: 604_800_000,
        persistence_interval_ms: 5_000,
        gc_interval_ms: 30_000,
        compression_enabled: true,
        compression_ratio: 0.7,
        distributed_sync: true,
        index_max_files: 20_000,
        index_max_mb: 256,
      },
      pipeline: { max_parallel_steps: 16, max_parallel_parts: 4, max_restarts: 5, restart_window_ms: 30_000 },
      runs: { keep_days: 30, keep_max: 1_000, keep_mb: 2_048 },
      cluster: {
        enabled: true,
        name: "aiex",
        remote_eval: "off",
        time_factor: 1,
        partition_tolerance: "degraded_mode",
        node_recovery_timeout_ms: 60_000,
        sync_timeout_ms: 30_000,
        discovery_strategy: "static",
        namespace: "default",
        load_balance_strategy: "round_robin",
        prefer_local_provider: true,
        failover_timeout_ms: 5_000,
        node_pool_size: 3,
        health_check_interval_ms: 5_000,
        managed: {},
      },
      network: { verify_tls: true, follow_redirects: false, connect_timeout_ms: 10_000 },
      runtime: { shutdown_deadline_ms: 10_000 },
      log: { level: "off" },
    });
    expect(origins.size).toBe(0);
    expect({ file, warnings }).toEqual({ file: undefined, warnings: [] });
  });

  it("takes flat lists from the file and the environment, and ~ for the home in them", async () => {
    const text = "sandbox:\n  denied_paths: [~/private, etc]\n  allowed_extensions:\n    - ts\n    - .MD\n";
    const { values, origins } = await withFile(text, { AIEX_SANDBOX_ALLOWED_PATHS: "~/code, /srv," });
    expect(values.sandbox).toMatchObject({
      allowed_paths: [`${home}/code`, "/srv"],
      denied_paths: [`${home}/private`, "etc"],
      allowed_extensions: [".ts", ".md"],
    });
    expect(origins.get("sandbox.denied_paths")).toMatchObject({ kind: "file", line: 2 });
    const rows = describeConfiguration(await load());
    expect(rows.find(({ key }) => key === "sandbox.denied_paths")).toMatchObject({
      value: [`${home}/private`, "etc"],
      origin: `${standard}:2`,
    });
  });

  it("tells what is wrong with a list, and which entry", async () => {
    const text = [
      "sandbox:",
      "  allowed_paths: /srv",
      "  denied_paths: [[a]]",
      '  denied_patterns: ["!x", "#x", 3]',
      '  allowed_extensions: ["a/b"]',
    ].join("\n");
    expect(await problemsOf(text)).toEqual([
      expect.stringContaining("sandbox.allowed_paths 2:18 must be a list of values, given one value (text)."),
      expect.stringContaining("sandbox.denied_paths 3:17 must be a list of values, given a list."),
      expect.stringContaining("sandbox.denied_patterns 4:20 must not begin with !"),
      expect.stringContaining('must be a pattern of .gitignore that can match something, given "#x".'),
      expect.stringContaining("must be text (in quotes where it looks like a number), given 3."),
      expect.stringContaining('must be an extension, such as .ts, given "a/b".'),
    ]);
  });

  it("lets options win over the environment, that over the file, and the file over defaults", async () => {
    files.putFile(
      standard,
      "llm:\n  timeout_ms: 1000\n  max_retries: 1\ncontext:\n  max_memory_mb: 50\n",
      0o600,
    );
    const env = { AIEX_LLM_TIMEOUT: "2000", AIEX_LLM_MAX_RETRIES: "2" };
    const { values, origins } = await load(env, [
      { flag: "--timeout-ms", key: "llm.timeout_ms", value: "3000" },
      { flag: "--timeout-ms", key: "llm.timeout_ms", value: 4000 },
    ]);
    expect(values.llm.timeout_ms).toBe(4_000);
    expect(values.llm.max_retries).toBe(2);
    expect(values.context.max_memory_mb).toBe(50);
    expect(origins.get("llm.timeout_ms")).toEqual({ kind: "flag", flag: "--timeout-ms" });
    expect(origins.get("llm.max_retries")).toEqual({ kind: "environment", variable: "AIEX_LLM_MAX_RETRIES" });
    expect(origins.get("context.max_memory_mb")).toEqual({
      kind: "file",
      path: standard,
      line: 5,
      column: 18,
    });
  });

  it("throws at a flag for a key that does not exist, which is a defect of the command", async () => {
    await expect(load({}, [{ flag: "--x", key: "llm.nothing", value: 1 }])).rejects.toThrow(TypeError);
  });

  describe("finding the file", () => {
    it("takes AIEX_CONFIG before XDG_CONFIG_HOME before the home directory", async () => {
      files.putFile(standard, "llm: {timeout_ms: 1000}");
      files.putFile("/xdg/aiex/config.json", '{"llm": {"timeout_ms": 2000}}');
      files.putFile("/named.yaml", "llm: {timeout_ms: 3000}");
      expect((await load()).values.llm.timeout_ms).toBe(1_000);
      expect((await load({ XDG_CONFIG_HOME: "/xdg" })).values.llm.timeout_ms).toBe(2_000);
      const named = await load({ XDG_CONFIG_HOME: "/xdg", AIEX_CONFIG: "/named.yaml" });
      expect(named).toMatchObject({ values: { llm: { timeout_ms: 3_000 } }, file: "/named.yaml" });
      expect((await load({ XDG_CONFIG_HOME: "relative", AIEX_CONFIG: "" })).values.llm.timeout_ms).toBe(
        1_000,
      );
    });

    it("warns of a second file that is not used", async () => {
      files.putFile(`${home}/.config/aiex/config.json`, "{}");
      expect((await withFile("")).warnings).toEqual([
        `${home}/.config/aiex/config.json is ignored, because config.yaml beside it is used. Keep one.`,
      ]);
    });

    it("reads no file of the project", async () => {
      for (const name of [
        "config.yaml",
        "aiex.yaml",
        ".aiex.yaml",
        ".aiex/config.yaml",
        ".env",
        "aiex/config.yaml",
      ]) {
        files.putFile(`/project/${name}`, "nonsense: [");
      }
      expect((await load()).file).toBeUndefined();
    });

    it("follows a link, as dotfile managers make them, and complains about one that leads nowhere", async () => {
      files.putFile("/dotfiles/aiex.yaml", "llm: {timeout_ms: 1000}");
      files.putLink(standard, "/dotfiles/aiex.yaml");
      expect((await load()).values.llm.timeout_ms).toBe(1_000);
      await files.remove("/dotfiles/aiex.yaml");
      expect((await errorOf(load())).problems[0]?.message).toContain("nothing at this path");
    });

    it("complains where AIEX_CONFIG names nothing", async () => {
      expect((await errorOf(load({ AIEX_CONFIG: "/gone" }))).message).toBe(
        "The configuration has 1 problem. Correct and try again:\n  /gone:1:1: there is no file here, but AIEX_CONFIG names it. Make the file or unset AIEX_CONFIG.",
      );
    });

    it.each([
      ["a pipe", () => files.putSpecial(standard, "fifo"), "not a regular file"],
      ["a directory", () => files.putDirectory(standard), "directory"],
      ["a closed file", () => files.putFile(standard, "", 0o000), "permission denied"],
      ["a huge file", () => files.putFile(standard, "#".repeat(70_000)), "larger than"],
      ["a binary file", () => files.putFile(standard, "a\0b"), "binary"],
      ["another encoding", () => files.putFile(standard, Uint8Array.of(0x61, 0xe9)), "not UTF-8"],
    ])("refuses %s", async (_, put, message) => {
      put();
      expect((await errorOf(load())).problems[0]?.message).toContain(message);
    });

    it("warns where others can read a file with a key, or change the file", async () => {
      const text = "llm: {providers: {openai: {api_key: sk-1}}}";
      files.putFile(standard, text, 0o644);
      expect((await load()).warnings).toEqual([
        `${standard} holds an API key and others can read it. Run: chmod 600 ${standard}`,
      ]);
      files.putFile(standard, text, 0o600);
      expect((await load()).warnings).toEqual([]);
      files.putFile(standard, "", 0o666);
      expect((await load()).warnings[0]).toContain("chmod go-w");
    });
  });

  describe("reading the file", () => {
    it("accepts a byte order mark, comments and sections with nothing in them", async () => {
      const { values } = await withFile(
        "\uFEFF# mine\nllm:\n  # timeout_ms: 1\ncontext: {max_sessions: 7}\n",
      );
      expect(values.context.max_sessions).toBe(7);
      expect((await withFile("")).values.context.max_sessions).toBe(100);
    });

    it("tells every fault with its place and what was probably meant", async () => {
      const text = [
        "llm:",
        "  timeout: 30000",
        "  max_retries: lots",
        "  circuit_breaker: {failure_threshold: 0, recovery_time_ms: 1.5}",
        "  providers:",
        "    openai: {modle: gpt, kind: openia}",
        "    other: {model: x}",
        "    Bad Name: {kind: openai}",
        "contxt: {}",
        "context: 3",
        "pipeline: {max_restarts: }",
        "runtime: {shutdown_deadline_ms: [1]}",
      ].join("\n");
      expect(await problemsOf(text, { AIEX_CONTEXT_MAX_MEMORY_MB: "plenty" })).toEqual([
        "llm.timeout 2:3 is not a known key. Did you mean timeout_ms?",
        "llm.providers.openai.modle 6:14 is not a known key. Did you mean model?",
        "contxt 9:1 is not a known key. Did you mean context?",
        "context 10:10 must be a section with keys of its own, given one value (number).",
        "pipeline.max_restarts 11:26 must be one value, given nothing.",
        "runtime.shutdown_deadline_ms 12:33 must be one value, given a list.",
        'llm.max_retries 3:16 must be a number, given "lots". (Further attempts at a request that failed.)',
        "llm.circuit_breaker.failure_threshold 4:40 must be at least 1, given 0. (Failures in a row after which a provider is left alone.)",
        "llm.circuit_breaker.recovery_time_ms 4:61 must be a whole number, given 1.5. (Milliseconds that it is left alone before one request tries it again.)",
        'llm.providers.openai.kind 6:32 must be one of openai, anthropic, ollama, lm_studio, openai_compatible, scripted, given "openia". Did you mean openai? (Whose interface it speaks; may be left out where the name of the entry is a kind.)',
        "llm.providers.other.kind 7:12 is missing: it must be one of openai, anthropic, ollama, lm_studio, openai_compatible, scripted. (Whose interface it speaks; may be left out where the name of the entry is a kind.)",
        "llm.providers.Bad Name 8:15 must be a name of small letters, digits, _ and -, beginning with a letter.",
        'context.max_memory_mb environment must be a number, given "plenty". (Megabytes of context that a process holds in memory; above it the least recently used session leaves, and is read again from where it is kept.)',
      ]);
    });

    it("reads JSON with the same places", async () => {
      files.putFile("/c.json", '{\n  "llm": {\n    "timeout_ms": "x"\n  }\n}', 0o600);
      const error = await errorOf(load({ AIEX_CONFIG: "/c.json" }));
      expect(error.code).toBe("bad_configuration");
      expect(error.message).toContain('/c.json:3:19: llm.timeout_ms must be a number, given "x".');
    });

    it("takes no number in quotes and no number for text", async () => {
      expect(await problemsOf('llm: {timeout_ms: "500", providers: {openai: {model: 4}}}')).toEqual([
        expect.stringContaining('must be a number, given "500"'),
        expect.stringContaining("must be text (in quotes where it looks like a number), given 4"),
      ]);
    });

    it("lists the known keys where none is near", async () => {
      expect(await problemsOf("analysis: {zzzzzzzz: 1}")).toEqual([
        "analysis.zzzzzzzz 1:12 is not a known key. Known here: parser_timeout_ms, max_parsers, cache_max_mb, review_max_files, review_max_tokens, review_max_file_tokens, review_max_cost_usd.",
      ]);
    });

    it.each([
      ["duplicate keys", "llm: {timeout_ms: 1000}\nllm: {}", "llm 2:1 is given twice"],
      ["tabs", "llm:\n\ttimeout_ms: 1", "tabs cannot indent"],
      ["tags", "llm: !!js/function 'x'", "1:6 tags (!name) are not accepted"],
      ["binary tags", "llm: {default_provider: !!binary aGk=}", "tags (!name) are not accepted"],
      ["aliases", "llm: &a {timeout_ms: 1000}\ncontext: *a", "context 2:10 must not be an alias"],
      ["merge keys", "llm: {<<: {timeout_ms: 1000}}", "llm.<< 1:7 is not a known key"],
      ["keys that are no words", "? [a]\n: 1", "must have keys that are plain words"],
      ["several documents", "llm: {}\n---\nllm: {}", "several documents"],
      ["a list", "- llm", "the file must hold keys with values, given a list"],
      [
        "a section in place of a value",
        "llm: {timeout_ms: {soon: true}}",
        "llm.timeout_ms 1:19 must be one value, given a section",
      ],
      [
        "a text with nothing in it",
        'llm: {providers: {openai: {model: ""}}}',
        "llm.providers.openai.model 1:35 must not be empty",
      ],
      [
        "a text without end",
        `llm: {providers: {openai: {model: ${"m".repeat(201)}}}}`,
        "llm.providers.openai.model 1:35 must have at most 200 characters",
      ],
      ["plain text", "hello", "the file must hold keys with values, given one value (text)"],
      ["an open bracket", "llm: {", "a bracket is not closed"],
      ["prototype keys", "__proto__: {timeout_ms: 1}", "__proto__ 1:1 is not a known key"],
      [
        "prototype keys as providers",
        "llm: {providers: {__proto__: {kind: openai}}}",
        "is not a possible name",
      ],
      ["names of every object", "constructor: 1\ntoString: 2", "constructor 1:1 is not a known key"],
      [
        "names of every object as providers",
        "llm: {default_provider: constructor}",
        "must be an entry of llm.providers",
      ],
    ])("refuses %s", async (_, text, expected) => {
      expect((await problemsOf(text)).join("\n")).toContain(expected);
    });

    it.each([
      [
        "a billion laughs",
        `a: &a [1]\n${[..."bcdefghijk"].map((c, i) => `${c}: &${c} [${`*${"abcdefghij"[i]},`.repeat(9)}]`).join("\n")}`,
      ],
      ["ten thousand brackets", "[".repeat(10_000)],
      ["ten thousand braces", "{a: ".repeat(10_000)],
      ["ten thousand dashes", "- ".repeat(10_000)],
      ["ten thousand question marks", "? ".repeat(10_000)],
      ["ten thousand colons", ": ".repeat(10_000)],
      ["a staircase", Array.from({ length: 300 }, (_, step) => `${" ".repeat(step)}a:`).join("\n")],
      ["ten thousand keys", Array.from({ length: 9_000 }, (_, n) => `k${n}: 1`).join("\n")],
      ["one key ten thousand times", "a: 1\n".repeat(9_000)],
      ["anchors", "&a ".repeat(15_000)],
      ["quotes", '"'.repeat(60_000)],
      ["commas", `[${",".repeat(60_000)}`],
    ])("refuses %s quickly", { timeout: 5_000 }, async (_, text) => {
      const problems = await problemsOf(text);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.length).toBeLessThanOrEqual(20);
    });

    it("shows no secret in an error, wherever it was put", async () => {
      const secret = "sk-private";
      for (const text of [
        `llm: {providers: {openai: {api_key: "${secret} x"}}}`,
        `llm: {providers: {openai: {key: ${secret}}}}`,
        `llm: {providers: {openai: ${secret}}}`,
        `llm: {providers: {openai: {api_key: [${secret}]}}}`,
        `llm: {providers: {openai: {api_key: *${secret}}}}`,
        `llm: {providers: {openai: {api_key: !${secret} x}}}`,
        `llm: {providers: {openai: {api_key: "${secret}}}}`,
        `llm: {providers: {openai: {base_url: "http://me:${secret}@host/"}}}`,
      ]) {
        const error = await errorOf(withFile(text));
        expect(`${error.message}${inspect(error, { depth: 9 })}${JSON.stringify(error)}`).not.toContain(
          "private",
        );
      }
    });

    it("lets no escape sequence out of a file into a message", async () => {
      const { message } = await errorOf(
        withFile('"\\e[31m": 1\nllm: {"default_provider": "\\e[2J\\u202e"}\n'),
      );
      expect(message).toContain("\\x1b[31m");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there.
      expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    });
  });

  describe("the environment", () => {
    it("makes an entry for a provider whose key or host it holds", async () => {
      const { values, origins } = await load({
        OPENAI_API_KEY: "sk-1",
        ANTHROPIC_API_KEY: " sk-ant ",
        AIEX_OLLAMA_HOST: "http://localhost:11434",
        AIEX_LM_STUDIO_HOST: "http://localhost:1234",
        AIEX_PROJECT_DIR: "/code",
      });
      const { openai, anthropic, ollama, lm_studio: studio } = values.llm.providers;
      expect(openai).toMatchObject({ kind: "openai", priority: 100 });
      expect(openai?.api_key?.reveal()).toBe("sk-1");
      expect(anthropic?.api_key?.reveal()).toBe("sk-ant");
      expect(ollama?.base_url).toBe("http://localhost:11434");
      expect(studio?.base_url).toBe("http://localhost:1234/v1");
      expect(values.workspace.project_dir).toBe("/code");
      expect(origins.get("llm.providers.openai.api_key")).toEqual({
        kind: "environment",
        variable: "OPENAI_API_KEY",
      });
    });

    it("takes empty variables as unset", async () => {
      expect((await load({ AIEX_LLM_TIMEOUT: "", OPENAI_API_KEY: "" })).values.llm.providers).toEqual({});
    });

    it("reads whole and broken numbers only", async () => {
      expect((await load({ AIEX_LLM_TIMEOUT: " 500 " })).values.llm.timeout_ms).toBe(500);
      for (const text of ["1e3", "0x10", "500ms", "Infinity", "-5", "1.5", "99999999999999999999"]) {
        const error = await errorOf(load({ AIEX_LLM_TIMEOUT: text }));
        expect(error.message).toContain("environment variable AIEX_LLM_TIMEOUT: llm.timeout_ms must be");
      }
    });

    it("gives a kind that is named as default or fallback its entry, and refuses other names", async () => {
      const { values } = await load({ AIEX_DEFAULT_PROVIDER: "ollama", AIEX_FALLBACK_PROVIDER: "openai" });
      expect(Object.keys(values.llm.providers)).toEqual(["ollama", "openai"]);
      expect((await errorOf(load({ AIEX_DEFAULT_PROVIDER: "gemini" }))).message).toContain(
        'AIEX_DEFAULT_PROVIDER: llm.default_provider must be an entry of llm.providers or a kind: openai, anthropic, ollama, lm_studio, given "gemini".',
      );
      const own = "llm: {default_provider: turbo, providers: {turbo: {kind: openai}}}";
      expect((await withFile(own)).values.llm.default_provider).toBe("turbo");
    });

    it("supplies the key that an entry refers to by name", async () => {
      const text = "llm: {providers: {turbo: {kind: openai, api_key_env: TURBO_KEY}}}";
      const { values, origins, warnings } = await withFile(text, { TURBO_KEY: "sk-2" });
      expect(values.llm.providers.turbo?.api_key?.reveal()).toBe("sk-2");
      expect(origins.get("llm.providers.turbo.api_key")).toEqual({
        kind: "environment",
        variable: "TURBO_KEY",
      });
      expect(warnings).toEqual([]);
      expect((await withFile(text)).warnings).toEqual([
        "llm.providers.turbo.api_key_env names the environment variable TURBO_KEY, which is not set.",
      ]);
      const both = "llm: {providers: {openai: {api_key: a, api_key_env: B}}}";
      expect(await problemsOf(both)).toEqual([
        "llm.providers.openai.api_key_env 1:53 stands beside api_key. Give one of the two.",
      ]);
    });

    it("warns of a variable that is a slip away from one of ours", async () => {
      expect(
        (await load({ AIEX_LLM_TIMOUT: "1", AIEX_SOMETHING_ELSE: "1", AIEX_CONFIG: "" })).warnings,
      ).toEqual(["The environment variable AIEX_LLM_TIMOUT is not used. Did you mean AIEX_LLM_TIMEOUT?"]);
    });
  });
});

describe("describeConfiguration", () => {
  it("gives every key with value and origin, secrets masked", async () => {
    files.putFile(standard, "llm:\n  timeout_ms: 1000\n  providers:\n    openai:\n      model: gpt\n", 0o600);
    const configuration = await load({ OPENAI_API_KEY: "sk-private" }, [
      { flag: "--max-parsers", key: "analysis.max_parsers", value: 1 },
    ]);
    const rows = describeConfiguration(configuration);
    const row = (key: string) => rows.find((candidate) => candidate.key === key);
    expect(row("llm.timeout_ms")).toEqual({
      key: "llm.timeout_ms",
      value: 1_000,
      origin: `${standard}:2`,
      description: "Milliseconds for one request",
    });
    expect(row("llm.max_retries")).toMatchObject({ value: 3, origin: "default" });
    expect(row("llm.default_provider")).toMatchObject({ value: null, origin: "default" });
    expect(row("llm.circuit_breaker.failure_threshold")).toMatchObject({ value: 5 });
    expect(row("analysis.max_parsers")).toMatchObject({ value: 1, origin: "option --max-parsers" });
    expect(row("llm.providers.openai.model")).toMatchObject({ value: "gpt", origin: `${standard}:5` });
    expect(row("llm.providers.openai.api_key")).toMatchObject({
      value: "[secret]",
      origin: "environment OPENAI_API_KEY",
    });
    expect(row("llm.providers.openai.timeout_ms")).toBeUndefined();
    expect(JSON.stringify(rows) + inspect(configuration, { depth: 9 })).not.toContain("private");
  });

  it("has a description for every key", async () => {
    const rows = describeConfiguration(await load({ OPENAI_API_KEY: "x", AIEX_OLLAMA_HOST: "http://h" }));
    expect(rows.filter((row) => row.description === "")).toEqual([]);
  });
});
