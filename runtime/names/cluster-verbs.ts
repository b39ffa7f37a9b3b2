// What a process can do with names and locks of the whole cluster, in OTP's words. Inside a process these act as that process.
import { currentProcess } from "../process/current.ts";
import { Misuse } from "../process/failures.ts";
import { formatPid, type Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import type { ClusterNaming, NameOptions } from "./naming.ts";

export interface ClusterLockOptions {
  /** Who holds it: whoever names the same requester is let in too. The own process by default. */
  readonly requester?: string;
  /** Attempts after the first one. Without end by default: it waits. */
  readonly retries?: number;
}

export interface ClusterVerbs {
  /**
   * Gives a process of this node a name in the whole cluster; the own process by default (OTP: `global:register_name`). After true every
   * node that there is a session with resolves it; false where the name is held, or the process has one already.
   * @throws {NotOwner} cut off from what the cluster agrees on; {StoreUnavailable} it is not known whether it was done; {Misuse}
   */
  registerClusterName(name: string, pid?: Pid<Protocol>, options?: NameOptions): Promise<boolean>;
  /** As `registerClusterName`, whoever has it now: that one goes on without the name (OTP: `re_register_name`). */
  reregisterClusterName(name: string, pid?: Pid<Protocol>, options?: NameOptions): Promise<void>;
  /** Takes the name from whoever has it. @throws {NotOwner}; {StoreUnavailable}; {Misuse} */
  unregisterClusterName(name: string): Promise<void>;
  /** Who holds the name, by what is known here: nobody is asked (OTP: `global:whereis_name`). */
  whereClusterName(name: string): Pid | undefined;
  /** Every registered name that somebody holds, sorted. */
  clusterNames(): readonly string[];
  /**
   * Runs `work` while nobody else in the cluster runs theirs under the same lock, and gives what it gives (OTP: `global:trans`). The lock
   * is given up when `work` is done or has failed, and with the process and its node. `signal` is aborted when the lock may be lost, a
   * second before somebody else can have it.
   * @throws {LockTaken} somebody else held it at every attempt; {LockLost}; {NotOwner}; {StoreUnavailable}; what `work` throws
   */
  withClusterLock<T>(
    id: string,
    work: (signal: AbortSignal) => T | Promise<T>,
    options?: ClusterLockOptions,
  ): Promise<T>;
}

/** The verbs of whichever process `own` names at the moment of the call. */
export function createClusterVerbs(own: () => Process): ClusterVerbs {
  return {
    registerClusterName: async (name, pid, options = {}) => {
      const process = own();
      const named = processToName(process, name, pid);
      return (await namingOf(process).claim(name, named, options)) === undefined;
    },
    reregisterClusterName: async (name, pid, options = {}) => {
      const process = own();
      const named = processToName(process, name, pid);
      await namingOf(process).replace(name, named, options);
    },
    unregisterClusterName: async (name) => namingOf(own()).giveUp(name),
    whereClusterName: (name) => own().kernel.clusterNames?.resolve(name),
    clusterNames: () => own().kernel.clusterNames?.names() ?? [],
    withClusterLock: async (id, work, options = {}) => {
      const process = own();
      const { retries = Number.POSITIVE_INFINITY } = options;
      if (typeof retries !== "number" || !(retries >= 0))
        throw new Misuse(`The retries of a lock are a number from 0; given was ${String(retries)}.`);
      const requester = options.requester ?? ownRequester(process);
      const hold = await namingOf(process).lock(process, id, requester, retries);
      try {
        // It may have been told to end while it waited.
        own();
        const result = await work(hold.signal);
        hold.check();
        return result;
      } finally {
        await hold.giveUp();
      }
    },
  };
}

const acting: ClusterVerbs = createClusterVerbs(currentProcess);

export const {
  clusterNames,
  registerClusterName,
  reregisterClusterName,
  unregisterClusterName,
  whereClusterName,
  withClusterLock,
} = acting;

/** Code outside of processes is not one requester: each use is one of its own. */
function ownRequester(process: Process): string {
  const { kernel, pid } = process;
  return process === kernel.outside ? `${formatPid(pid)}#${kernel.nextRef().ref}` : formatPid(pid);
}

/** @throws {Misuse} it is no live process of this node */
function processToName(process: Process, name: string, pid: Pid<Protocol> | undefined): Process {
  const { kernel } = process;
  const named = pid === undefined ? process : kernel.find(pid);
  if (named?.isAlive === true && named !== kernel.outside) return named;
  throw new Misuse(
    `${formatPid(pid ?? process.pid)} is no live process of this node and cannot be named "${name}". Register it on its own node.`,
  );
}

/** @throws {Misuse} the node is in no cluster that keeps names */
function namingOf({ kernel }: Process): ClusterNaming {
  if (kernel.clusterNames !== undefined) return kernel.clusterNames;
  throw new Misuse(
    `Node "${kernel.name}" keeps no names with others. Let it take part in a cluster first: beginOwnership(node, …).`,
  );
}
