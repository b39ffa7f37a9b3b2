// Limits of nodes on one machine and of the way to others, the unit last in each name, each with its reason.

export const clusterLimits = {
  /** The longest name that one token holds, and more. */
  nameCharactersMax: 320,
  /** The file that describes a node has some 200. */
  recordBytesMax: 16 * 1024,
  /** Nodes of one user on one machine: more files than this are no nodes. */
  localNodesMax: 1_000,
  /** Credentials have some thousand bytes, bundles of certificates some hundred thousand. */
  credentialsBytesMax: 1024 * 1024,
  /** A socket on the same machine answers at once, or nobody is behind it. */
  localConnectMsMax: 2_000,
  /** Within this, at a factor of 1, every node has beaten once: one that has come knows the others then. */
  firstBeatsMs: 1_250,
  /** A node beats once a second. */
  discoveryMsMax: 2_500,
  /** A request to a node: one that takes longer to answer is stuck. */
  requestTimeoutMs: 5_000,
  /** What handing a request on adds to its time. */
  relayGraceMs: 1_000,
  /** Who keeps what is owned ends a drain by its deadline itself; without this, one that is stuck would keep the node for ever. */
  drainGraceMs: 2_000,
  /** A command that waits for the end of a drain looks several times a second; one that is gone is not waited for. */
  drainToldMsMax: 2_000,
  /** As long as a drain by command takes unless it says otherwise; what is left then starts again elsewhere from its last checkpoint. */
  stopDrainMs: 30_000,
  /** A node that starts again waits for the end of its last lease, 3.5 s; what takes longer is no reason not to begin with the rest. */
  leaseWaitMs: 5_000,
} as const;
