// A server's handlers by name. Names that every object inherits are not among them.

export class HandlerTable<H> {
  readonly #handlers: ReadonlyMap<string, H>;
  // Most servers are asked for one thing many times in a row.
  #lastName: string | undefined;
  #last: H | undefined;

  constructor(handlers: Readonly<Record<string, H>>) {
    this.#handlers = new Map(Object.entries(handlers));
  }

  get(name: string): H | undefined {
    if (name !== this.#lastName) {
      this.#last = this.#handlers.get(name);
      this.#lastName = name;
    }
    return this.#last;
  }

  names(): readonly string[] {
    return [...this.#handlers.keys()];
  }
}
