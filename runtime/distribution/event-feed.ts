// A node's events on the cluster's carriers, for tools that watch: as data that reads well, bounded, and never faster than a line can take.

import type { EventDefinition } from "../observe/event-definition.ts";
import { levelOf } from "../observe/event-definition.ts";
import type { RuntimeEvent } from "../observe/events.ts";
import { shownValue } from "../observe/shown-value.ts";
import type { Kernel } from "../process/kernel.ts";
import type { Subjects } from "../wire/subject.ts";
import { distributionLimits } from "./limits.ts";

export interface EventFeedOptions {
  readonly kernel: Kernel;
  readonly subjects: Subjects;
  readonly publish: (subject: string, payload: Uint8Array) => void;
}

/** What a person on duty wants to know. */
const alarmLevels: ReadonlySet<string> = new Set(["warn", "error", "fatal"]);

/**
 * Publishes the runtime's events from `info` upwards, and those of applications from `warn`, as JSON: `{ v, seq, time, node, incarnation, level, event, data }`. A gap in `seq` is what the
 * rate cap has left out. Gives back how to stop that.
 */
export function feedEvents({ kernel, subjects, publish }: EventFeedOptions): () => void {
  const encoder = new TextEncoder();
  const { eventsPerSecondMax, eventBytesMax } = distributionLimits;
  let seq = 0;
  let second = 0;
  let sent = 0;
  return kernel.events.subscribe((event: RuntimeEvent, definition: EventDefinition) => {
    const level = levelOf(definition, event.data);
    // Of an application's own events, such as what somebody types into a shell, tools hear alarms alone.
    const isToldAsNews = level === "info" && !event.name.includes(".");
    if (!isToldAsNews && !alarmLevels.has(level)) return;
    seq += 1;
    const time = kernel.world.clock.wallTime();
    const now = Math.floor(kernel.world.clock.now() / 1_000);
    if (now !== second) {
      second = now;
      sent = 0;
    }
    if (sent >= eventsPerSecondMax) return;
    sent += 1;
    const { name, incarnation } = kernel;
    const line = { v: 1, seq, time, node: name, incarnation, level, event: event.name };
    const whole = encoder.encode(JSON.stringify({ ...line, data: shownValue(event.data) }));
    const payload = whole.length <= eventBytesMax ? whole : encoder.encode(JSON.stringify(line));
    publish(subjects.evt(name, event.name), payload);
  });
}
