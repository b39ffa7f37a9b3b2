// Stands still where a run's owner is to be killed: at each side of everything that is written of a run, and of what it does outside.
import { unpackBatch } from "../../../actors/runs/entry-codec.ts";
import type { RunFact } from "../../../actors/runs/run-entry.ts";
import type { BucketName } from "../../../runtime/broker/durable-names.ts";
import type { Append, Appended, Journal } from "../../../runtime/journal/journal.ts";
import type { Blobs } from "../../../runtime/store/blobs.ts";
import type { Bucket } from "../../../runtime/store/bucket.ts";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { decodeToken } from "../../../runtime/wire/token.ts";
import type { Note } from "../workers.ts";
import type { Outside } from "./outside.ts";

export class Stops {
  readonly #outside: Outside;
  readonly #note: Note;
  /** By the run and the point: how often this owner has come to it. */
  readonly #times = new Map<string, number>();
  #standing: (() => void)[] = [];

  constructor(outside: Outside, note: Note) {
    this.#outside = outside;
    this.#note = note;
  }

  /**
   * Comes back at once, except where this is a stop of the run: then the room is told, and it waits to be killed, or for `goOn`. A point
   * that an owner comes to again is another one, with a number.
   */
  async at(run: string, name: string): Promise<void> {
    const times = (this.#times.get(`${run} ${name}`) ?? 0) + 1;
    this.#times.set(`${run} ${name}`, times);
    const point = times === 1 ? name : `${name} #${times}`;
    if (!this.#outside.takes(run, point)) return;
    const gone = new Promise<void>((resolve) => this.#standing.push(resolve));
    this.#note({ type: "at", run, point });
    await gone;
  }

  goOn(): void {
    const standing = this.#standing;
    this.#standing = [];
    for (const go of standing) go();
  }

  /** The store as it is, but for what is written of runs. */
  around(store: ClusterStore): ClusterStore {
    const { runs } = store;
    const append = async (log: string, given: Append): Promise<Appended> => {
      const run = runOf(log);
      const names = namesOf(given);
      for (const name of names) await this.at(run, `before ${name}`);
      const appended = await runs.append(log, given);
      for (const name of names) await this.at(run, `after ${name}`);
      return appended;
    };
    const blobs = (scope: string): Blobs => {
      const inner = store.blobs(scope);
      const put = async (bytes: Uint8Array): Promise<string> => {
        await this.at(runOf(scope), "before blob");
        const hash = await inner.put(bytes);
        await this.at(runOf(scope), "after blob");
        return hash;
      };
      return instead(inner, { put });
    };
    const bucket = (name: BucketName): Bucket => {
      const inner = store.bucket(name);
      if (name !== "runs") return inner;
      const write: Bucket["write"] = async (key, value, revision) => {
        const run = decodeToken(key) ?? "";
        await this.at(run, "before listed");
        const written = await inner.write(key, value, revision);
        await this.at(run, "after listed");
        return written;
      };
      return instead(inner, { write });
    };
    return instead(store, { runs: instead<Journal>(runs, { append }), blobs, bucket });
  }
}

function runOf(log: string): string {
  return log.split("/").at(-1) ?? "";
}

/** What a record is called that is to be written: a claim by its epoch, an entry by its type and what it is about. */
function namesOf({ kind, epoch, payload }: Append): readonly string[] {
  if (kind === "claim") return [`claim ${epoch}`];
  return unpackBatch(payload)?.facts.map(nameOf) ?? [];
}

function nameOf(fact: RunFact): string {
  if ("step" in fact && fact.step !== undefined && fact.type !== "asked") return `${fact.type} ${fact.step}`;
  if (fact.type === "outcome") return `outcome ${fact.effect.split("/")[0]}`;
  return fact.type;
}

/** An object with some of its parts exchanged. */
function instead<T extends object>(whole: T, parts: Partial<T>): T {
  return new Proxy(whole, {
    get: (target, name) => {
      if (Object.hasOwn(parts, name)) return parts[name as keyof T];
      const part: unknown = Reflect.get(target, name, target);
      return typeof part === "function" ? part.bind(target) : part;
    },
  });
}
