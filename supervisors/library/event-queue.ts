// Events between who tells them and who iterates them, in order; what nobody has taken yet waits.

export class EventQueue<Event> implements AsyncIterable<Event> {
  readonly #events: Event[] = [];
  #ending: { readonly error?: unknown } | undefined;
  #wake: () => void = () => undefined;

  add(event: Event): void {
    if (this.#ending === undefined) this.#events.push(event);
    this.#wake();
  }

  end(): void {
    this.#ending ??= {};
    this.#wake();
  }

  /** Whoever iterates is thrown it, behind all that was told. */
  fail(error: unknown): void {
    this.#ending ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    for (;;) {
      const [event] = this.#events.splice(0, 1);
      if (event !== undefined) yield event;
      else if (this.#ending === undefined)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      else if ("error" in this.#ending) throw this.#ending.error;
      else return;
    }
  }
}
