// The seam to what is kept by its hash: bytes of any size, the same ones once.

export interface BlobInfo {
  readonly hash: string;
  readonly bytes: number;
  readonly at: number;
}

/** What is kept under a hash is what hashes to it, or it is not there. Every method but `put` takes any text for a hash. */
export interface Blobs {
  /** How people name it. */
  readonly place: string;
  /**
   * Keeps bytes; resolves with their hash, as `blobHash` makes it, when they last as an append to the journal does.
   * @throws {JournalFailed} the disk is full or refuses; {StoreUnavailable}; {Misuse} more than `storeLimits.blobBytesMax`
   */
  put(bytes: Uint8Array): Promise<string>;
  /** Undefined where they are not there, or are not what was kept. @throws {StoreUnavailable} */
  get(hash: string): Promise<Uint8Array | undefined>;
  /** Without looking whether it is whole. @throws {StoreUnavailable} */
  has(hash: string): Promise<boolean>;
  /** @throws {StoreUnavailable} */
  remove(hash: string): Promise<void>;
  /** Takes out all of them. @throws {StoreUnavailable} some may be gone */
  clear(): Promise<void>;
  /** Every hash with its size and when it was kept, by the wall clock in milliseconds. */
  list(): Promise<readonly BlobInfo[]>;
}
