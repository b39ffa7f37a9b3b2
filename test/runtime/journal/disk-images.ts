// What a power cut leaves of a file: whatever was synced, and of the rest what the disk happened to have done.
import type { DiskStep } from "./disk-trace.ts";

const blockBytes = 512;

export interface Cut {
  readonly at: number;
  readonly how: "nothing" | "everything" | "some" | "torn";
  /** What the program had said last by then. */
  readonly said: unknown;
}

/** The file after a cut behind each write: what was synced, and none, all, some or parts of what was not. */
export function* imagesOf(
  steps: readonly DiskStep[],
  random: () => number,
): Iterable<readonly [Cut, Buffer]> {
  let synced: Buffer = Buffer.alloc(0);
  let pending: { readonly at: number; readonly bytes: Buffer }[] = [];
  let said: unknown;
  for (const [at, step] of steps.entries()) {
    if (step.kind === "said") said = JSON.parse(step.line);
    else if (step.kind === "synced") {
      synced = pending.reduce(written, synced);
      pending = [];
    } else pending.push(step);
    // The cut may be before this one is synced, also where the call waits for that.
    const cut = (how: Cut["how"]): Cut => ({ at, how, said });
    yield [cut("nothing"), synced];
    if (pending.length > 0) {
      yield [cut("everything"), pending.reduce(written, synced)];
      yield [cut("some"), pending.filter(() => random() < 0.5).reduce(written, synced)];
      yield [
        cut("torn"),
        pending
          .flatMap(blocksOf)
          .filter(() => random() < 0.5)
          .reduce(written, synced),
      ];
    }
    if (step.kind === "written" && step.isSynced) {
      synced = written(synced, step);
      pending = pending.filter((each) => each !== step);
    }
  }
}

function written(file: Buffer, { at, bytes }: { readonly at: number; readonly bytes: Buffer }): Buffer {
  const image = Buffer.alloc(Math.max(file.length, at + bytes.length));
  file.copy(image);
  bytes.copy(image, at);
  return image;
}

/** Disks write whole blocks, in any order. */
function blocksOf(write: { readonly at: number; readonly bytes: Buffer }): { at: number; bytes: Buffer }[] {
  const blocks: { at: number; bytes: Buffer }[] = [];
  for (let from = 0; from < write.bytes.length; ) {
    const to = Math.min(write.bytes.length, from + blockBytes - ((write.at + from) % blockBytes));
    blocks.push({ at: write.at + from, bytes: write.bytes.subarray(from, to) });
    from = to;
  }
  return blocks;
}
