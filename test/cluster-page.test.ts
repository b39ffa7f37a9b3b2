// The pages on clusters, on nodes and on ownership are run: commands and programs for real, with a real broker, in a home of their own. What
// the pages say is printed is compared, but for what differs from machine to machine and from day to day.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
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
import { createServer } from "node:net";
import { hostname, tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configurationSchema } from "../supervisors/config/schema.ts";
import { installed, serverProgram } from "./nats/server-program.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const page = pageOf("cluster");

interface Block {
  readonly text: string;
  /** What the `text` block right behind it says that it prints. */
  readonly prints: string | undefined;
}

interface Chapter {
  readonly title: string;
  readonly blocks: readonly Block[];
}

const compilerOptions = {
  ...{ target: "es2023", module: "nodenext", types: ["node"], strict: true, outDir: "compiled" },
  ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
};
const chapters = chaptersOf(page).filter(({ blocks }) => blocks.length > 0);
/** A broker that was killed is missed for some seconds, on a busy machine for longer; nobody waits where it is right at once. */
const lookMs = 120_000;
const chapterTimeoutMs = 300_000;
const pagePorts = ["4222", "4223", "4224"];
/** As `cluster init` has it. */
const routePortAbove = 2_000;

describe("The page on clusters", () => {
  let room: Room;
  afterEach(() => room?.end());

  it("begins with five commands, from one node to three", () => {
    const [walk = ""] = page.split("That is the cluster.");
    const commands = blocksOf(walk);
    expect(commands.map(({ text }) => text.split("\n").length - 1)).toEqual([1, 1, 1, 1, 1]);
    expect(commands.filter(({ text }) => text.startsWith("aiex node start "))).toHaveLength(3);
    expect(commands.filter(({ prints }) => prints === undefined)).toEqual([]);
  });

  it.each(chapters)(
    "prints what it says: $title",
    async ({ blocks }) => {
      room = await Room.open();
      for (const { text, prints } of blocks) await room.play(text, prints);
      await room.nodesEnded();
    },
    chapterTimeoutMs,
  );

  it("has settings that are accepted", () => {
    const texts = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? "");
    expect(texts).not.toEqual([]);
    for (const text of texts) expect(configurationSchema.parse(parse(text))).toMatchObject(parse(text));
  });
});

describe.each(["nodes", "ownership"])("The page on %s", (topic) => {
  let room: Room;
  afterEach(() => room?.end());

  it("has a program that compiles and prints what it says", async () => {
    const [, program = "", prints = ""] =
      /^```ts\n([\s\S]*?)^```$\n\n```text\n([\s\S]*?)^```$/m.exec(pageOf(topic)) ?? [];
    room = await Room.open();
    await room.play("nats-server --jetstream --addr 127.0.0.1 --port 4222 --store_dir broker\n", undefined);
    expect(await room.program(program)).toBe(prints);
  });
});

/** A home, a PATH with the command and a broker on it, and what runs there. */
class Room {
  readonly #home = realpathSync(mkdtempSync(join(tmpdir(), "aiex-page-")));
  readonly #running: { readonly line: string; readonly child: ChildProcess }[] = [];
  /** Of the brokers: those of the page, and those that are free. */
  readonly #ports: ReadonlyMap<string, number>;
  /** Numbers that the page shows and that commands take, and what was shown in their places. */
  readonly #shown = new Map<string, string>();

  private constructor(ports: ReadonlyMap<string, number>) {
    this.#ports = ports;
  }

  static async open(): Promise<Room> {
    const ports = new Map<string, number>();
    for (const port of pagePorts) ports.set(port, await freePort(new Set(ports.values())));
    const room = new Room(ports);
    const { version, path } = await serverProgram();
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const isRecent = major > 2 || minor >= 10;
    const bin = join(room.#home, "bin");
    mkdirSync(bin);
    mkdirSync(join(room.#home, "run"), { mode: 0o700 });
    symlinkSync(isRecent ? path : await installed(), join(bin, "nats-server"));
    const main = join(repository, "dist", "command", "cli", "main.js");
    writeFileSync(join(bin, "aiex"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    chmodSync(join(bin, "aiex"), 0o755);
    return room;
  }

  /** Runs the lines of one block; what stays is left running once it is ready. */
  async play(text: string, prints: string | undefined): Promise<void> {
    const script = this.#ported(text).replaceAll(
      /(?<=^kill -9 )\d+$/gm,
      (number) => this.#shown.get(number) ?? number,
    );
    if (stays(text)) {
      const said = await this.#begin(script);
      if (prints !== undefined) expect(this.#plain(said)).toBe(this.#plain(prints));
      return;
    }
    // Each line by itself, so that a look which came too early is taken again, and an order is given once.
    let said = "";
    const lines = script.trimEnd().split("\n");
    for (const line of lines) said += await this.#line(line, said, prints, line === lines.at(-1));
    if (prints === undefined) return;
    expect(this.#plain(said)).toBe(this.#plain(prints));
    this.#note(prints, said);
  }

  /** What a program says that is compiled and run as a user would. */
  async program(text: string): Promise<string> {
    const put = (name: string, content: string): void => writeFileSync(join(this.#home, name), content);
    put("package.json", JSON.stringify({ private: true, type: "module" }));
    put("tsconfig.json", JSON.stringify({ compilerOptions, include: ["program.ts"] }));
    put("program.ts", this.#ported(text));
    mkdirSync(join(this.#home, "node_modules", "@types"), { recursive: true });
    symlinkSync(repository, join(this.#home, "node_modules", "aiex"), "dir");
    for (const name of ["xstate", "nats", "@types/node"])
      symlinkSync(join(repository, "node_modules", name), join(this.#home, "node_modules", name), "dir");
    const tsc = join(repository, "node_modules", "typescript", "bin", "tsc");
    const node = JSON.stringify(process.execPath);
    const { code, said } = await this.#run(`${node} ${JSON.stringify(tsc)} && ${node} compiled/program.js`);
    expect({ code, said }).toEqual({ code: 0, said });
    return said;
  }

  /** Resolves when the nodes that the page has started are gone, as it says; brokers have no command of ours. */
  async nodesEnded(): Promise<void> {
    const nodes = this.#running.filter(({ line }) => !line.includes("nats-server"));
    await Promise.all(nodes.map(({ child }) => exited(child)));
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.map(({ child }) => endGroup(child)));
    rmSync(this.#home, { recursive: true, force: true });
  }

  async #line(line: string, before: string, prints: string | undefined, isLast: boolean): Promise<string> {
    const [, command = line, code = "0"] = /^(.*\S) +# exits with (\d+)$/.exec(line) ?? [];
    const isLook = /aiex (cluster (nodes|status|health)|call|attach)\b/.test(command);
    const begunMs = performance.now();
    for (;;) {
      const ended = await this.#run(command);
      const isRight = ended.code === Number(code) && this.#isSaid(before + ended.said, prints, isLast);
      if (isRight || !isLook || performance.now() - begunMs > lookMs) {
        expect({ command, ...ended }).toEqual({ command, code: Number(code), said: ended.said });
        return ended.said;
      }
    }
  }

  #isSaid(said: string, prints: string | undefined, isAll: boolean): boolean {
    if (prints === undefined) return true;
    const [plain, expected] = [this.#plain(said), this.#plain(prints)];
    return isAll ? plain === expected : expected.startsWith(plain);
  }

  #run(command: string): Promise<{ readonly code: number; readonly said: string }> {
    return new Promise((resolve) => {
      const options = { cwd: this.#home, env: this.#env() };
      execFile("bash", ["-c", `{ ${command}; } 2>&1`], options, (error, said) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), said });
      });
    });
  }

  async #begin(script: string): Promise<string> {
    const child = spawn("bash", ["-ec", script], {
      ...{ cwd: this.#home, env: this.#env(), detached: true, stdio: ["ignore", "pipe", "pipe"] },
    });
    this.#running.push({ line: script.trimEnd(), child });
    let said = "";
    await new Promise<void>((resolve, reject) => {
      const note = (chunk: Buffer): void => {
        said += chunk;
        if (/ is ready, .*\n|Server is ready/.test(said)) resolve();
      };
      child.stdout?.on("data", note);
      child.stderr?.on("data", note);
      child.on("exit", (code) => reject(new Error(`It ended with ${code}: ${script}${said}`)));
    });
    return said;
  }

  #ported(text: string): string {
    let ported = text;
    for (const [port, own] of this.#ports) ported = ported.replaceAll(port, String(own));
    return ported;
  }

  /** Cell by cell: both texts have the same lines. */
  #note(prints: string, said: string): void {
    const own = cellsOf(said);
    for (const [place, cell] of cellsOf(prints).entries())
      if (/^\d{2,}$/.test(cell)) this.#shown.set(cell, own[place] ?? cell);
  }

  #env(): NodeJS.ProcessEnv {
    const home = this.#home;
    const path = [join(home, "bin"), process.env.PATH].join(delimiter);
    return { PATH: path, HOME: home, LANG: "C.UTF-8", XDG_RUNTIME_DIR: join(home, "run"), COLUMNS: "80" };
  }

  /** A text without what differs: places, numbers, amounts, and who was heard first. */
  #plain(text: string): string {
    const names = [
      [this.#home, "/home/ann"],
      [hostname(), "laptop"],
      [`cli-${userInfo().username}`, "cli-ann"],
    ] as const;
    return (
      names
        .reduce((plain, [own, shown]) => plain.replaceAll(own, shown), text)
        .replaceAll(/:\d{4,5}\b/g, ":PORT")
        .replaceAll(/version \d[\w.-]*/g, "version N")
        .replaceAll(/(?<= )(?:\d+ (?:ms|s|min|%)|-)(?= |$)/gm, "N")
        .replaceAll(/\b\d{2,}\b/g, "N")
        .replaceAll(/, with [\w, ]+\.$/gm, ".")
        // A machine that has much to do besides.
        .replaceAll(/^ +warning: \w+: The event loop was held up[^→]*→.*\n/gm, "")
        .replace(/^Problems:\n(?! )/m, "Nothing is wrong.\n")
        // How often a drain was looked at, and which broker of a set answered.
        .replaceAll(/^Draining .*\n/gm, "")
        .replaceAll(/through \w+, by the broker/g, "through NODE, by the broker")
        .replaceAll(/[ ]+/g, " ")
    );
  }
}

/** Nodes and brokers are ended by somebody else. One that is to be refused is not there to stay. */
function stays(text: string): boolean {
  return /aiex node start|^nats-server /m.test(text) && !text.includes("# exits with");
}

function cellsOf(table: string): readonly string[] {
  return table.split("\n").flatMap((line) => line.split(/ {2,}/));
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = exited(child);
  // In good order: a node that is killed leaves its broker behind.
  process.kill(-child.pid, "SIGTERM");
  await ended;
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** One for a broker's clients, with the one above it that the others of its set come to. */
async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const port = await listenedOn(0);
    if (port === undefined || taken.has(port)) continue;
    if ((await listenedOn(port + routePortAbove)) !== undefined) return port;
  }
}

/** The port, which nobody has any more; undefined where somebody has it. */
function listenedOn(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : undefined;
      server.close(() => resolve(port));
    });
  });
}

function pageOf(topic: string): string {
  return readFileSync(join(repository, "docs", `${topic}.md`), "utf8");
}

function chaptersOf(markdown: string): readonly Chapter[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((text) => ({
      title: text.slice(0, text.indexOf("\n")),
      blocks: blocksOf(text),
    }));
}

function blocksOf(markdown: string): readonly Block[] {
  const found = markdown.matchAll(/^```sh\n([\s\S]*?)^```$(?:\n\n```text\n([\s\S]*?)^```$)?/gm);
  return [...found].map(([, text = "", prints]) => ({ text, prints }));
}
