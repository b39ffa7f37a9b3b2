// A user with a project, the built command, and a server that speaks as three providers do: what the tests of this folder share.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ScriptedServer } from "../actors/llm/scripted-server.ts";
import type { Dialect } from "../actors/llm/wire-formats.ts";
import { builtMain } from "../cli/fixtures.ts";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** What a provider takes requests for an answer at, and where the key is that it was given. */
export const asking = {
  openai: { path: "/v1/chat/completions", key: (headers: Headers) => headers.authorization },
  anthropic: { path: "/v1/messages", key: (headers: Headers) => headers["x-api-key"] },
  ollama: { path: "/api/chat", key: () => undefined },
} satisfies Record<Dialect, { readonly path: string; readonly key: (headers: Headers) => unknown }>;

type Headers = ScriptedServer["requests"][number]["headers"];

export class User {
  readonly home = mkdtempSync(join(tmpdir(), "aiex-e2e-"));
  readonly project = join(this.home, "project");

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.project);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** Below the project. */
  write(path: string, text: string): void {
    const at = join(this.project, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
  }

  text(path: string): string {
    return readFileSync(join(this.project, path), "utf8");
  }

  /** Every file of the project, by its path. */
  texts(): Readonly<Record<string, string>> {
    const files = Object.entries(treeOf(this.project)).filter(([, what]) => what !== "directory");
    return Object.fromEntries(files.map(([path]) => [path, this.text(path)]));
  }

  /** Sets all three providers up at this server; none of them is the default. */
  setUp(server: ScriptedServer, more: object = {}): void {
    const at = (kind: Dialect) => ({ base_url: server.baseUrl(kind), model: `${kind}-1` });
    const price = { input_usd_per_million_tokens: 1, output_usd_per_million_tokens: 10 };
    const providers = {
      openai: { ...at("openai"), ...price, api_key: "sk-openai-of-the-test" },
      anthropic: { ...at("anthropic"), ...price, api_key: "sk-ant-of-the-test" },
      ollama: at("ollama"),
    };
    const folder = join(this.home, ".config", "aiex");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "config.yaml"), JSON.stringify({ llm: { providers }, ...more }), {
      mode: 0o600,
    });
  }

  start(words: readonly string[], options: { input?: string; env?: object } = {}): Started {
    return this.#started(process.execPath, [builtMain, ...words], options);
  }

  #started(
    program: string,
    words: readonly string[],
    { input = "", env = {} }: { input?: string; env?: object },
  ): Started {
    const child = spawn(program, words, {
      env: { PATH: process.env.PATH, HOME: this.home, LANG: "C.UTF-8", ...env },
      cwd: this.project,
    });
    const said = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said.out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said.err += text;
    });
    child.stdin.on("error", () => {}).end(input);
    const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...said })));
    return { child, ended };
  }

  aiex(words: readonly string[], options: { input?: string; env?: object } = {}): Promise<Ended> {
    return this.start(words, options).ended;
  }

  /** A line of a shell, in which `aiex` is the built command. */
  async shell(line: string, env: object = {}): Promise<Ended> {
    const folder = join(this.home, "bin");
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, "aiex"))) symlinkSync(builtMain, join(folder, "aiex"));
    const path = `${folder}:${dirname(process.execPath)}:${process.env.PATH ?? ""}`;
    return this.#started("/bin/sh", ["-c", line], { env: { PATH: path, ...env } }).ended;
  }

  end(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** What lies below a directory: the hash of every file, and where every link leads. */
export function treeOf(directory: string, below = ""): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(directory, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    const at = join(directory, path);
    if (entry.isDirectory()) Object.assign(found, { [`${path}/`]: "directory" }, treeOf(directory, path));
    else if (entry.isSymbolicLink()) found[path] = `-> ${readlinkSync(at)}`;
    else found[path] = createHash("sha256").update(readFileSync(at)).digest("hex");
  }
  return found;
}
