// A value that must not be seen: it prints masked wherever a value can be printed, and only `reveal` gives it.

const MASK = "[secret]";

/**
 * Holds a password or key. String conversion, JSON, `util.inspect`, spreading and `structuredClone` never show it. A
 * clone holds nothing: a secret is handed to a process when it starts and does not travel in messages.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Use it where it is needed and keep it nowhere. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.toPrimitive](): string {
    return MASK;
  }

  get [Symbol.toStringTag](): string {
    return "Secret";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return MASK;
  }
}
