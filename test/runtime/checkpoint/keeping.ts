// A process of a durable logic, as these tests keep it and let it begin again: always by way of bytes.
import {
  type AnyLogic,
  type Capture,
  type Checkpoint,
  type DurableLogic,
  decodeCheckpoint,
  encodeCheckpoint,
  type Pid,
  type ProtocolOf,
  type RestoredOptions,
  restored,
} from "../../../runtime/index.ts";
import { type TestNode, testKernelNode } from "../../../runtime/testing/test-node.ts";

export interface KeptProcess<L extends AnyLogic = AnyLogic> {
  readonly pid: Pid<ProtocolOf<L>>;
  /** How often it was told that it has settled. */
  settled: number;
  /** What it gives right now, through bytes; undefined where it is not at rest. */
  capture(): Checkpoint | undefined;
  /** As `capture`, of a process that is at rest. */
  checkpoint(): Checkpoint;
  /** The state as its logic shows it. */
  state(): unknown;
}

type StartOptions = RestoredOptions & { readonly input?: unknown; readonly name?: string };

export interface Keeping {
  readonly test: TestNode;
  /** Runs `run` among the node's own timers: what they put into mailboxes then is there, and was not taken out yet. */
  at(delayMs: number, run: () => void): void;
  start<L extends AnyLogic>(durable: DurableLogic<L>, options?: StartOptions): Promise<KeptProcess<L>>;
}

export function keeping(): Keeping {
  const { test, kernel } = testKernelNode({ name: "local" });
  return {
    test,
    at: (delayMs, run) => void kernel.timers.start(delayMs, run),
    async start<L extends AnyLogic>(
      durable: DurableLogic<L>,
      { input, name, ...options }: StartOptions = {},
    ) {
      let capture: Capture | undefined;
      const kept: KeptProcess<L> = {
        pid: undefined as unknown as Pid<ProtocolOf<L>>,
        settled: 0,
        capture() {
          const checkpoint = capture?.();
          return checkpoint && decodeCheckpoint(encodeCheckpoint(checkpoint));
        },
        checkpoint() {
          const checkpoint = kept.capture();
          if (checkpoint === undefined) throw new Error("The process is not at rest.");
          return checkpoint;
        },
        state: () => kernel.find(kept.pid)?.behaviour.state(),
      };
      const logic: AnyLogic = restored(durable as DurableLogic, {
        ...options,
        settled(given) {
          capture = given;
          kept.settled += 1;
          options.settled?.(given);
        },
      });
      const given = name === undefined ? { input } : { input, name };
      const pid = await test.until(test.node.spawn<AnyLogic>(logic, given));
      await test.settle();
      return Object.assign(kept, { pid: pid as Pid<ProtocolOf<L>> });
    },
  };
}
