// The seam to what must not be lost: logs of records, each acknowledged only when it lasts, and each fenced by an epoch.

/** What it means that an append was acknowledged. */
export type Acknowledgement =
  /** It is on the disk. */
  | { readonly kind: "fsync" }
  /** A majority of `replicas` brokers has it. `synced` says whether each had it on its disk first. */
  | { readonly kind: "replicated"; readonly replicas: number; readonly synced: boolean }
  /** It gets to the disk within `everyMs`: a power cut takes what came later. */
  | { readonly kind: "flush"; readonly everyMs: number }
  /** It is gone with the program. */
  | { readonly kind: "memory" };

/** `claim`: an owner began. `snapshot`: everything before is in it. */
export type RecordKind = "claim" | "event" | "snapshot";

export interface JournalRecord {
  /** Grows from record to record of a log, from 1, and may skip numbers. */
  readonly position: number;
  readonly kind: RecordKind;
  /** Of the owner who wrote it, from 1. */
  readonly epoch: number;
  /** The writer's own name for it: the same append, made twice, is one record. 1 to 64 characters. */
  readonly id: string;
  readonly payload: Uint8Array;
}

export interface Append {
  readonly kind: RecordKind;
  readonly epoch: number;
  readonly id: string;
  /** At most `journalLimits.payloadBytesMax`. */
  readonly payload: Uint8Array;
  /** The position of the last record; 0 for an empty log. */
  readonly expected: number;
}

export type Appended =
  /** `isRepeat`: the record behind `expected` has this id already. */
  | { readonly kind: "appended"; readonly position: number; readonly isRepeat: boolean }
  /** Somebody of the same epoch appended meanwhile. */
  | { readonly kind: "conflict"; readonly end: LogEnd }
  /** A later owner has begun: this one is over. */
  | { readonly kind: "fenced"; readonly end: LogEnd }
  /** Nobody said so in time. The same append again says what became of it. */
  | { readonly kind: "unknown"; readonly why: string };

export interface LogEnd {
  /** 0 for an empty log. */
  readonly position: number;
  /** Of the last record; 0 for an empty log. */
  readonly epoch: number;
}

export interface Page {
  readonly records: readonly JournalRecord[];
  /** True where nothing follows. */
  readonly isEnd: boolean;
  /** What is behind the records here cannot be read: torn, or not what was written. */
  readonly damage: { readonly position: number; readonly why: string } | undefined;
}

/** Logs are named by 1 to 200 bytes of any text. */
export interface Journal {
  /** How people name it. */
  readonly place: string;
  acknowledgement(): Promise<Acknowledgement>;
  /** @throws {Misuse} too large, or no such name; {JournalDamaged} the log's end cannot be read; {JournalFailed} the disk is full or refuses */
  append(log: string, append: Append): Promise<Appended>;
  /** Of what is acknowledged, by whoever can know. @throws {StoreUnavailable}; {JournalDamaged} */
  end(log: string): Promise<LogEnd>;
  /** Records behind `after`, in order, as many as fit into one page. @throws {StoreUnavailable} */
  read(log: string, after: number): Promise<Page>;
  /** The last snapshot that can be read. @throws {StoreUnavailable} */
  snapshot(log: string): Promise<JournalRecord | undefined>;
  /** Takes out what is before `position`, which is that of a snapshot. */
  truncate(log: string, position: number): Promise<void>;
  /** Takes out what cannot be read and everything behind it; gives how many records. For whoever decided to go on without them. */
  repair(log: string): Promise<number>;
  /**
   * Takes the log out whole, damaged or not: it is empty from then on, and no earlier owner's append has a place in it. Who may
   * still write to it is for the caller to know. @throws {StoreUnavailable}; {JournalFailed}
   */
  remove(log: string): Promise<void>;
  close(): Promise<void>;
}
