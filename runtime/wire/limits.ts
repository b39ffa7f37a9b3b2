// What the wire takes and gives at most, the unit last in each name, each with its reason.

/** NATS's default limit of one payload. */
const payloadBytesMax = 1024 * 1024;

export const wireLimits = {
  /** The largest frame: the carrier's payload less room for a header that a broker's operator may have every message carry. */
  frameBytesMax: payloadBytesMax - 4 * 1024,
  /** A frame that is neither envelope nor keep-alive: it holds a few numbers and words. */
  controlBytesMax: 4 * 1024,
  /**
   * An envelope takes no more signals once it is this long. Long enough that a publish costs little beside its bytes; short
   * enough that an urgent signal behind it waits for less than a millisecond on a line of 1 Gbit/s.
   */
  envelopeBytesTarget: 64 * 1024,
  /** A longer signal travels in parts, so that other signals get in between: 64 KiB of bytes and what is around them do not. */
  wholeSignalBytesMax: 68 * 1024,
  /** One part of a longer signal (OTP: 64 KiB). */
  fragmentBytes: 64 * 1024,
  /**
   * An envelope that nearly reached the target, and one signal more. Hostile bytes make an object of each byte at worst, in
   * about 0.2 us: so many are made well within 50 ms, which the node stands still for.
   */
  envelopeBytesMax: 136 * 1024,
  /** Of an envelope and of a keep-alive: the kind, and three whole numbers. */
  frameHeaderBytes: 1 + 3 * 8,
  /** The longest signal, in all its parts: what must be larger is a file, and belongs into a store. */
  messageBytesMax: 16 * 1024 * 1024,
  /**
   * Arrays, objects and Uint8Arrays in one message: in 16 MiB one for every 64 bytes. Two bytes on the wire can become an object
   * of 200 bytes, and all of them are to stay below 64 MiB.
   */
  messageContainersMax: 256 * 1024,
  /** Elements of arrays and fields of objects in one message: each can take 0.5 us to make, for which the node stands still. */
  messageElementsMax: 1024 * 1024,
  /** Parts of unfinished signals that one session keeps: four of the longest at once. */
  reassemblyBytesMax: 64 * 1024 * 1024,
  /** Unfinished signals of one session: each process sends one at a time, and few of them are long. */
  reassembliesMax: 1024,
  /** A bigint, in bytes: twice a key of RSA with 4,096 bits. Taking one apart costs the square of its length. */
  bigintBytesMax: 1024,
  /** One token of a subject: NATS advises subjects below 256 characters, and ours have up to six tokens. */
  tokenCharactersMax: 64,
  /** What of a thing refused is shown in the error. */
  shownCharactersMax: 80,
} as const;
