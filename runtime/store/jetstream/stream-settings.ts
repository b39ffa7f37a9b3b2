// How a cluster's streams are set up where nobody has made them yet.

export interface StreamSettings {
  readonly name: string;
  readonly subjects: readonly string[];
  /** What the broker's API takes beside name, subjects and replicas. */
  readonly config: Readonly<Record<string, unknown>>;
}

const kept = {
  retention: "limits",
  storage: "file",
  // Full is full: the old is never given up for the new.
  discard: "new",
  max_consumers: -1,
  max_msgs: -1,
  max_bytes: -1,
  max_age: 0,
  max_msg_size: -1,
  // Any replica would answer such a read, with what it happens to have.
  allow_direct: false,
  mirror_direct: false,
};

/** As every client makes a bucket, so that the broker's own tools show it as one. */
export function bucketSettings(bucket: string): StreamSettings {
  return {
    name: `KV_${bucket}`,
    subjects: [`$KV.${bucket}.>`],
    config: {
      ...kept,
      max_msgs_per_subject: 1,
      allow_rollup_hdrs: true,
      deny_delete: true,
      deny_purge: false,
    },
  };
}

/** The name and the subjects are those of every client's object store; what is in it is found by its hash. */
export function blobSettings(objectStore: string): StreamSettings {
  return {
    name: `OBJ_${objectStore}`,
    subjects: [`$O.${objectStore}.C.>`, `$O.${objectStore}.M.>`],
    config: {
      ...kept,
      max_msgs_per_subject: 1,
      allow_rollup_hdrs: true,
      deny_delete: false,
      deny_purge: false,
    },
  };
}

export function logSettings(stream: string, subjects: string): StreamSettings {
  return {
    name: stream,
    subjects: [subjects],
    config: { ...kept, max_msgs_per_subject: -1, deny_delete: false, deny_purge: false },
  };
}
