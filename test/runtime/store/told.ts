// What a watch of a bucket has told so far, as a whole: the keys as they stand after it, and whatever it told that it must not.
import type { BucketEntry, BucketListener } from "../../../runtime/store/bucket.ts";

export interface Change {
  readonly key: string;
  /** As text; undefined for a key that was removed. */
  readonly value: string | undefined;
  readonly revision: number;
}

export class Told implements BucketListener {
  /** How often the whole bucket was told. */
  wholes = 0;
  readonly changes: Change[] = [];
  /** What no watch may tell, in words. */
  readonly wrong: string[] = [];
  readonly #keys = new Map<string, { readonly value: string; readonly revision: number }>();
  #lastRevision = 0;
  #waiting: { readonly isSo: () => boolean; readonly resolve: () => void }[] = [];

  entries(entries: readonly BucketEntry[]): void {
    this.wholes += 1;
    this.#keys.clear();
    this.#lastRevision = 0;
    for (const { key, value, revision } of entries) {
      if (this.#keys.has(key)) this.wrong.push(`${key} is twice among the entries`);
      if (!(revision > 0)) this.wrong.push(`${key} has the revision ${revision}`);
      this.#keys.set(key, { value: textOf(value), revision });
      this.#lastRevision = Math.max(this.#lastRevision, revision);
    }
    this.#look();
  }

  changed(key: string, value: Uint8Array | undefined, revision: number): void {
    if (this.wholes === 0) this.wrong.push(`${key} was told before the entries`);
    if (revision <= this.#lastRevision)
      this.wrong.push(`${key} was told at ${revision}, behind ${this.#lastRevision}`);
    this.#lastRevision = Math.max(this.#lastRevision, revision);
    const text = value === undefined ? undefined : textOf(value);
    this.changes.push({ key, value: text, revision });
    if (text === undefined) this.#keys.delete(key);
    else this.#keys.set(key, { value: text, revision });
    this.#look();
  }

  /** What stands in the bucket by all that was told. */
  values(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#keys].map(([key, { value }]) => [key, value] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  get size(): number {
    return this.#keys.size;
  }

  revisionOf(key: string): number | undefined {
    return this.#keys.get(key)?.revision;
  }

  /** Resolves as soon as it is so, at once or after a change. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ isSo, resolve });
      this.#look();
    });
  }

  /** Until the key has the value; undefined for none, after the entries at least. */
  untilValue(key: string, value: string | undefined): Promise<void> {
    return this.until(() => this.wholes > 0 && this.#keys.get(key)?.value === value);
  }

  #look(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) {
      if (each.isSo()) each.resolve();
      else this.#waiting.push(each);
    }
  }
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "utf8"));
}
