// The right to try a provider that was left alone: one request of the whole cluster has it, by way of a cluster lock.
import {
  named,
  type Pid,
  receive,
  self,
  send,
  sleep,
  spawn,
  whereis,
  withClusterLock,
} from "../../../runtime/index.ts";
import { LockTaken } from "../../../runtime/names/failures.ts";
import { currentProcess } from "../../../runtime/process/current.ts";
import { probeGraceMs, probeMsMax } from "./limits.ts";

export interface ProbeAnswer {
  readonly type: "probe";
  readonly model: string;
  readonly permit: string;
  /** False where another node tries. */
  readonly granted: boolean;
}

interface Probe {
  /** The lock. */
  readonly id: string;
  readonly model: string;
  readonly permit: string;
}

/**
 * Has a process of its own ask for the right to try, and keep it until `endProbe`. The own process hears a `ProbeAnswer`. A node that
 * is in no cluster, or is cut off from what the cluster agrees on, has only itself to agree with.
 */
export function beginProbe({ id, model, permit }: Probe): void {
  const asker = self();
  const answer = (granted: boolean): void =>
    send(asker, { type: "probe", model, permit, granted } satisfies ProbeAnswer as never);
  if (currentProcess().kernel.clusterNames === undefined) {
    answer(true);
    return;
  }
  // Linked: what it holds is held for its breaker, and ends with that.
  void spawn(() => hold(id, answer), { name: holderOf(permit), link: true });
}

/** Gives the right back, some time after what came of it was told to the cluster. */
export function endProbe(permit: string): void {
  const holder = whereis(holderOf(permit)) as Pid | undefined;
  if (holder !== undefined) send(named(holderOf(permit)), { type: "tried" });
}

async function hold(id: string, answer: (granted: boolean) => void): Promise<void> {
  let isTold = false;
  const tell = (granted: boolean): void => {
    if (!isTold) answer(granted);
    isTold = true;
  };
  try {
    await withClusterLock(
      id,
      async () => {
        tell(true);
        await receive(({ type }) => type === "tried", { timeoutMs: probeMsMax });
        await sleep(probeGraceMs);
      },
      { retries: 0 },
    );
  } catch (error) {
    tell(!(error instanceof LockTaken));
  }
}

function holderOf(permit: string): string {
  return `llm.probe.${permit}`;
}
