// A real nats-server for a test: on a free port of the loopback, with a folder of its own, gone when the test is.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerProgram, serverProgram } from "./server-program.ts";

export interface NatsServerOptions {
  /** Default: what `serverProgram` finds. */
  readonly program?: ServerProgram;
  /** Text of its configuration. Host and port are the test's own whatever it says; `%FOLDER%` stands for `folder`. */
  readonly config?: string;
  readonly jetstream?: boolean;
  /** Files beside the configuration, by name: certificates, for one. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface NatsServer {
  /** `nats://127.0.0.1:port`, the same over restarts. */
  readonly url: string;
  readonly port: number;
  readonly version: string;
  /** What belongs to it: its configuration, its store, the files that it was given. */
  readonly folder: string;
  /** What it has written to its log so far, over all restarts. */
  readonly log: () => string;
  /** How it ended although nobody here told it to, with the last of its log; undefined while all is well. */
  readonly fate: string | undefined;
  /** Waits until its log holds something, from now on. */
  logged(pattern: RegExp): Promise<void>;
  /** Ends it where it runs, and starts it on the same port with the same store. */
  restart(): Promise<void>;
  /** In good order. `restart()` brings it back. */
  stop(): Promise<void>;
  /** As a power cut does. `restart()` brings it back. */
  kill(): Promise<void>;
  /** Freezes it: its connections stand and are silent. */
  pause(): void;
  resume(): void;
  /** Gives it another configuration while it runs. Rejects with what the server says against it. */
  configure(config: string): Promise<void>;
  /** The end: stops it and removes its folder. A test that has ended does it by itself; what runs outside of tests calls it. */
  close(): Promise<void>;
}

/** Starts one. It ends with the test that called this, and with this program however that ends. */
export async function natsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const { path, version } = options.program ?? (await serverProgram());
  const server = new Server(path, version, options);
  try {
    await server.restart();
  } catch (error) {
    await server.close();
    throw error;
  }
  await endWithTest(() => server.close());
  return server;
}

const logCharactersMax = 1_000_000;
/** Of the log in a report: a fault of a program in Go lists every goroutine. */
const fateCharactersMax = 8_000;

class Server implements NatsServer {
  readonly version: string;
  readonly folder = mkdtempSync(join(tmpdir(), "aiex-nats-"));
  readonly #program: string;
  readonly #configPath = join(this.folder, "server.conf");
  readonly #jetstream: boolean;
  readonly #watchers = new Set<(text: string) => void>();
  #child: ChildProcess | undefined;
  #guard: ChildProcess | undefined;
  #port = -1;
  #log = "";
  fate: string | undefined;

  constructor(program: string, version: string, options: NatsServerOptions) {
    this.#program = program;
    this.version = version;
    this.#jetstream = options.jetstream ?? false;
    for (const [name, text] of Object.entries(options.files ?? {})) {
      writeFileSync(join(this.folder, name), text, { mode: 0o600 });
    }
    this.#writeConfig(options.config ?? "");
    process.on("exit", this.#atExit);
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  log(): string {
    return this.#log;
  }

  logged(pattern: RegExp): Promise<void> {
    return this.#said(pattern).then(() => undefined);
  }

  async restart(): Promise<void> {
    await this.stop();
    const store = this.#jetstream ? ["-js", "-sd", join(this.folder, "store")] : [];
    const options = ["-a", "127.0.0.1", "-p", String(this.#port), "-c", this.#configPath, ...store];
    // What its configuration names without a whole path is its own, too.
    const child = spawn(this.#program, options, { cwd: this.folder, stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    this.#guard = guard(child);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    const ended = new Promise<never>((_, reject) => {
      const fail = (): void =>
        reject(new Error(`The nats-server did not start.\n${this.#log.slice(-2_000)}`));
      child.once("error", fail);
      child.once("close", fail);
    });
    child.once("close", (code, signal) => {
      // Whoever ends it forgets it first.
      if (this.#child !== child) return;
      const last = this.#log.slice(-fateCharactersMax);
      this.fate = `The nats-server at ${this.url} ended by itself (${signal ?? `exit code ${code}`}):\n${last}`;
    });
    // Where the start went well, its end is no failure of this.
    ended.catch(() => {});
    const from = this.#log.length;
    await Promise.race([this.#said(/Server is ready/), ended]);
    const port = /Listening for client connections on \S+:(\d+)/.exec(this.#log.slice(from))?.[1];
    if (port === undefined) throw new Error(`The nats-server tells no port.\n${this.#log.slice(from)}`);
    this.#port = Number(port);
  }

  stop(): Promise<void> {
    this.resume();
    return this.#end("SIGTERM");
  }

  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  async configure(config: string): Promise<void> {
    this.#writeConfig(config);
    const outcome = this.#said(/Reloaded server configuration|Failed to reload server configuration.*/);
    this.#child?.kill("SIGHUP");
    const said = await outcome;
    if (!said.startsWith("Reloaded")) throw new Error(`The nats-server refuses this configuration: ${said}`);
  }

  async close(): Promise<void> {
    process.off("exit", this.#atExit);
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  readonly #atExit = (): void => {
    this.#child?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  };

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const closed = once(child, "close");
      child.kill(signal);
      await closed;
    }
    this.#guard?.kill("SIGKILL");
  }

  #take(text: string): void {
    this.#log = (this.#log + text).slice(-logCharactersMax);
    for (const watcher of this.#watchers) watcher(text);
  }

  /** The first match in what is logged from now on. */
  #said(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      let heard = "";
      const watcher = (text: string): void => {
        heard += text;
        const match = pattern.exec(heard);
        if (match === null) return;
        this.#watchers.delete(watcher);
        resolve(match[0]);
      };
      this.#watchers.add(watcher);
    });
  }

  #writeConfig(text: string): void {
    writeFileSync(this.#configPath, text.replaceAll("%FOLDER%", this.folder), { mode: 0o600 });
  }
}

/**
 * Kills the server when this program is gone without a word: its end of the pipe closes then, and only then. An ended
 * server takes its guard with it, so that no other process of the same number is ever hit.
 */
function guard(child: ChildProcess): ChildProcess | undefined {
  if (process.platform === "win32" || child.pid === undefined) return undefined;
  const script = 'read -r _; kill -KILL "$0"; rm -rf "$1"';
  const watchman = spawn("/bin/sh", ["-c", script, String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  // A guard is no reason to stay.
  watchman.unref();
  child.once("exit", () => watchman.kill("SIGKILL"));
  return watchman;
}

/** Outside of tests, and in a hook that belongs to no test, whoever started the server closes it. */
async function endWithTest(close: () => Promise<void>): Promise<void> {
  if (process.env.VITEST === undefined) return;
  const { onTestFinished } = await import("vitest");
  try {
    onTestFinished(close);
  } catch {
    return;
  }
}
