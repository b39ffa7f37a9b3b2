// How a bucket's stream says that a key was removed: in the headers of the message in the place of a value.

export const removalHeaders = { "KV-Operation": "DEL" } as const;

/** Other clients purge keys, and newer brokers put a mark where one has expired. */
export function isRemoval(header: (name: string) => string | undefined): boolean {
  const operation = header("KV-Operation");
  return operation === "DEL" || operation === "PURGE" || Boolean(header("Nats-Marker-Reason"));
}
