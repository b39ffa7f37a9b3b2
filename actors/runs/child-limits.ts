// The limits of following the parts of a run, the unit last in each name, each with its reason.

export const childLimits = {
  /** A part is looked at this often while it works: its readers hear so late that another node has it. Its end is heard of at once. */
  lookEveryMs: 5_000,
  /** Of entries, or of a piece of the output: a message within one program, which need not be cut small. */
  pageBytesMax: 1024 * 1024,
  /** Over what was asked to be waited for: a desk under load takes seconds, and one that was lost is asked again. */
  askMs: 30_000,
  /** A desk that is away, or takes nothing now, is asked again after this long at most. */
  againMsMax: 2_000,
  /** Times that a part is had go on in one following, where nobody does any more. */
  resumesMax: 10,
  /** One that is to go on has an owner within this: as long as placing it may take, and the lease of a node that dies in it. */
  ownerMs: 60_000,
  /** Characters of what people call a part: it stands in its spec and in what its readers hear. */
  partCharactersMax: 1_000,
  titleCharactersMax: 200,
} as const;
