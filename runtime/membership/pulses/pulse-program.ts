// The thread that beats, as a program of its own: connects, beats, and watches whether the main thread goes on.
import { parentPort, workerData } from "node:worker_threads";
import { connectNats } from "../../carriers/nats.ts";
import type { TimerHandle } from "../../world.ts";
import { realWorld } from "../../worlds/real.ts";
import { Beater } from "./beater.ts";
import { SharedStatus } from "./status-buffer.ts";
import type { PulseOrder, PulseOrders } from "./worker.ts";

const { connection, subject, origin, times, seq, memory } = workerData as PulseOrders;
const world = realWorld();
const shared = new SharedStatus(memory);
const carrier = await connectNats(connection);

let { ticks } = shared;
let { state } = shared.status;
let tickedAt = world.clock.now();

const beater = new Beater({
  world,
  carrier,
  subject,
  origin,
  times,
  seq,
  read: () => ({ ...shared.status, lagMs: lagMs() }),
});
let watching: TimerHandle;
watch();

parentPort?.once("message", (order: PulseOrder) => {
  world.timers.clear(watching);
  beater.stop({ farewell: order === "say goodbye" });
  void carrier.close();
});

/** How long the main thread's tick is overdue. */
function lagMs(): number {
  return Math.max(0, world.clock.now() - tickedAt - times.tickMs);
}

function watch(): void {
  if (shared.ticks !== ticks) {
    ticks = shared.ticks;
    tickedAt = world.clock.now();
  }
  shared.sentBeats = beater.sentBeats;
  if (shared.status.state !== state) {
    state = shared.status.state;
    beater.beat();
  }
  watching = world.timers.set(times.tickMs, watch);
}
