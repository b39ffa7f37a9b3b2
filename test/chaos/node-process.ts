// One node of the chaos room as the conductor has it: a real process, its proxy before the broker, and what it wrote down.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { TcpProxy } from "../nats/tcp-proxy.ts";
import { type Entry, entryText, type Happening, type Ledger, type Order, type Settings } from "./ledger.ts";

/** Far above what anything here takes: what is not there by then does not come. */
export const patienceMs = 40_000;

type Of<T extends Happening["type"]> = Entry & { readonly type: T };

interface Waiting {
  readonly look: () => void;
}

export class NodeProcess {
  readonly name: string;
  readonly proxy: TcpProxy;
  /** How many children of the cluster it may have. */
  readonly owns: number;
  readonly entries: Entry[] = [];
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<Waiting>();
  #guard: ChildProcess | undefined;
  #orders = 0;
  #rest = "";
  #errors = "";
  hasEnded = false;
  isFrozen = false;

  constructor(program: string, settings: Settings, proxy: TcpProxy) {
    this.name = settings.name;
    this.proxy = proxy;
    this.owns = settings.owns?.length ?? 0;
    this.#child = spawn(process.execPath, ["--expose-gc", program], { stdio: ["pipe", "pipe", "pipe"] });
    this.ended = once(this.#child, "close").then(() => this.#end());
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-errorCharactersMax);
    });
    // It may be dead by the time that it is written to.
    this.#child.stdin?.on("error", () => {});
    this.#child.stdin?.write(`${JSON.stringify(settings)}\n`);
  }

  /** The number of the entry that comes next, to ask for what comes after. */
  get mark(): number {
    return this.entries.length;
  }

  /** `name#incarnation`. */
  get id(): string {
    const ready = this.entries.find((entry) => entry.type === "ready");
    return ready?.type === "ready" ? `${this.name}#${ready.incarnation}` : this.name;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  get ledger(): Ledger {
    return { node: this.id, name: this.name, entries: this.entries, isWhole: !this.hasEnded };
  }

  /** Everything of one type that was written down since `mark`. */
  all<T extends Happening["type"]>(type: T, mark = 0): Of<T>[] {
    return this.entries.slice(mark).filter((entry): entry is Of<T> => entry.type === type);
  }

  /** Gives the order, and waits until it is carried out. @throws with what the node says against it */
  async order(order: Order): Promise<unknown> {
    this.#orders += 1;
    const number = this.#orders;
    const { mark } = this;
    this.#child.stdin?.write(`${JSON.stringify({ number, ...order })}\n`);
    const answer = await this.says(
      (entry) => (entry.type === "done" || entry.type === "failed") && entry.order === number,
      `an answer to ${order.do}`,
      mark,
    );
    if (answer.type === "failed") throw new Error(`${this.name}: ${answer.code}: ${answer.message}`);
    return answer.type === "done" ? answer.value : undefined;
  }

  /** As `order`, without waiting. */
  begin(order: Order): Promise<unknown> {
    const done = this.order(order);
    done.catch(() => {});
    return done;
  }

  /** The first entry since `mark` that is so, as soon as it is there. @throws where it does not come */
  async says(isSo: (entry: Entry) => boolean, what: string, mark = 0): Promise<Entry> {
    let from = mark;
    const look = (): Entry | undefined => {
      const found = this.entries.slice(from).find(isSo);
      from = this.entries.length;
      return found;
    };
    const found = await this.#until(look);
    if (found !== undefined) return found;
    throw new Error(`${this.name} never tells of ${what}. ${this.report()}`);
  }

  /** The entry of that type since `mark`, as soon as it is there. */
  async tells<T extends Happening["type"]>(
    type: T,
    isSo: (entry: Of<T>) => boolean = () => true,
    mark = 0,
  ): Promise<Of<T>> {
    const found = await this.says((entry) => entry.type === type && isSo(entry as Of<T>), type, mark);
    return found as Of<T>;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  /** SIGTERM, and waits for its end. */
  async terminate(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.ended;
  }

  /** SIGSTOP. */
  freeze(): void {
    this.isFrozen = true;
    this.#guard ??= guard(this.#child);
    this.#child.kill("SIGSTOP");
  }

  /** SIGCONT. */
  thaw(): void {
    this.isFrozen = false;
    this.#child.kill("SIGCONT");
  }

  report(): string {
    const telling = this.entries.filter(({ type }) => type !== "took" && type !== "added" && type !== "read");
    const last = telling.slice(-entriesShown).map((entry) => `  ${entryText(entry)}`);
    return [`The last that ${this.id} wrote down:`, ...last, this.#errors].join("\n");
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.entries.push(JSON.parse(line) as Entry);
    for (const { look } of [...this.#waiting]) look();
  }

  #end(): void {
    this.hasEnded = true;
    this.#guard?.kill("SIGKILL");
    for (const { look } of [...this.#waiting]) look();
  }

  #until<T>(look: () => T | undefined): Promise<T | undefined> {
    return new Promise((resolve) => {
      const settle = (found: T | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        resolve(found);
      };
      const waiting: Waiting = {
        look: () => {
          const found = look();
          if (found !== undefined || this.hasEnded) settle(found);
        },
      };
      const timer = setTimeout(() => settle(undefined), patienceMs);
      this.#waiting.add(waiting);
      waiting.look();
    });
  }
}

const entriesShown = 30;
const errorCharactersMax = 4_000;

/** Kills a node that stands still when this program is gone: it cannot see that itself. */
function guard(child: ChildProcess): ChildProcess {
  const script = 'read -r _; kill -KILL "$0"';
  const watchman = spawn("/bin/sh", ["-c", script, String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  watchman.unref();
  return watchman;
}
