// One thing at a time for each key, in the order in which they were asked for.

export class Lines {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` when everything before it under the same key is over, and gives what it gives. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const result = before === undefined ? work() : before.then(work);
    const over = result.then(
      () => {},
      () => {},
    );
    this.#last.set(key, over);
    void over.then(() => {
      if (this.#last.get(key) === over) this.#last.delete(key);
    });
    return result;
  }
}
