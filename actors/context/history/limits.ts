// The limits of reading a project's history and the reason for each number.

const mebibyte = 1024 * 1024;

export const historyLimits = {
  /** Commits that are looked at: what was changed before says little about what is worked on. */
  commitsMax: 300,
  /** So long it is read at most: a history that ends earlier is one too. */
  timeMs: 2_000,
  /** So long a question waits for it once its files are known: until it has ended, unless a disk hangs. It is read beside the files, and mostly known before these are. */
  waitMs: 2_000,
  /** Bytes of a pack and of its index, which are read whole: the packs of most projects, and some of the large ones. */
  packBytesMax: 64 * mebibyte,
  packIndexBytesMax: 16 * mebibyte,
  /** Bytes of all that is read: as much is held until the history is known. */
  readBytesMax: 128 * mebibyte,
  /** Bytes of an object that has a file of its own, packed: a folder of some 40,000 files. */
  looseBytesMax: mebibyte,
  /** Packs that are looked into: git puts them together when there are more than fifty. */
  packsMax: 64,
  /** Names that are looked at to find them: others may have put anything there. */
  packNamesMax: 1_000,
  /** Bytes of one commit or folder: a folder of some 200,000 files. */
  objectBytesMax: 8 * mebibyte,
  /** Bytes of a commit in which its date stands: behind its author and, of a merge, some hundred parents. */
  commitHeadBytes: 64 * 1024,
  /** Bytes that are unpacked for one history: hundreds of times what the folders of most projects take. */
  unpackedBytesMax: 512 * mebibyte,
  /** Bytes of folders that are held to unpack others from. */
  heldBytesMax: 32 * mebibyte,
  /** Differences on the way to one object: git makes 50, and with `--aggressive` 250. */
  deltasMax: 256,
  /** Bytes of these together: they are held until all of them are there. */
  deltaBytesMax: 16 * mebibyte,
  /** Bytes of `HEAD` and of a branch. */
  refBytesMax: 4_096,
  /** Bytes of `packed-refs`: some 50,000 branches. */
  packedRefsBytesMax: 4 * mebibyte,
  /** Names that lead to names: git follows five. */
  refsFollowedMax: 5,
  /** Files and folders that one commit changes: what puts in a whole project at once. */
  changedMax: 100_000,
  /** Files of which something is kept: as many as the largest index holds. */
  filesMax: 100_000,
  /** Commits that are compared with their parents together, and folders of each: to read files is mostly waiting. */
  commitsTogether: 8,
  foldersTogether: 4,
  /** Objects after which others get their turns: to unpack them is work. */
  objectsPerTurn: 16,
  /** Characters of a path, as systems have them. */
  pathCharactersMax: 4_096,
} as const;
