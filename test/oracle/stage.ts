// What a scenario is played on here: a node in a simulated world, who is who on it, and the logs of all observers.
import {
  Applications,
  formatPid,
  type Node,
  type Pid,
  type Ref,
  type SimulatedWorld,
  simulatedWorld,
  startNode,
} from "../../runtime/index.ts";
import type { Log, Target } from "./language.ts";
import { spelled, spelledError } from "./spelling.ts";

/** One process in its role. */
export interface Role {
  readonly label: string;
  /** Which start of this name it is, from 1. */
  readonly turn: number;
  tell(line: string): void;
}

export class Stage {
  readonly world: SimulatedWorld = simulatedWorld();
  readonly node = startNode({ world: this.world, boundary: "freeze" });
  readonly applications = new Applications(this.node, []);
  /** Monitors, aliases, timers and callers' tags, by the name that the scenario gave them. */
  readonly refs = new Map<string, Ref>();
  /** Requests whose reply is asked for later. */
  readonly requests = new Map<string, ReturnType<Node["sendRequest"]>>();
  readonly #log = new Map<string, string[]>();
  readonly #pids = new Map<string, Pid>();
  readonly #labels = new Map<string, string>();
  readonly #turns = new Map<string, number>();

  /** Gives a process its name: `a`, and `a.2` when it is the second `a`. */
  enter(pid: Pid, name: string, observer: string | undefined): Role {
    const turn = (this.#turns.get(name) ?? 0) + 1;
    this.#turns.set(name, turn);
    const label = turn === 1 ? name : `${name}.${turn}`;
    this.#pids.set(name, pid);
    this.#pids.set(label, pid);
    this.#labels.set(formatPid(pid), label);
    return { label, turn, tell: this.#teller(label, observer) };
  }

  /** A part that is no process of its own: a handler. */
  part(name: string, observer: string | undefined): Role {
    return { label: name, turn: 1, tell: this.#teller(name, observer) };
  }

  #teller(label: string, observer: string | undefined): (line: string) => void {
    return (line) =>
      observer === undefined ? this.note(label, line) : this.note(observer, `${label}: ${line}`);
  }

  note(observer: string, line: string): void {
    const lines = this.#log.get(observer);
    if (lines === undefined) this.#log.set(observer, [line]);
    else lines.push(line);
  }

  log(): Log {
    return Object.fromEntries([...this.#log].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  has(target: Target): boolean {
    return this.#pids.has(target);
  }

  pid(target: Target): Pid {
    const pid = this.#pids.get(target);
    // Erlang's part fails with the same word.
    if (pid === undefined) throw new Error("nobody");
    return pid;
  }

  ref(as: string): Ref {
    const ref = this.refs.get(as);
    if (ref === undefined) throw new Error(`The scenario has no reference "${as}".`);
    return ref;
  }

  request(as: string): ReturnType<Node["sendRequest"]> {
    const request = this.requests.get(as);
    if (request === undefined) throw new Error(`The scenario has no request "${as}".`);
    return request;
  }

  nameOf = (pid: Pid): string => this.#labels.get(formatPid(pid)) ?? "somebody";

  nameOfRef(ref: Ref | undefined): string {
    for (const [name, known] of this.refs) if (known.ref === ref?.ref) return name;
    return "unknown";
  }

  text(value: unknown): string {
    return spelled(value, this.nameOf);
  }

  errorText(error: unknown): string {
    return spelledError(error, this.nameOf);
  }

  /** The names of some, sorted. */
  names(pids: readonly Pid[]): string {
    return pids.map(this.nameOf).sort().join(" ");
  }

  /** The names of all that live, sorted. */
  alive(): readonly string[] {
    return [
      ...new Set([...this.#pids.values()].filter((pid) => this.node.isAlive(pid)).map(this.nameOf)),
    ].sort();
  }
}
