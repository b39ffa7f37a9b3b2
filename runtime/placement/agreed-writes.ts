// Changes that are made only where nobody made another one meanwhile, one at a time for each key.
import type { Bucket } from "../store/bucket.ts";

interface AgreedWrite {
  readonly key: string;
  /** Undefined takes the key out. */
  readonly value: Uint8Array | undefined;
  /** The revision that it is to replace. */
  readonly expected: number;
}

export class AgreedWrites {
  /** Keys of which nobody knows yet what became of their last change. */
  readonly busy = new Set<string>();
  readonly #era: () => number;
  readonly #over: (isKnown: boolean) => void;

  /**
   * @param era another number each time that everything is told anew
   * @param over a change was made or came to nothing; or, with false, nobody knows and it has to be tried again by and by
   */
  constructor(era: () => number, over: (isKnown: boolean) => void) {
    this.#era = era;
    this.#over = over;
  }

  /** True when it was made. `note` is told of what is there then, whoever wrote it: a watch may tell later. */
  async write(
    bucket: Bucket,
    { key, value, expected }: AgreedWrite,
    note: (value: Uint8Array | undefined, revision: number) => void,
  ): Promise<boolean> {
    if (this.busy.has(key)) return false;
    this.busy.add(key);
    let isKnown = false;
    const era = this.#era();
    try {
      const written = await (value === undefined
        ? bucket.remove(key, expected)
        : bucket.write(key, value, expected));
      if (written.kind === "written" && era === this.#era()) note(value, written.revision);
      else await this.#look(bucket, key, note);
      isKnown = true;
      return written.kind === "written";
    } catch {
      // Nobody can be asked now: the lease says when that is serious.
      return false;
    } finally {
      this.busy.delete(key);
      this.#over(isKnown);
    }
  }

  /** What is told anew meanwhile may be of another bucket than the answer. */
  async #look(
    bucket: Bucket,
    key: string,
    note: (value: Uint8Array | undefined, revision: number) => void,
  ): Promise<void> {
    const era = this.#era();
    const entry = await bucket.read(key);
    if (era !== this.#era()) return this.#look(bucket, key, note);
    if (entry !== undefined) note(entry.value, entry.revision);
  }
}
