// Nodes that run as programs of their own, and commands that speak to them, in a home that nobody else uses.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { aiex, builtMain } from "./fixtures.ts";

export class NodesAtHome {
  readonly home = mkdtempSync(join(tmpdir(), "aiex-nodes-"));
  readonly env: Readonly<Record<"HOME" | "XDG_RUNTIME_DIR" | "XDG_CONFIG_HOME", string>> &
    Readonly<Record<string, string>>;
  readonly #children: ChildProcess[] = [];
  readonly #ofNode: (name: string) => Readonly<Record<string, string>>;

  /**
   * @param env beside what leads to the home
   * @param ofNode what a node has in its own environment beside that
   */
  constructor(
    env: Readonly<Record<string, string>> = {},
    ofNode: (name: string) => Readonly<Record<string, string>> = () => ({}),
  ) {
    this.#ofNode = ofNode;
    this.env = {
      ...env,
      HOME: this.home,
      XDG_RUNTIME_DIR: join(this.home, "run"),
      XDG_CONFIG_HOME: join(this.home, "config"),
    };
    mkdirSync(this.env.XDG_RUNTIME_DIR, { mode: 0o700 });
  }

  /** Resolves when the node says that it is ready. */
  async start(name: string, ...options: readonly string[]): Promise<ChildProcess> {
    const child = spawn(process.execPath, [builtMain, "node", "start", "--name", name, ...options], {
      env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...this.env, ...this.#ofNode(name) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.push(child);
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (chunk) => {
        said += chunk;
        if (said.includes("is ready")) resolve();
      });
      child.on("exit", (code) => reject(new Error(`The node ended with ${code}: ${said}`)));
    });
    return child;
  }

  /** Runs a command to its end. */
  run(...words: readonly string[]) {
    const { status, stdout, stderr } = aiex(words, { env: this.env });
    return { code: status, out: stdout, err: stderr };
  }

  /** The result of a command that succeeds, for programs. */
  json(...words: readonly string[]) {
    const { code, out, err } = this.run(...words, "--format", "json");
    expect({ words, code, err }).toEqual({ words, code: 0, err: "" });
    return JSON.parse(out);
  }

  /** Ends all nodes, and takes the home away. */
  async end(): Promise<void> {
    await Promise.all(this.#children.map(killed));
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Resolves when the program has been killed. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
