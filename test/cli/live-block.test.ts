// Lines on a terminal that are redrawn where they stand, in virtual time.
import { describe, expect, it } from "vitest";
import { progressAfterMs, progressLineEveryMs, runTickEveryMs } from "../../cli/limits.ts";
import { startLiveBlock } from "../../cli/live-block.ts";
import { simulatedWorld } from "../../runtime/worlds/simulated.ts";

function scene() {
  const world = simulatedWorld();
  const written: string[] = [];
  const shown = { lines: ["one", "two"] as readonly string[] };
  const size = { columns: 40, rows: 24 };
  const output = {
    isTTY: true,
    get columns() {
      return size.columns;
    },
    get rows() {
      return size.rows;
    },
    write: async (text: string) => void written.push(text),
  };
  const block = startLiveBlock({ world, output, lines: () => shown.lines });
  return { world, written, shown, size, block };
}

/** Up by so many lines, and all below it away. */
const over = (lines: number): string => `\r${lines > 0 ? `\x1b[${lines}A` : ""}\x1b[J`;

describe("startLiveBlock()", () => {
  it("writes nothing where all is done within a second", async () => {
    const { world, written, block } = scene();
    block.changed();
    await world.advance(progressAfterMs - 1);
    await block.end();
    await world.advance(progressAfterMs * 10);
    expect(written).toEqual([]);
  });

  it("is redrawn with the time, over what it was, however many lines it had", async () => {
    const { world, written, shown } = scene();
    await world.advance(progressAfterMs);
    shown.lines = ["three"];
    await world.advance(runTickEveryMs);
    await world.advance(runTickEveryMs);
    expect(written).toEqual(["\r\x1b[2Kone\ntwo", `${over(1)}three`, `${over(0)}three`]);
  });

  it("is never wider nor higher than its terminal, however small that is", async () => {
    const { world, written, shown, size } = scene();
    Object.assign(size, { columns: 12, rows: 3 });
    shown.lines = ["x".repeat(30), "\u6f22\u5b57".repeat(9), "three", "four"];
    await world.advance(progressAfterMs);
    await world.advance(runTickEveryMs);
    const block = "xxxxxxxx...\n\u6f22\u5b57\u6f22\u5b57...";
    expect(written).toEqual([`\r\x1b[2K${block}`, `${over(1)}${block}`]);
  });

  it("is taken away as a whole where its terminal has become narrower, and has wrapped it", async () => {
    const { world, written, shown, size, block } = scene();
    shown.lines = ["x".repeat(30), "two"];
    await world.advance(progressAfterMs);
    size.columns = 12;
    await block.end();
    expect(written.slice(1)).toEqual([over(3)]);
  });

  it("is redrawn when something changes, not too often", async () => {
    const { world, written, block } = scene();
    await world.advance(progressAfterMs);
    block.changed();
    block.changed();
    expect(written).toHaveLength(1);
    await world.advance(progressLineEveryMs);
    block.changed();
    expect(written).toHaveLength(2);
  });

  it("makes room for what else is written, and comes back", async () => {
    const { world, written, block } = scene();
    await world.advance(progressAfterMs);
    const said = await block.aside(async () => {
      // What takes long is not drawn over.
      await world.advance(runTickEveryMs * 3);
      written.push("said\n");
      return 7;
    });
    expect(said).toBe(7);
    expect(written.slice(1)).toEqual([over(1), "said\n", "\r\x1b[2Kone\ntwo"]);
  });

  it("is gone when it ends, and stays away", async () => {
    const { world, written, block } = scene();
    await world.advance(progressAfterMs);
    await block.end();
    await block.end();
    block.changed();
    await world.advance(runTickEveryMs * 3);
    expect(written.slice(1)).toEqual([over(1)]);
  });
});
