// The base of every typed error: a stable code for programs, a message that says what happened, what was given, and what to do.

export interface AiexErrorOptions {
  /** What was given or found, as plain data, for programs that read the error. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** True where the same request may succeed later without a change. */
  readonly retryable?: boolean;
}

/** An expected failure with a stable `code`. Subclasses set `name` and `code`; nobody parses `message`. */
export abstract class AiexError extends Error {
  abstract readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;

  constructor(message: string, options: AiexErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? false;
  }
}
