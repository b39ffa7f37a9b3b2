// The names of everything that a cluster keeps in JetStream: the roles give nodes rights on these and on nothing else.
import { encodeToken } from "../wire/token.ts";

/**
 * Permissions match whole tokens of a subject, and JetStream puts the name of a stream into one token: a prefix cannot be
 * granted, so each name is here. Who needs another one adds it here, and operators write their configuration anew.
 */
const buckets = ["leases", "names", "claims", "placement", "runs", "limits", "budgets"] as const;
const streams = ["journal", "runs", "context"] as const;
const objectStores = ["blobs"] as const;

export type BucketName = (typeof buckets)[number];
export type StreamName = (typeof streams)[number];
export type ObjectStoreName = (typeof objectStores)[number];

export interface DurableNames {
  /** The bucket as clients name it: `aiex-<cluster>-<name>`. Its stream is `KV_` and that. */
  bucket(name: BucketName): string;
  /** `aiex-<cluster>-<name>`. It takes the subjects `aiex.<cluster>.log.<name>.>`. */
  stream(name: StreamName): string;
  streamSubjects(name: StreamName): string;
  /** As a bucket's; its stream is `OBJ_` and that. */
  objectStore(name: ObjectStoreName): string;
}

export function durableNames(cluster: string): DurableNames {
  const token = encodeToken(cluster);
  const named = (name: string): string => `aiex-${token}-${name}`;
  return {
    bucket: named,
    stream: named,
    streamSubjects: (name) => `aiex.${token}.log.${name}.>`,
    objectStore: named,
  };
}

/** What a node publishes to work with all of them: the stream's API by its name, and the subjects that they take. */
export function durableSubjects(cluster: string): readonly string[] {
  const names = durableNames(cluster);
  const ownStreams = [
    ...buckets.map((name) => `KV_${names.bucket(name)}`),
    ...objectStores.map((name) => `OBJ_${names.objectStore(name)}`),
    ...streams.map((name) => names.stream(name)),
  ];
  return [
    // What the account may use, and the version of the server's API.
    "$JS.API.INFO",
    ...ownStreams.flatMap(streamRights),
    ...buckets.map((name) => `$KV.${names.bucket(name)}.>`),
    ...objectStores.map((name) => `$O.${names.objectStore(name)}.>`),
    ...streams.map((name) => names.streamSubjects(name)),
  ];
}

/** All but to delete it, to restore it and to move it: that is for whoever runs the broker. */
function streamRights(stream: string): readonly string[] {
  return [
    ...["CREATE", "UPDATE", "INFO", "PURGE", "MSG.GET", "MSG.DELETE"].map(
      (verb) => `$JS.API.STREAM.${verb}.${stream}`,
    ),
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}.>`,
    ...["CREATE", "DURABLE.CREATE", "INFO", "DELETE", "MSG.NEXT"].map(
      (verb) => `$JS.API.CONSUMER.${verb}.${stream}.>`,
    ),
    // A consumer without a name has no token of its own.
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.ACK.${stream}.>`,
    `$JS.FC.${stream}.>`,
  ];
}
