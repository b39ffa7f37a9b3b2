// What people and models write to each other, held so that no report of a process's state shows it.

/** Holds a value that prints masked: a crash report shows the state of the process that crashed. */
export class Undisclosed<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. */
  reveal(): T {
    return this.#value;
  }

  toJSON(): string {
    return "[not shown]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[not shown]";
  }
}
