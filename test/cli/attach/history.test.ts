// The history of shells.
import { describe, expect, it } from "vitest";
import { History, historyPath } from "../../../cli/attach/history.ts";
import { terminalLimits } from "../../../cli/attach/limits.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";

const path = "/home/joe/.local/state/aiex/attach-history";

describe("The history of shells", () => {
  it("comes back the newest first, without what was not to be kept", async () => {
    const { files } = simulatedWorld();
    const history = new History(files, path);
    await history.load();
    for (const line of ["one", "two", "two", " secret", "  ", "x".repeat(10_000), "three"]) history.add(line);
    await history.saved();
    expect(await new History(files, path).load()).toEqual(["three", "two", "one"]);
  });

  it("is bounded, and cut when it is read", async () => {
    const { files } = simulatedWorld();
    await files.makeDirectory("/home/joe/.local/state/aiex", { mode: 0o700 });
    const lines = Array.from({ length: 3_000 }, (_, index) => `line ${index}\n`).join("");
    await files.writeFile(path, new TextEncoder().encode(lines), { mode: 0o600 });
    const history = new History(files, path);
    expect(await history.load()).toHaveLength(terminalLimits.historyLinesMax);
    await history.saved();
    const kept = new TextDecoder().decode(await files.readFile(path, { bytesMax: 1_000_000 }));
    expect(kept.split("\n")[0]).toBe("line 2000");
  });

  it("is none where it cannot be read or written, and where nobody is at home", async () => {
    const { files } = simulatedWorld();
    await files.makeDirectory(path, { mode: 0o700 });
    const history = new History(files, path);
    expect(await history.load()).toEqual([]);
    history.add("one");
    await history.saved();
    expect(await new History(files, undefined).load()).toEqual([]);
    expect(historyPath({}, "attach-history")).toBeUndefined();
    expect(historyPath({ HOME: "/home/joe" }, "attach-history")).toBe(path);
    expect(historyPath({ HOME: "/home/joe", XDG_STATE_HOME: "/state" }, "attach-history")).toBe(
      "/state/aiex/attach-history",
    );
    expect(historyPath({ HOME: "/home/joe", XDG_STATE_HOME: "state" }, "attach-history")).toBe(path);
  });
});
