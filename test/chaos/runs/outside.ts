// The world outside of the chaos room's runs, which no crash takes back: a folder that every node writes to, each into files of its own.
import { createHash } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** What one node has done out there. `atMs` is the wall clock, as the entries of runs have it. */
export type Deed =
  /** The operation of a step has begun. */
  | {
      readonly type: "began";
      readonly run: string;
      readonly step: string;
      readonly attempt: number;
      readonly atMs: number;
    }
  /** An effect has happened. `mark` is this very time's, and no other's. */
  | {
      readonly type: "effect";
      readonly run: string;
      readonly step: string;
      readonly kind: string;
      readonly mark: string;
      readonly atMs: number;
    };

/** One point of `oneIn` is a stop, whichever run it is of; none where that is 0. The ids of runs have to come from the seed as well. */
export interface Drawing {
  readonly seed: number;
  readonly oneIn: number;
}

export class Outside {
  readonly folder: string;
  #drawing: Drawing | undefined;
  /** By the run: the points where its owner stands still, the first one that comes to each. */
  readonly #stops = new Map<string, ReadonlySet<string>>();

  constructor(folder: string) {
    this.folder = folder;
    for (const part of ["deeds", "stops", "taken"]) mkdirSync(join(folder, part), { recursive: true });
  }

  write(node: string, deed: Deed): void {
    // One write for each line: what is killed in between has written it whole or not at all.
    appendFileSync(join(this.folder, "deeds", `${node}.ndjson`), `${JSON.stringify(deed)}\n`);
  }

  /** Of all nodes. */
  deeds(): readonly Deed[] {
    const folder = join(this.folder, "deeds");
    return readdirSync(folder).flatMap((name) =>
      readFileSync(join(folder, name), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Deed),
    );
  }

  /** Says where the owners of a run are to stand still; before it is submitted. */
  plan(run: string, stops: readonly string[]): void {
    writeFileSync(join(this.folder, "stops", `${run}.json`), JSON.stringify(stops));
  }

  /** Has the owners of all runs stand still at points that are drawn from a seed, one of so many; before any is submitted. */
  draw(drawing: Drawing): void {
    writeFileSync(join(this.folder, "drawing.json"), JSON.stringify(drawing));
  }

  /** True for the first that comes to this point of a run, if it is one of its stops. */
  takes(run: string, point: string): boolean {
    if (!this.#stopsOf(run).has(point) && !this.#isDrawn(run, point)) return false;
    try {
      closeSync(openSync(join(this.folder, "taken", `${run} ${point.replaceAll("/", "_")}`), "wx"));
      return true;
    } catch {
      return false;
    }
  }

  #isDrawn(run: string, point: string): boolean {
    this.#drawing ??= this.#readDrawing();
    const { seed, oneIn } = this.#drawing;
    if (oneIn === 0) return false;
    const digest = createHash("sha256").update(`${seed} ${run} ${point}`).digest();
    return digest.readUInt32BE(0) % oneIn === 0;
  }

  #readDrawing(): Drawing {
    try {
      return JSON.parse(readFileSync(join(this.folder, "drawing.json"), "utf8")) as Drawing;
    } catch {
      return { seed: 0, oneIn: 0 };
    }
  }

  #stopsOf(run: string): ReadonlySet<string> {
    const known = this.#stops.get(run);
    if (known !== undefined) return known;
    let stops: ReadonlySet<string>;
    try {
      stops = new Set(
        JSON.parse(readFileSync(join(this.folder, "stops", `${run}.json`), "utf8")) as string[],
      );
    } catch {
      stops = new Set();
    }
    this.#stops.set(run, stops);
    return stops;
  }
}
