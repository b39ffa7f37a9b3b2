// Every limit, timeout and default of the runtime in one place, the unit last in its name, each with its reason.

export const limits = {
  /** A turn hands the processor on after this many messages, so one busy process cannot starve its siblings. */
  turnMessagesMax: 256,
  /** How many messages pass between two looks at the clock: a look costs about as much as a cheap message. */
  clockCheckMessages: 16,
  /** Work done before the event loop is let at timers and I/O; long against a hop (1 us), short against a heartbeat (1 s). */
  sliceMs: 1,
  /** Turns inside of one another, as when a supervisor starts a supervisor: each is a few frames of the one stack. */
  nestedTurnsMax: 64,
  /** OTP's `gen_server:call` default. */
  callTimeoutMsDefault: 5_000,
  /** OTP's default for workers (`supervisor`, child_spec). */
  shutdownMsDefault: 5_000,
  /** Elixir's `max_restarts`: OTP's own default of 1 is widely found too strict. */
  maxRestartsDefault: 3,
  /** Elixir's `max_seconds`, in milliseconds. */
  withinMsDefault: 5_000,
  /** A mailbox this long is told once, until it has shrunk to half: nobody reads ten thousand messages in time. */
  mailboxHighWaterMessages: 10_000,
  /** Depth of nested data in one message: the wire refuses deeper, so a local send does too. */
  messageDepthMax: 32,
  /** All applications of a node together, when a shutdown names no deadline: a container is killed after 10 s by default. */
  applicationStopMsDefault: 10_000,
  /** A frame between this process and an OS program, in bytes. A file of 5 MB with every byte escaped fits. */
  portFrameBytesMax: 32 * 1024 * 1024,
  /** Requests that may wait for one OS program before a caller is told `overload`. */
  portQueueMax: 10_000,
  /** What a command that has run out of time has to put its things away, as programs do on SIGTERM. */
  commandGraceMs: 5_000,
  /** Of what a command prints, that are kept: a screenful for each of some dozen failures. */
  commandOutputBytesMax: 64 * 1024,
  /** A guard starts, and tells of an end, within so long on a busy machine. */
  commandGuardMs: 10_000,
  /** Timers of more than this overflow Node's own (2^31 - 1 ms); longer ones are armed again in parts. */
  timerMsMax: 2_147_483_647,
  /** XState steps without rest in one event: more is a livelock that would freeze the node. */
  machineMicrostepsMax: 10_000,
} as const;
