// A message as a stream keeps it, out of the broker's JSON.
import { isRecord } from "./broker-answer.ts";

export interface StoredMessage {
  readonly subject: string;
  /** Its number in the stream. */
  readonly position: number;
  readonly payload: Uint8Array;
  /** By their names as they were sent; undefined where there are none. */
  header(name: string): string | undefined;
}

/** @returns undefined for what is no such message */
export function readStored(body: Readonly<Record<string, unknown>>): StoredMessage | undefined {
  const { message } = body;
  if (!isRecord(message)) return undefined;
  const { subject, seq, data, hdrs } = message;
  if (typeof subject !== "string" || typeof seq !== "number") return undefined;
  const head = typeof hdrs === "string" ? Buffer.from(hdrs, "base64").toString("latin1") : "";
  return {
    subject,
    position: seq,
    // An empty message has no data.
    payload: new Uint8Array(typeof data === "string" ? Buffer.from(data, "base64") : []),
    header: (name) => headerIn(head, name),
  };
}

function headerIn(head: string, name: string): string | undefined {
  const line = head.split("\r\n").find((each) => each.startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}
