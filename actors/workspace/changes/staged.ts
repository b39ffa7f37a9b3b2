// Bytes that others hand over before the set of changes that needs them, since one message does not hold them all.
import { blobHash } from "../../../runtime/store/blob-guard.ts";
import type { ChangeSet } from "../access.ts";
import { changeLimits } from "./limits.ts";

export class StagedBytes {
  /** By their hash, in the order in which they came. */
  readonly #bytes = new Map<string, Uint8Array>();
  #size = 0;

  /** Where it becomes too much, what came first goes. */
  take(bytes: Uint8Array): void {
    const hash = blobHash(bytes);
    this.#drop(hash);
    this.#bytes.set(hash, bytes);
    this.#size += bytes.length;
    for (const first of this.#bytes.keys()) {
      if (this.#size <= changeLimits.stagedBytesMax) return;
      this.#drop(first);
    }
  }

  /** The set with what was handed over for it; undefined where some of that is not here. */
  completed(set: ChangeSet): ChangeSet | undefined {
    const changes = set.changes.map((change) => {
      const bytes = change.bytes ?? (change.after === null ? undefined : this.#bytes.get(change.after));
      return { ...change, bytes };
    });
    if (changes.some(({ after, bytes }) => after !== null && bytes === undefined)) return undefined;
    for (const { after } of changes) if (after !== null) this.#drop(after);
    return { ...set, changes };
  }

  #drop(hash: string): void {
    this.#size -= this.#bytes.get(hash)?.length ?? 0;
    this.#bytes.delete(hash);
  }
}
