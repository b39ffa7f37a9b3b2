// Lists of paths by a key, each in the order of its paths, so that it does not tell in which order they came.

export class PathLists<Key> {
  readonly #lists = new Map<Key, string[]>();

  get all(): ReadonlyMap<Key, readonly string[]> {
    return this.#lists;
  }

  get(key: Key): readonly string[] {
    return this.#lists.get(key) ?? [];
  }

  /** `path` is not in it yet. */
  add(key: Key, path: string): void {
    const list = this.#lists.get(key);
    if (list === undefined) this.#lists.set(key, [path]);
    else list.splice(placeOf(list, path), 0, path);
  }

  remove(key: Key, path: string): void {
    const list = this.#lists.get(key);
    if (list === undefined) return;
    const at = placeOf(list, path);
    if (list[at] === path) list.splice(at, 1);
    if (list.length === 0) this.#lists.delete(key);
  }
}

/** Where `path` is, or would be. */
function placeOf(list: readonly string[], path: string): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((list[middle] ?? "") < path) from = middle + 1;
    else to = middle;
  }
  return from;
}
