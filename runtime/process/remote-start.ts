// A start that was asked of another node: it is started there, by the key that its logic is registered under, and never by code.
import { AiexError } from "../errors.ts";
import { type RemoteSpawnOptions, type RemoteStartError, signalKinds } from "../wire/frame.ts";
import type { ExitReason } from "./exit-reason.ts";
import {
  AlreadyStarted,
  CallTimeout,
  Misuse,
  NodeDown,
  StartFailed,
  StartIgnored,
  StartTimeout,
} from "./failures.ts";
import { addLink, linkTo, receiveExit, removeLink } from "./links.ts";
import { startMonitored, type WatchOptions } from "./monitored-start.ts";
import {
  checkMonitorOptions,
  type DownListener,
  demonitor,
  Monitor,
  noteMonitor,
  tellWatcher,
} from "./monitors.ts";
import { makePid, type Pid, type Ref } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Protocol } from "./protocol.ts";
import type { RemoteNode } from "./remote-node.ts";
import { type StartOptions, spawnProcess } from "./spawn.ts";

/** The node knows no logic under this key (OTP: `undef`). */
export class UnknownLogic extends AiexError {
  readonly code = "undef";
  constructor(node: string, logic: string) {
    super(
      `Node "${node}" knows no logic "${logic}". Give it to that node when it starts: startNode({ distribution: { logic: { "${logic}": … } } }).`,
      { details: { node, logic } },
    );
  }
}

export interface RemoteStarting {
  readonly node: string;
  /** The key under which the node knows the logic. */
  readonly logic: string;
  readonly options: StartOptions & WatchOptions;
  /** The DOWN of a monitor that stands from before the first line. */
  readonly isWatched: boolean;
}

/** What `spawnRequest` gives: the start goes on whoever waits for it. */
export interface StartRequest {
  /** Of the monitor, where one was asked for. */
  readonly ref: Ref;
  readonly ready: Promise<Pid<Protocol>>;
  /** Waits no more: neither answer, nor link, nor DOWN come of it. False where the answer was here already. */
  abandon(): boolean;
}

/** One start under way on another node. */
export class RemoteStart {
  readonly #starter: Process;
  readonly #node: RemoteNode;
  readonly #asked: RemoteStarting;
  readonly #ref: Ref;
  readonly #monitor: Monitor | undefined;
  readonly #ready: (pid: Pid<Protocol>) => void;
  readonly #fail: (error: Error) => void;
  #pid: Pid | undefined;
  #isAbandoned = false;

  constructor(
    starter: Process,
    node: RemoteNode,
    asked: RemoteStarting,
    ref: Ref,
    monitor: Monitor | undefined,
    ready: (pid: Pid<Protocol>) => void,
    fail: (error: Error) => void,
  ) {
    this.#starter = starter;
    this.#node = node;
    this.#asked = asked;
    this.#ref = ref;
    this.#monitor = monitor;
    this.#ready = ready;
    this.#fail = fail;
  }

  /** The process is there; with `isReady` its init has returned. */
  spawned(id: number, isReady: boolean): void {
    const pid = makePid(this.#node.name, this.#node.incarnation ?? 0, id) as Pid;
    if (this.#isAbandoned) {
      this.#letGo(pid);
      return;
    }
    if (this.#pid === undefined) this.#linkTo(pid);
    this.#pid = pid;
    if (!isReady) return;
    this.#node.starts.delete(this.#ref.ref);
    this.#ready(pid);
  }

  #linkTo(pid: Pid): void {
    if (this.#asked.options.link !== true) return;
    const stranger = this.#node.strangerNamed(pid);
    if (this.#starter.hasEnded) {
      // It died between the request and the answer: the child hears of it as of any link to a process that is gone.
      this.#node.transmit([signalKinds.linkExit, this.#starter.pid.id, pid.id, "noproc"]);
      this.#node.tidy(stranger);
    } else if (linkTo(this.#starter, stranger) === undefined) addLink(this.#starter, stranger);
  }

  failed(error: RemoteStartError): void {
    this.#node.starts.delete(this.#ref.ref);
    if (this.#isAbandoned) return;
    // One that took too long is told of by the answer alone.
    this.#end(error.reason ?? { undef: this.#asked.logic }, error.code !== "start_timeout");
    this.#fail(startErrorOf(error, this.#asked, this.#node));
  }

  /** The session has ended. Where the process was known, its link and its monitor have told already. */
  lost(): void {
    if (this.#isAbandoned) return;
    if (this.#pid === undefined) this.#end("noconnection", true);
    this.#fail(new NodeDown(this.#asked.node));
  }

  abandon(): boolean {
    if (this.#isAbandoned || this.#node.starts.get(this.#ref.ref) !== this) return false;
    this.#isAbandoned = true;
    this.#unwatch();
    // Where it is not known yet which process it is, the answer is waited for: there may be a link over there by now.
    if (this.#pid !== undefined) this.#letGo(this.#pid);
    this.#node.transmit([signalKinds.spawnAbandon, this.#starter.pid.id, this.#ref.ref]);
    return true;
  }

  /** It was never asked for. */
  unsent(): void {
    this.#node.starts.delete(this.#ref.ref);
    this.#unwatch();
  }

  #unwatch(): void {
    if (this.#monitor === undefined) return;
    this.#starter.watching?.delete(this.#monitor.ref.ref);
    this.#node.watchers?.remove(this.#monitor);
  }

  /** Nobody has anything to do with the process any more. */
  #letGo(pid: Pid): void {
    this.#node.starts.delete(this.#ref.ref);
    if (this.#asked.options.link !== true) return;
    const stranger = this.#node.knownStranger(pid);
    if (stranger !== undefined) {
      removeLink(this.#starter, stranger);
      this.#node.tidy(stranger);
    }
    const { ref } = this.#starter.kernel.nextRef();
    this.#node.transmit([signalKinds.unlink, this.#starter.pid.id, pid.id, ref]);
  }

  /** What a link and a monitor tell of a start that came to nothing. */
  #end(reason: ExitReason, tellsLink: boolean): void {
    const starter = this.#starter;
    const from = this.#pid ?? (makePid(this.#node.name, this.#node.incarnation ?? 0, 0) as Pid);
    const monitor = this.#monitor;
    if (monitor !== undefined && starter.watching?.get(monitor.ref.ref) === monitor) {
      this.#node.watchers?.remove(monitor);
      tellWatcher(monitor, reason, undefined);
    }
    const stranger = this.#pid && this.#node.knownStranger(this.#pid);
    // The link stands from when the process is known, and may have been taken back since.
    let isLinked = this.#asked.options.link === true && tellsLink && this.#pid === undefined;
    if (stranger !== undefined) {
      if (removeLink(starter, stranger) !== undefined) isLinked = tellsLink;
      this.#node.tidy(stranger);
    }
    // A starter that traps exits hears of a failed start by its answer alone, and of a lost node by both.
    if (isLinked && (reason === "noconnection" || !starter.trapsExits))
      receiveExit(starter, from, reason, false);
  }
}

/** Asks another node for a start. Never throws for what is wrong over there. */
export function startElsewhere(starter: Process, asked: RemoteStarting): StartRequest {
  const { kernel } = starter;
  const { monitor = {}, onDown } = asked.options;
  checkMonitorOptions(monitor);
  if (asked.node === kernel.name) return startHere(starter, asked);
  const input = kernel.data(asked.options.input, "input");
  const ref = kernel.nextRef();
  const node = kernel.distribution?.reach(asked.node);
  let start: RemoteStart | undefined;
  const ready = new Promise<Pid<Protocol>>((resolve, reject) => {
    if (node === undefined) {
      cameToNothing(starter, asked, ref, "noconnection");
      reject(new NodeDown(asked.node));
      return;
    }
    const object = {
      name: asked.options.name === undefined ? asked.logic : String(asked.options.name),
      node: asked.node,
    };
    const wire = wireOptions(asked, ref);
    const entry = asked.isWatched ? new Monitor(ref, starter, node, object, monitor, onDown) : undefined;
    if (entry !== undefined) noteMonitor(entry);
    start = new RemoteStart(starter, node, asked, ref, entry, resolve, reject);
    node.starts.set(ref.ref, start);
    try {
      node.transmit([signalKinds.spawn, starter.pid.id, ref.ref, asked.logic, input, wire]);
    } catch (error) {
      start.unsent();
      throw error;
    }
  });
  ready.catch(() => {});
  return { ref, ready, abandon: () => start?.abandon() ?? false };
}

/** The own node is asked as any other is: by the key. */
function startHere(starter: Process, asked: RemoteStarting): StartRequest {
  const { kernel } = starter;
  const { monitor, onDown, ...options } = asked.options;
  const logic = kernel.distribution?.logic.get(asked.logic);
  let ref = kernel.nextRef();
  const ready = new Promise<Pid<Protocol>>((resolve, reject) => {
    if (logic === undefined) {
      cameToNothing(starter, asked, ref, { undef: asked.logic });
      reject(new UnknownLogic(kernel.name, asked.logic));
    } else if (asked.isWatched) {
      const started = startMonitored(starter, logic, asked.options);
      ref = started.ref;
      started.ready.then(resolve, reject);
    } else {
      spawnProcess(starter, logic, options, resolve, reject);
    }
  });
  ready.catch(() => {});
  return { ref, ready, abandon: () => false };
}

function wireOptions({ options, isWatched }: RemoteStarting, ref: Ref): RemoteSpawnOptions {
  const { name, clusterName, link, trapExit, startTimeoutMs, mailbox, monitor } = options;
  if (clusterName !== undefined)
    throw new Misuse(
      "A process that is started from another node registers its name in the cluster itself: registerClusterName(…).",
    );
  if (name !== undefined && typeof name !== "string")
    throw new Misuse(
      "A process on another node is named by a string; a key of a registry belongs to one node.",
    );
  const hasDeadline = startTimeoutMs !== undefined && startTimeoutMs !== Number.POSITIVE_INFINITY;
  return {
    ...(name === undefined ? {} : { name }),
    ...(link === true ? { link } : {}),
    ...(trapExit === true ? { trapExit } : {}),
    ...(hasDeadline ? { startTimeoutMs } : {}),
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(isWatched ? { monitor: ref.ref, output: monitor?.output === true } : {}),
  };
}

/** There will be no process: what was to be linked or watched is told so (OTP: EXIT and DOWN, `noconnection` where no way leads there). */
function cameToNothing(starter: Process, asked: RemoteStarting, ref: Ref, reason: ExitReason): void {
  const { monitor = {}, onDown, link } = asked.options;
  const object = { name: asked.logic, node: asked.node };
  if (asked.isWatched)
    tellWatcher(new Monitor(ref, starter, starter, object, monitor, onDown), reason, undefined);
  const isTold = link === true && (reason === "noconnection" || !starter.trapsExits);
  if (isTold) receiveExit(starter, makePid(asked.node, 0, 0) as Pid, reason, false);
}

function startErrorOf(error: RemoteStartError, { logic, options }: RemoteStarting, node: RemoteNode): Error {
  const what = typeof options.name === "string" ? options.name : logic;
  switch (error.code) {
    case "undef":
      return new UnknownLogic(node.name, logic);
    case "already_started":
      return new AlreadyStarted(what, makePid(node.name, node.incarnation ?? 0, error.holder ?? 0) as Pid);
    case "ignore":
      return new StartIgnored(what);
    case "start_timeout":
      return new StartTimeout(what, options.startTimeoutMs ?? 0);
    case "start_failed":
      return new StartFailed(what, error.reason ?? "normal");
    default:
      return new Misuse(error.message);
  }
}

/** Runs registered logic on another node to its end and gives what it came to (OTP: `erpc:call`). */
export function runElsewhere(
  starter: Process,
  asked: Omit<RemoteStarting, "isWatched">,
  timeoutMs: number,
): Promise<unknown> {
  const what = `"${asked.logic}" on "${asked.node}"`;
  return new Promise((resolve, reject) => {
    const { kernel } = starter;
    const settle = (finish: () => void): void => {
      if (timer !== undefined) kernel.timers.stop(timer);
      finish();
    };
    const onDown: DownListener = ({ reason, output }) =>
      settle(() => {
        if (reason === "normal") resolve(output);
        else reject(reason === "noconnection" ? new NodeDown(asked.node) : new StartFailed(what, reason));
      });
    const options = { ...asked.options, monitor: { output: true }, onDown };
    const request = startElsewhere(starter, { ...asked, options, isWatched: true });
    const timer =
      timeoutMs === Number.POSITIVE_INFINITY
        ? undefined
        : kernel.timers.start(timeoutMs, () => {
            // The work over there goes on; nobody waits for it.
            if (!request.abandon()) demonitor(starter, request.ref, { flush: true });
            reject(new CallTimeout(what, "run", timeoutMs));
          });
    request.ready.catch((error) => settle(() => reject(error)));
  });
}
