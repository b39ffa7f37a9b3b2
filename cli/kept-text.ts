// What it means that a cluster's journals and records acknowledge, in the words of people.
import type { KeptHow, Reports } from "../actors/control/reports.ts";
import { millisecondsText } from "./render/amounts.ts";

export type Store = NonNullable<Reports["ownership"]["store"]>;

/** Whether other machines keep it as well: places of brokers are URLs, and others are folders of this machine. */
export function isShared({ place }: Store): boolean {
  return place.includes("://");
}

/** What a power cut may take of what was acknowledged, as a sentence without its end. */
export function keptText(store: Store): string {
  const { acknowledgement, place } = store;
  return `${meaning(acknowledgement, isShared(store))} (${place})`;
}

/** Brokers count in minutes there. */
export function intervalText(ms: number): string {
  return ms > 0 && ms % 60_000 === 0 ? `${ms / 60_000} min` : millisecondsText(ms);
}

function meaning(kept: KeptHow, isOnBroker: boolean): string {
  switch (kept.kind) {
    case "fsync":
      return isOnBroker
        ? "what is acknowledged is on the broker's disk (fsync): a power cut takes nothing of it"
        : "kept by this machine alone, on its disk (fsync): a power cut takes nothing of it";
    case "replicated":
      return kept.synced
        ? `what is acknowledged is on the disks of most of ${kept.replicas} brokers (fsync): the loss of one takes nothing`
        : `what is acknowledged is known to most of ${kept.replicas} brokers, on its way to their disks: the loss of one takes nothing, a power cut of all may take the latest`;
    case "flush":
      return `what is acknowledged reaches the disk every ${intervalText(kept.everyMs)}: a power cut of ${isOnBroker ? "the broker's" : "this"} machine loses up to that`;
    case "memory":
      return "kept in memory alone: it is gone with the program";
    case "unknown":
      return "not known: it cannot be asked now, or answers in words of a later version";
  }
}
