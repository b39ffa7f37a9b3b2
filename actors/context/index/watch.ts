// The seam to who tells that something below a directory has changed. Names alone: what has become of it is read through the guard.

export interface WatchRequest {
  /** Who watches. What begins under the same key ends what was begun before, by somebody who may have been killed. */
  readonly key: string;
  /** Absolute and real. */
  readonly root: string;
  /** Those that are watched, the root among them, absolute and real: not what lies in further ones below. */
  readonly directories: ReadonlySet<string>;
  /** All that changes from now on is told. */
  readonly onReady: () => void;
  /**
   * An absolute path in one of the directories. `isName`: it came, went or became another one; else what it holds changed. Undefined
   * where it is not known which.
   */
  readonly onChange: (path: string | undefined, isName: boolean) => void;
  /** Nothing more is told. The sentence says why, for people. */
  readonly onFailure: (reason: string) => void;
}

export interface Watch {
  close(): Promise<void>;
}

/** All watches of a program. */
export interface Watches {
  begin(request: WatchRequest): Watch;
  /** Ends all of them, also those of processes that were killed. */
  close(): Promise<void>;
}

/** Watches nothing. */
export const noWatches: Watches = {
  begin: ({ onFailure }) => {
    onFailure("nothing is watched here");
    return { close: async () => {} };
  },
  close: async () => {},
};
