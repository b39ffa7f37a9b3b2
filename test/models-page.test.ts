// The page on language models is run: its commands and its program for real, with a provider that plays a file; its settings are read.
import { execFile, spawn } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { providerKinds } from "../actors/llm/config.ts";
import type { FailureCode } from "../actors/llm/failure.ts";
import { realWorld } from "../runtime/worlds/real.ts";
import { loadConfiguration } from "../supervisors/config.ts";
import { problemOfFailure } from "../supervisors/openai/problem.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(repository, "docs", "models.md"), "utf8");
const settings = blocks("yaml").filter((text) => text.startsWith("llm:"));
const [script = ""] = blocks("yaml").filter((text) => text.startsWith("# play.yaml"));
const [program = ""] = blocks("ts");
const [printed = ""] = blocks("text");

let home: string;
beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "aiex-models-")));
  mkdirSync(join(home, "run"), { mode: 0o700 });
  mkdirSync(join(home, ".config", "aiex"), { recursive: true });
  mkdirSync(join(home, "bin"));
  writeFileSync(join(home, "play.yaml"), script);
  const played = settings.find((text) => text.includes("scripted")) ?? "";
  writeFileSync(
    join(home, ".config", "aiex", "config.yaml"),
    played.replace("play.yaml", join(home, "play.yaml")),
  );
  const main = join(repository, "dist", "command", "cli", "main.js");
  writeFileSync(join(home, "bin", "aiex"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  chmodSync(join(home, "bin", "aiex"), 0o755);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("The page on language models", () => {
  it("has settings that are accepted as they stand", async () => {
    expect(settings.length).toBeGreaterThanOrEqual(4);
    const { files } = realWorld();
    for (const [index, text] of settings.entries()) {
      const folder = join(home, `settings-${index}`);
      mkdirSync(join(folder, ".config", "aiex"), { recursive: true });
      writeFileSync(join(folder, ".config", "aiex", "config.yaml"), text);
      const env = { WORK_OPENAI_KEY: "a", CLAUDE_KEY: "b", GATEWAY_KEY: "c" };
      const { values } = await loadConfiguration({ world: { files }, env, home: folder });
      const { providers = {} } = parse(text).llm;
      expect(Object.keys(values.llm.providers)).toEqual(Object.keys(providers));
    }
  });

  it("tells how to set up every kind of provider", () => {
    const kinds = [...page.matchAll(/^\| `([a-z_]+)` \| .* \| .*\|$/gm)].map(([, kind]) => kind);
    expect(kinds.filter((kind) => providerKinds.some((known) => known === kind)).sort()).toEqual(
      [...providerKinds].sort(),
    );
  });

  it("tells what each code of a failure means", () => {
    const [, table = ""] = page.split("## What went wrong");
    const codes = [...table.matchAll(/^\| (`[a-z_`, ]+) \|/gm)].flatMap(([, cell]) =>
      [...(cell ?? "").matchAll(/`([a-z_]+)`/g)].map(([, code]) => code ?? ""),
    );
    // Every one of them, and none that there is not: each has a status of its own at the endpoint.
    for (const code of codes) {
      const failure = { code: code as FailureCode, message: "", retryable: false };
      expect({ code, status: problemOfFailure(failure).status }).toEqual({
        code,
        status: expect.any(Number),
      });
    }
    const source = readFileSync(join(repository, "supervisors", "openai", "problem.ts"), "utf8");
    const known = [...source.matchAll(/^ {2}([a-z_]+): \{ status: /gm)].map(([, code]) => code);
    expect(codes.toSorted()).toEqual(known.toSorted());
  });

  it.each(blocks("sh").flatMap((text) => text.trimEnd().split("\n")))("runs %s", async (line) => {
    const ended = await shell(line);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).not.toBe("");
  });

  it("has a program that compiles and prints what it says", async () => {
    mkdirSync(join(home, "node_modules", "@types"), { recursive: true });
    symlinkSync(repository, join(home, "node_modules", "aiex"), "dir");
    symlinkSync(
      join(repository, "node_modules", "@types", "node"),
      join(home, "node_modules", "@types", "node"),
      "dir",
    );
    writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, type: "module" }));
    writeFileSync(join(home, "program.ts"), program);
    const tsc = join(repository, "node_modules", "typescript", "bin", "tsc");
    const options = [
      "--target",
      "es2023",
      "--module",
      "nodenext",
      "--strict",
      "--skipLibCheck",
      "--types",
      "node",
      "--outDir",
      ".",
    ];
    expect(await run(process.execPath, [tsc, ...options, "program.ts"])).toMatchObject({
      code: 0,
      stdout: "",
    });
    expect(await run(process.execPath, ["program.js"])).toEqual({ code: 0, stdout: printed, stderr: "" });
  });

  it("has an endpoint that other tools can use as it says", async () => {
    const child = spawn(join(home, "bin", "aiex"), ["serve", "--openai", "--port", "0", "--format", "json"], {
      ...{ cwd: home, env: environment(), stdio: ["ignore", "pipe", "ignore"] },
    });
    try {
      const ready = JSON.parse(await firstLine(child.stdout));
      expect(ready).toMatchObject({
        schema: "aiex.serve-ready/1",
        tokenFile: join(home, ".local/share/aiex/endpoint-token"),
      });
      const client = new OpenAI({ baseURL: ready.url, apiKey: ready.token, maxRetries: 0 });
      const stream = client.chat.completions.stream({
        model: "auto",
        messages: [{ role: "user", content: "Say hello" }],
      });
      expect(await stream.finalContent()).toBe("Hello, world.");
      const whole = await client.chat.completions.create({
        model: "play",
        messages: [{ role: "user", content: "Why?" }],
      });
      expect(whole.choices[0]?.message.content).toBe("I know that one question only.");
      expect((await client.models.list()).data.map(({ id }) => id)).toEqual([
        "auto",
        "play",
        "play/scripted",
      ]);
      expect(readFileSync(ready.tokenFile, "utf8")).toBe(`${ready.token}\n`);
      const breaker = await shell(
        "aiex llm breaker open play --format json && aiex llm health --on cluster || test $? = 69",
      );
      expect(breaker).toMatchObject({ code: 0 });
      const refused = client.chat.completions.create({
        model: "play",
        messages: [{ role: "user", content: "hello" }],
      });
      await expect(refused).rejects.toMatchObject({ status: 503, code: "all_unavailable" });
    } finally {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
    }
  });
});

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, text]) => text ?? "",
  );
}

function environment(): Record<string, string> {
  return {
    ...{ PATH: [join(home, "bin"), process.env.PATH].join(delimiter), HOME: home, LANG: "C.UTF-8" },
    XDG_RUNTIME_DIR: join(home, "run"),
  };
}

function shell(line: string) {
  return run("bash", ["-euo", "pipefail", "-c", line]);
}

function run(command: string, args: readonly string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(command, args, { cwd: home, env: environment() }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

async function firstLine(output: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return text.slice(0, text.indexOf("\n"));
}
