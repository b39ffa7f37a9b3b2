// What is looked at for a question: everything, or what a watch has told.
import { describe, expect, test } from "vitest";
import { indexLimits } from "../../../../actors/context/index/limits.ts";
import type { WatchRequest } from "../../../../actors/context/index/watch.ts";
import { type Seen, Watching } from "../../../../actors/context/index/watching.ts";
import { FileError, type FileKind, type FileStatus } from "../../../../runtime/file-system.ts";

const seen: Seen = {
  directories: ["", "src"],
  files: new Set(["a.ts", "src/b.ts"]),
  others: new Set(["link.ts"]),
};

function stage() {
  let now = 0;
  const begun: WatchRequest[] = [];
  const ended: WatchRequest[] = [];
  const there = new Map<string, FileKind>([
    ["/project", "directory"],
    ["/project/a.ts", "file"],
    ["/project/src/b.ts", "file"],
  ]);
  const watching = new Watching({
    key: "project",
    root: "/project",
    clock: { now: () => now, wallTime: () => now } as never,
    files: {
      linkStatus: async (path) => {
        const kind = there.get(path);
        if (kind === undefined) throw new FileError("file_not_found", "look at", path);
        return { kind } as FileStatus;
      },
    },
    watches: {
      begin: (request) => {
        begun.push(request);
        return { close: async () => void ended.push(request) };
      },
      close: async () => {},
    },
  });
  const look = async (found: Seen = seen): Promise<void> => {
    watching.looking();
    await watching.looked(found);
  };
  /** Watched, and everything looked at. */
  const on = async (): Promise<WatchRequest> => {
    await look();
    now += indexLimits.watchAfterMs;
    await look();
    const [request] = begun;
    if (request === undefined) throw new Error("Nothing is watched.");
    request.onReady();
    await look();
    return request;
  };
  return { watching, look, on, begun, ended, there, pass: (ms: number) => (now += ms) };
}

describe("watching a project", () => {
  test("begins when somebody asks again after a while, and is believed once everything was looked at behind that", async () => {
    const { watching, look, begun, pass } = stage();
    expect(await watching.due()).toBe("all");
    await look();
    await look();
    expect([begun.length, watching.state.state]).toEqual([0, "off"]);
    pass(indexLimits.watchAfterMs);
    await look();
    expect(watching.state.state).toBe("starting");
    expect([...(begun[0]?.directories ?? [])]).toEqual(["/project", "/project/src"]);
    expect(await watching.due()).toBe("all");
    begun[0]?.onReady();
    expect(await watching.due()).toBe("all");
    await look();
    expect(await watching.due()).toEqual([]);
  });

  test("tells what changed once, and has everything looked at where that is not enough", async () => {
    const { watching, on, look, there } = stage();
    const { onChange } = await on();
    onChange("/project/a.ts", false);
    onChange("/project/src/b.ts", true);
    onChange("/project/ignored.log", false);
    onChange("/project/came-and-went", true);
    expect(await watching.due()).toEqual(["a.ts", "src/b.ts"]);
    expect(await watching.due()).toEqual([]);
    there.set("/project/new.ts", "file");
    const news: [string | undefined, boolean][] = [
      ["/project/new.ts", true],
      ["/project/.gitignore", false],
      ["/project/src", true],
      ["/project/link.ts", false],
      [undefined, false],
    ];
    for (const [path, isName] of news) {
      onChange(path, isName);
      expect(await watching.due(), String(path)).toBe("all");
      await look();
      expect(await watching.due()).toEqual([]);
    }
    there.set("/project/a.ts", "symlink");
    onChange("/project/a.ts", true);
    expect(await watching.due()).toBe("all");
  });

  test("is not believed for longer than a minute, nor where more changes than are told one by one", async () => {
    const { watching, on, look, pass } = stage();
    const { onChange } = await on();
    pass(indexLimits.watchTrustedMs + 1);
    expect(await watching.due()).toBe("all");
    await look();
    for (let file = 0; file <= indexLimits.changesTogetherMax; file += 1) onChange(`/project/${file}`, true);
    expect(await watching.due()).toBe("all");
  });

  test("begins anew where there are other directories, and what the old one tells is nothing any more", async () => {
    const { watching, on, look, begun, ended } = stage();
    const first = await on();
    await look({ ...seen, directories: ["", "src", "test"] });
    expect(ended).toEqual([first]);
    expect([begun.length, watching.state.state]).toEqual([2, "starting"]);
    first.onReady();
    expect(watching.state.state).toBe("starting");
    begun[1]?.onReady();
    expect(watching.state.state).toBe("on");
    await watching.close();
    expect(ended).toEqual(begun);
  });

  test("is given up where the system does not let it, which is told once", async () => {
    const { watching, on, look, begun } = stage();
    const { onFailure } = await on();
    onFailure("no watches are left");
    expect(await watching.due()).toBe("all");
    expect(watching.state).toEqual({ state: "failed", reason: "no watches are left" });
    expect([watching.news, watching.news]).toEqual(["no watches are left", undefined]);
    await look();
    expect(begun.length).toBe(1);
  });

  test.each([
    ["not all of it could be looked at", { ...seen, directories: undefined }],
    [
      "it has too many folders",
      {
        ...seen,
        directories: Array.from({ length: indexLimits.watchedDirectoriesMax + 1 }, (_, at) => `${at}`),
      },
    ],
    [
      "it has too many files",
      { ...seen, files: new Set(Array.from({ length: indexLimits.watchedFilesMax }, (_, at) => `${at}`)) },
    ],
  ])("does not begin where %s", async (_, found) => {
    const { watching, look, begun, pass } = stage();
    await look(found);
    pass(indexLimits.watchAfterMs);
    await look(found);
    expect([begun.length, watching.state.state]).toEqual([0, "too_large"]);
    expect(await watching.due()).toBe("all");
  });
});
