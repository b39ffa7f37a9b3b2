// The seam to the domain name system: which addresses a name has, asked anew each time.

export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  /** The lower is asked first. */
  readonly priority: number;
  readonly weight: number;
}

export type ResolverErrorCode =
  /** There is no such name, or none of that kind. */
  | "not_found"
  /** The server for names did not answer in time, or refused; it may later. */
  | "unanswered"
  /** What was asked for is no name. */
  | "bad_name";

/** A question that has no answer. */
export class ResolverError extends Error {
  readonly code: ResolverErrorCode;
  constructor(code: ResolverErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ResolverError";
    this.code = code;
  }
}

/** Every method fails with a `ResolverError` only. */
export interface Resolver {
  /** Addresses of version 4 and 6. */
  addresses(name: string): Promise<readonly string[]>;
  services(name: string): Promise<readonly ServiceRecord[]>;
}
