// Runs what is typed: Node's own REPL over streams in memory, with a context and bindings of its own, which outlive a crash.
import { Console } from "node:console";
import { EventEmitter } from "node:events";
import type { AsyncCompleter } from "node:readline";
import { PassThrough } from "node:stream";
import type { Clock } from "../../runtime/world.ts";
import type { ShellOutput } from "./output.ts";
import { Realm } from "./realm.ts";
import { boundedArguments } from "./shown-result.ts";

/** How an evaluation came out. `heldUpMs` is how long it held the event loop before it first waited. */
export type Outcome =
  | { readonly kind: "value"; readonly value: unknown; readonly heldUpMs: number }
  | { readonly kind: "thrown"; readonly thrown: unknown; readonly heldUpMs: number }
  | { readonly kind: "more" };

export interface Completions {
  readonly list: readonly string[];
  /** The part of the text that they take the place of. */
  readonly on: string;
}

export interface Evaluator {
  readonly realm: Realm;
  /** Puts a name into the context. */
  define(name: string, value: unknown): void;
  /** Runs `text` as the process whose code calls this; top-level `await` is waited for. */
  evaluate(text: string): Promise<Outcome>;
  complete(text: string): Promise<Completions>;
  close(): void;
}

/**
 * Stands in for a domain, which the REPL would make: one would have the failures of every process that code of the shell wakes
 * end in the shell, and slow down all promises of the program.
 */
class NoDomain extends EventEmitter {
  bind<F>(work: F): F {
    return work;
  }
}

export async function createEvaluator(output: ShellOutput, clock: Clock): Promise<Evaluator> {
  // Only now: it is large, and changes how events are emitted.
  const { start, Recoverable } = await import("node:repl");
  const server = start({
    input: new PassThrough(),
    // What the REPL itself would say is said in frames.
    output: new PassThrough().resume(),
    terminal: false,
    useGlobal: false,
    useColors: false,
    prompt: "",
    ...{ domain: new NoDomain() },
  });
  server.removeAllListeners("line");
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(server.context, name, {
      value,
      configurable: true,
      writable: true,
      enumerable: false,
    });
  };
  define("console", consoleTo(output));
  // The context has the node's own setters for these: to assign one there would be to assign it for the whole program.
  for (const name of ["process", "Buffer"]) define(name, server.context[name]);
  const keepLast = (name: "last" | "lastError", isTaken: boolean, value: unknown): void => {
    if (!isTaken) Object.assign(server, { [name]: value });
  };
  return {
    realm: new Realm(server.context),
    define,
    evaluate: (text) =>
      new Promise((resolve) => {
        const begin = clock.now();
        let heldUpMs = 0;
        const take = (error: Error | null, value: unknown): void => {
          if (heldUpMs === 0) heldUpMs = clock.now() - begin;
          if (error instanceof Recoverable) resolve({ kind: "more" });
          else if (error === null || error === undefined) {
            keepLast("last", server.underscoreAssigned, value);
            resolve({ kind: "value", value, heldUpMs });
          } else {
            keepLast("lastError", server.underscoreErrAssigned, error);
            resolve({ kind: "thrown", thrown: error, heldUpMs });
          }
        };
        server.eval(`${text}\n`, server.context, sourceName, take as never);
        if (heldUpMs === 0) heldUpMs = clock.now() - begin;
      }),
    complete: (text) =>
      new Promise((resolve) => {
        const complete = server.completer as AsyncCompleter;
        complete.call(server, text, (_error, found) => {
          const [list = [], on = ""] = found ?? [];
          resolve({ list, on });
        });
      }),
    close: () => server.close(),
  };
}

/** A console that writes to the shell, whatever it is given. */
function consoleTo(output: ShellOutput): Console {
  const stream = output.stream();
  const console = new Console({ stdout: stream, stderr: stream, colorMode: false });
  for (const name of ["log", "info", "debug", "warn", "error", "dir"] as const) {
    const write = console[name].bind(console);
    console[name] = (...given: unknown[]) => write(...(boundedArguments(given) as [unknown]));
  }
  return console;
}

const sourceName = "attach";
