import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  promises,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  FileError,
  type FileErrorCode,
  type FileSystem,
  fileErrorOf,
  quotePath,
} from "../../runtime/file-system.ts";
import { memoryFileSystem } from "../../runtime/file-systems/memory.ts";
import { realFileSystem } from "../../runtime/file-systems/real.ts";

interface Scene {
  readonly files: FileSystem;
  readonly root: string;
  file(name: string, content: string | Uint8Array, mode?: number): string;
  directory(name: string, mode?: number): string;
  link(name: string, target: string): string;
  pipe(name: string): string;
  names(name: string): Promise<string[]>;
  /** Runs with no more permissions than an ordinary user has. */
  unprivileged<Value>(run: () => Promise<Value>): Promise<Value>;
  end(): void;
}

const random = { next: () => 0.5, bytes: (count: number) => new Uint8Array(randomBytes(count)) };
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (content: string) => new TextEncoder().encode(content);

function realScene(): Scene {
  const root = mkdtempSync(join(tmpdir(), "aiex-files-"));
  chmodSync(root, 0o777);
  const at = (name: string) => join(root, name);
  return {
    files: realFileSystem(random),
    root,
    file: (name, content, mode = 0o644) => {
      mkdirSync(join(at(name), ".."), { recursive: true });
      writeFileSync(at(name), content);
      chmodSync(at(name), mode);
      return at(name);
    },
    directory: (name, mode = 0o755) => {
      mkdirSync(at(name), { recursive: true });
      chmodSync(at(name), mode);
      return at(name);
    },
    link: (name, target) => {
      symlinkSync(target, at(name));
      return at(name);
    },
    pipe: (name) => {
      execFileSync("mkfifo", [at(name)]);
      return at(name);
    },
    names: async (name) => readdirSync(at(name)).sort(),
    unprivileged: async (run) => {
      const root = process.geteuid?.() === 0;
      if (root) process.seteuid?.(65534);
      try {
        return await run();
      } finally {
        if (root) process.seteuid?.(0);
      }
    },
    end: () => rmSync(root, { recursive: true, force: true }),
  };
}

function memoryScene(): Scene {
  const files = memoryFileSystem({ workingDirectory: "/home/ada" });
  const root = "/scene";
  const at = (name: string) => join(root, name);
  files.putDirectory(root);
  return {
    files,
    root,
    file: (name, content, mode) => {
      files.putFile(at(name), content, mode);
      return at(name);
    },
    directory: (name, mode = 0o755) => {
      files.putDirectory(at(name));
      files.setMode(at(name), mode);
      return at(name);
    },
    link: (name, target) => {
      files.putLink(at(name), target);
      return at(name);
    },
    pipe: (name) => {
      files.putSpecial(at(name), "fifo");
      return at(name);
    },
    names: (name) => listed(files, at(name)),
    unprivileged: (run) => run(),
    end: () => {},
  };
}

async function listed(files: FileSystem, path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of files.readDirectory(path)) names.push(entry.name);
  return names.sort();
}

async function codeOf(attempt: Promise<unknown>): Promise<FileErrorCode | undefined> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return undefined;
  if (!(error instanceof FileError)) throw error;
  return error.code;
}

for (const [kind, makeScene] of [
  ["real", realScene],
  ["memory", memoryScene],
] as const) {
  describe(`the ${kind} file system`, () => {
    let scene: Scene;
    let files: FileSystem;
    beforeEach(() => {
      scene = makeScene();
      files = scene.files;
    });
    afterEach(() => scene.end());
    const at = (name: string) => join(scene.root, name);

    describe("status and linkStatus", () => {
      it("report kind, size and permissions of a file", async () => {
        const status = await files.status(scene.file("a.txt", "hello", 0o640));
        expect(status).toMatchObject({ kind: "file", size: 5, mode: 0o640 });
      });

      it("tell a link from what it leads to", async () => {
        scene.file("a.txt", "hello");
        scene.link("b.txt", "a.txt");
        expect((await files.status(at("b.txt"))).kind).toBe("file");
        expect((await files.linkStatus(at("b.txt"))).kind).toBe("symlink");
        expect((await files.status(at("b.txt"))).inode).toBe((await files.status(at("a.txt"))).inode);
        expect(await files.readLink(at("b.txt"))).toBe("a.txt");
      });

      it("name directories and pipes", async () => {
        expect((await files.status(scene.directory("d"))).kind).toBe("directory");
        expect((await files.status(scene.pipe("p"))).kind).toBe("fifo");
      });

      it("refuse a missing path, a circle of links and a file used as a directory", async () => {
        scene.link("round", "about");
        scene.link("about", "round");
        scene.file("a.txt", "");
        expect(await codeOf(files.status(at("nothing")))).toBe("file_not_found");
        expect(await codeOf(files.status(""))).toBe("file_not_found");
        expect(await codeOf(files.status(at("round")))).toBe("too_many_links");
        expect(await codeOf(files.status(at("a.txt/b")))).toBe("not_directory");
        expect(await codeOf(files.status(at("x".repeat(300))))).toBe("path_too_long");
        expect(await codeOf(files.status(at("nul\0byte")))).toBe("bad_path");
      });
    });

    describe("realPath", () => {
      it("resolves every link on the way, also upwards from where a link led", async () => {
        scene.file("deep/inner/a.txt", "");
        scene.link("short", "deep/inner");
        const real = await files.realPath(scene.root);
        expect(await files.realPath(at("short/a.txt"))).toBe(join(real, "deep/inner/a.txt"));
        expect(await files.realPath(`${scene.root}/short/../inner/./a.txt`)).toBe(
          join(real, "deep/inner/a.txt"),
        );
        expect(await files.realPath(at("short"))).toBe(join(real, "deep/inner"));
      });

      it("fails on a link that leads nowhere", async () => {
        expect(await codeOf(files.realPath(scene.link("lost", "gone")))).toBe("file_not_found");
      });
    });

    describe("readDirectory", () => {
      it("gives every entry with its own kind", async () => {
        scene.file("d/a.txt", "");
        scene.directory("d/e");
        scene.link("d/l", "a.txt");
        scene.pipe("d/p");
        const kinds = new Map<string, string>();
        for await (const entry of files.readDirectory(at("d"))) kinds.set(entry.name, entry.kind);
        expect(Object.fromEntries(kinds)).toEqual({
          "a.txt": "file",
          e: "directory",
          l: "symlink",
          p: "fifo",
        });
      });

      it("can be left in the middle", async () => {
        for (let n = 0; n < 300; n += 1) scene.file(`d/${n}`, "");
        let seen = 0;
        for await (const _ of files.readDirectory(at("d"))) {
          seen += 1;
          if (seen === 3) break;
        }
        expect(seen).toBe(3);
        expect(await listed(files, at("d"))).toHaveLength(300);
      });

      it("refuses a file, a missing directory and one without permission", async () => {
        scene.file("a.txt", "");
        scene.directory("closed", 0o000);
        expect(await codeOf(listed(files, at("a.txt")))).toBe("not_directory");
        expect(await codeOf(listed(files, at("gone")))).toBe("file_not_found");
        expect(await scene.unprivileged(() => codeOf(listed(files, at("closed"))))).toBe("file_denied");
        expect(await scene.unprivileged(() => codeOf(files.status(at("closed/x"))))).toBe("file_denied");
      });
    });

    describe("open", () => {
      it("reads in pieces and then gives nothing more", async () => {
        const file = await files.open(scene.file("a.txt", "hello"));
        expect((await file.status()).size).toBe(5);
        expect(text(await file.read(3))).toBe("hel");
        expect(text(await file.read(30))).toBe("lo");
        expect((await file.read(30)).length).toBe(0);
        await file.close();
      });

      it("keeps reading the file it opened after the path was given to another", async () => {
        const path = scene.file("a.txt", "old");
        const file = await files.open(path);
        await files.writeFile(path, bytes("new"), { mode: 0o644 });
        expect((await file.status()).inode).not.toBe((await files.status(path)).inode);
        expect(text(await file.read(10))).toBe("old");
        await file.close();
      });

      it("replaces a file in one step also where the disk is not waited for", async () => {
        const path = scene.file("a.txt", "old", 0o640);
        await files.writeFile(path, bytes("new"), { mode: 0o600, durable: false });
        expect(text(await files.readFile(path, { bytesMax: 10 }))).toBe("new");
        expect((await files.status(path)).mode).toBe(0o600);
        expect(await scene.names(".")).toEqual(["a.txt"]);
      });

      it("follows no link in the last place, but does on the way", async () => {
        scene.file("d/a.txt", "hello");
        scene.link("d/b.txt", "a.txt");
        scene.link("e", "d");
        expect(await codeOf(files.open(at("d/b.txt")))).toBe("is_symlink");
        expect(text(await files.readFile(at("e/a.txt"), { bytesMax: 10 }))).toBe("hello");
      });

      it("refuses at once what is no regular file", async () => {
        expect(await codeOf(files.open(scene.pipe("p")))).toBe("not_regular_file");
        expect(await codeOf(files.open(scene.directory("d")))).toBe("is_directory");
        expect(await codeOf(files.open(at("gone")))).toBe("file_not_found");
      });

      it("refuses a file without read permission", async () => {
        const path = scene.file("secret", "x", 0o200);
        expect(await scene.unprivileged(() => codeOf(files.open(path)))).toBe("file_denied");
      });
    });

    describe("readFile", () => {
      it("gives the whole file up to the limit and refuses one byte more", async () => {
        const path = scene.file("a.txt", "12345");
        expect(text(await files.readFile(path, { bytesMax: 5 }))).toBe("12345");
        expect(await codeOf(files.readFile(path, { bytesMax: 4 }))).toBe("file_too_large");
        expect((await files.readFile(scene.file("empty", ""), { bytesMax: 0 })).length).toBe(0);
      });

      it("joins a file longer than one read", async () => {
        const long = "0123456789".repeat(60_000);
        expect(text(await files.readFile(scene.file("long", long), { bytesMax: 1_000_000 }))).toBe(long);
      });
    });

    describe("writeFile", () => {
      it("makes a file with exactly the mode given", async () => {
        await files.writeFile(at("new"), bytes("hello"), { mode: 0o666 });
        expect(text(await files.readFile(at("new"), { bytesMax: 10 }))).toBe("hello");
        expect((await files.status(at("new"))).mode).toBe(0o666);
      });

      it("replaces a link and leaves what it led to", async () => {
        scene.file("a.txt", "kept");
        scene.link("b.txt", "a.txt");
        await files.writeFile(at("b.txt"), bytes("new"), { mode: 0o600 });
        expect(text(await files.readFile(at("a.txt"), { bytesMax: 10 }))).toBe("kept");
        expect((await files.linkStatus(at("b.txt"))).kind).toBe("file");
      });

      it("leaves nothing behind when it fails", async () => {
        scene.directory("d/taken");
        expect(await codeOf(files.writeFile(at("d/taken"), bytes("x"), { mode: 0o600 }))).toBe(
          "is_directory",
        );
        expect(await codeOf(files.writeFile(at("gone/x"), bytes("x"), { mode: 0o600 }))).toBe(
          "file_not_found",
        );
        expect(await scene.names("d")).toEqual(["taken"]);
      });

      it("replaces nothing where it is to make a file, and one of many makes it", async () => {
        const make = (name: string, content: string) =>
          codeOf(files.writeFile(at(name), bytes(content), { mode: 0o640, replaces: false }));
        scene.file("there", "old");
        scene.link("link", "nowhere");
        scene.directory("folder");
        for (const name of ["there", "link", "folder"]) expect(await make(name, "new")).toBe("file_exists");
        expect(text(await files.readFile(at("there"), { bytesMax: 10 }))).toBe("old");
        const many = await Promise.all(Array.from({ length: 20 }, (_, index) => make("made", `${index}`)));
        expect(many.filter((code) => code === "file_exists")).toHaveLength(19);
        const made = many.findIndex((code) => code !== "file_exists");
        expect(text(await files.readFile(at("made"), { bytesMax: 10 }))).toBe(`${made}`);
        expect(await files.status(at("made"))).toMatchObject({ mode: 0o640, links: 1 });
        expect([...(await scene.names("."))].sort()).toEqual(["folder", "link", "made", "there"]);
      });

      it("refuses a directory without write permission", async () => {
        scene.directory("d", 0o555);
        const attempt = () => codeOf(files.writeFile(at("d/x"), bytes("x"), { mode: 0o600 }));
        expect(await scene.unprivileged(attempt)).toBe("file_denied");
      });
    });

    describe("appendFile", () => {
      it("makes the file and then adds to it", async () => {
        await files.appendFile(at("log"), bytes("a"), { mode: 0o600 });
        await files.appendFile(at("log"), bytes("b"), { mode: 0o600 });
        expect(text(await files.readFile(at("log"), { bytesMax: 10 }))).toBe("ab");
        expect((await files.status(at("log"))).mode).toBe(0o600);
      });

      it("refuses links, pipes and directories", async () => {
        const append = (path: string) => codeOf(files.appendFile(path, bytes("x"), { mode: 0o600 }));
        expect(await append(scene.link("l", "elsewhere"))).toBe("is_symlink");
        expect(await append(scene.pipe("p"))).toBe("not_regular_file");
        expect(await append(scene.directory("d"))).toBe("is_directory");
        expect(await codeOf(files.status(at("elsewhere")))).toBe("file_not_found");
      });
    });

    describe("makeDirectory", () => {
      it("makes the missing ones and leaves the others", async () => {
        scene.directory("a", 0o755);
        await files.makeDirectory(at("a/b/c"), { mode: 0o700 });
        await files.makeDirectory(at("a/b/c"), { mode: 0o700 });
        expect((await files.status(at("a/b/c"))).mode).toBe(0o700);
        expect((await files.status(at("a"))).mode).toBe(0o755);
      });

      it("refuses where a file is in the way", async () => {
        scene.file("a", "");
        expect(await codeOf(files.makeDirectory(at("a"), { mode: 0o700 }))).toBe("file_exists");
        expect(await codeOf(files.makeDirectory(at("a/b"), { mode: 0o700 }))).toBe("not_directory");
        expect(await codeOf(files.makeDirectory(at("a/b/c"), { mode: 0o700 }))).toBe("not_directory");
      });
    });

    describe("remove", () => {
      it("removes a file, a link without its target, and an empty directory", async () => {
        scene.file("a", "kept");
        await files.remove(scene.link("l", "a"));
        await files.remove(scene.directory("d"));
        expect(await scene.names(".")).toEqual(["a"]);
        await files.remove(at("a"));
        expect(await scene.names(".")).toEqual([]);
      });

      it("refuses a full directory unless it is recursive", async () => {
        scene.file("d/e/a", "");
        expect(await codeOf(files.remove(at("d")))).toBe("directory_not_empty");
        await files.remove(at("d"), { recursive: true });
        expect(await codeOf(files.remove(at("d"), { recursive: true }))).toBe("file_not_found");
      });
    });
  });
}

describe("the real file system", () => {
  it.skipIf(!existsSync("/proc/self/fd"))("says of a pipe without a path that it is one", async () => {
    const path = join(tmpdir(), `aiex-pipe-${randomBytes(8).toString("hex")}`);
    execFileSync("mkfifo", [path]);
    const pipe = openSync(path, "r+");
    rmSync(path);
    const files = realFileSystem(random);
    expect(await codeOf(files.realPath(`/proc/self/fd/${pipe}`))).toBe("not_regular_file");
    closeSync(pipe);
  });

  it.skipIf(!existsSync("/proc/self"))("gives a directory up that cannot be made", async () => {
    const files = realFileSystem({ next: () => 0, bytes: (count) => new Uint8Array(count) });
    expect(await codeOf(files.makeDirectory("/proc/self/none/below", { mode: 0o700 }))).toBe(
      "file_not_found",
    );
  });

  it("refuses sockets and devices without opening them", async () => {
    const scene = realScene();
    const server = createServer();
    await new Promise<void>((done) => server.listen(join(scene.root, "socket"), done));
    expect((await scene.files.status(join(scene.root, "socket"))).kind).toBe("socket");
    expect(await codeOf(scene.files.open(join(scene.root, "socket")))).toBe("not_regular_file");
    expect(await codeOf(scene.files.open("/dev/zero"))).toBe("not_regular_file");
    await new Promise((done) => server.close(done));
    scene.end();
  });
});

describe("the real file system against a swap between the look and the open", () => {
  it("neither waits on a pipe nor follows a link", { timeout: 5_000 }, async () => {
    const scene = realScene();
    const regular = await promises.lstat(scene.file("a.txt", "secret"), { bigint: true });
    scene.pipe("pipe");
    scene.link("link", "a.txt");
    const look = vi.spyOn(promises, "lstat").mockResolvedValue(regular);
    try {
      for (const [name, code] of [
        ["pipe", "not_regular_file"],
        ["link", "is_symlink"],
      ] as const) {
        const path = join(scene.root, name);
        expect(await codeOf(scene.files.open(path))).toBe(code);
        expect(await codeOf(scene.files.appendFile(path, bytes("x"), { mode: 0o600 }))).toBe(code);
      }
    } finally {
      look.mockRestore();
      scene.end();
    }
  });
});

describe("FileError", () => {
  it("says what happened, what was given and what to do, with nothing a terminal would obey", () => {
    const error = fileErrorOf("ENOENT", "read", "/tmp/\u001b[31mred\u202e\n.ts");
    expect(error.message).toBe(
      'Cannot read "/tmp/\\x1b[31mred\\u{202e}\\n.ts": there is nothing at this path. Check the spelling and the working directory.',
    );
    expect(error.details).toEqual({ path: "/tmp/\u001b[31mred\u202e\n.ts", operation: "read" });
  });

  it("keeps an unknown error number in its message", () => {
    expect(fileErrorOf("EIO", "read", "a")).toMatchObject({ code: "file_failed", name: "FileError" });
    expect(fileErrorOf("EIO", "read", "a").message).toContain("EIO");
  });
});

describe("quotePath", () => {
  it("cuts what nobody would read and leaves ordinary letters of any script", () => {
    expect(quotePath("straße/日本.ts")).toBe('"straße/日本.ts"');
    expect(quotePath("x".repeat(10_000)).length).toBeLessThan(600);
    expect(quotePath("\u009b1m\u{e0041}")).toBe('"\\x9b1m\\u{e0041}"');
  });
});
