// A node in a simulated world, and a process in it for a test's own code to run as.
import {
  type ExitReason,
  type Node,
  type Pid,
  type Received,
  type Ref,
  type RuntimeEvent,
  receive,
  type SimulatedWorld,
  sameRef,
  simulatedWorld,
  spawnMonitor,
  startNode,
} from "../../../runtime/index.ts";

export interface Bench {
  readonly world: SimulatedWorld;
  readonly node: Node;
  /** Every runtime event so far. */
  readonly events: readonly RuntimeEvent[];
  /** Runs `body` as a process of its own that does not trap exits, and gives what it gives. */
  inProcess<T>(body: () => Promise<T>): Promise<T>;
}

export function bench(): Bench {
  const world = simulatedWorld();
  const node = startNode({ world, boundary: "freeze" });
  const events: RuntimeEvent[] = [];
  node.subscribe((event) => events.push(event));
  const inProcess = <T>(body: () => Promise<T>): Promise<T> =>
    world.until(
      new Promise<T>((resolve, reject) => {
        const tester = async (): Promise<void> => {
          await body().then(resolve, reject);
        };
        node.spawn(tester).catch(reject);
      }),
    );
  return { world, node, events, inProcess };
}

/** A process that lives until it is ended and takes no message. */
export async function idle(): Promise<void> {
  await receive(() => false);
}

/** Matches the DOWN of a monitor. */
export function downOf(ref: Ref): (message: Received) => boolean {
  return (message) => message.type === "sys.down" && sameRef(message.ref as Ref, ref);
}

export function ofType(type: string): (message: Received) => boolean {
  return (message) => message.type === type;
}

/** A message with a number, to tell one from the next. */
export function numbered(
  number: number,
  type = "numbered",
): { readonly type: string; readonly number: number } {
  return { type, number };
}

/** Waits for the end of a watched process. */
export async function reasonOf(ref: Ref): Promise<ExitReason> {
  return (await receive(downOf(ref))).reason as ExitReason;
}

/** Starts `run`, lets `act` do something to it, and waits for its end. */
export async function endOf(run: () => unknown, act: (pid: Pid) => void = () => {}): Promise<ExitReason> {
  const { pid, ref, ready } = spawnMonitor(run);
  await ready;
  act(pid);
  return reasonOf(ref);
}

/** Everything that waits in the own mailbox, in order. */
export async function waiting(): Promise<readonly Received[]> {
  const found: Received[] = [];
  for (;;) {
    const message = await receive(() => true, { timeoutMs: 1 }).catch(() => undefined);
    if (message === undefined) return found;
    found.push(message);
  }
}
