// Paths as an enemy or an accident would choose them, through the guard of a workspace: what is opened, listed or written stays inside.
import type { FileChange } from "../../actors/workspace/access.ts";
import { applyChange } from "../../actors/workspace/apply.ts";
import { type Asker, type GuardedPath, guardedStart, openGuarded } from "../../actors/workspace/guard.ts";
import { isInside } from "../../actors/workspace/path-guard.ts";
import { sandboxOf } from "../../actors/workspace/sandbox.ts";
import { sandboxConfiguration } from "../../actors/workspace/sandbox-config.ts";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { type MemoryFileSystem, memoryFileSystem } from "../../runtime/file-systems/memory.ts";
import { blobHash } from "../../runtime/store/blob-guard.ts";
import { Chance } from "./chance.ts";

const root = "/home/project";

/** What is in a file tells where it lies. */
const marks = { inside: "inside", outside: "OUTSIDE", secret: "SECRET", denied: "DENIED" } as const;

const pieces: readonly string[] = [
  ...[
    "..",
    ".",
    "...",
    "",
    "..",
    "..",
    "lib",
    "lib",
    "a.ts",
    "a.ts",
    "deep",
    "x",
    "y.ts",
    "home",
    "project",
    "etc",
    "passwd",
  ],
  ...[
    "project-two",
    "other",
    "secret.txt",
    "in",
    "out",
    "up",
    "loop",
    "file-out",
    "env-link",
    "git-link",
    "data-link",
    "b.ts",
  ],
  ...[
    ".env",
    ".ENV",
    ".env.local",
    "secrets.yml",
    "Secrets.YML",
    ".ssh",
    "id_rsa",
    "server.key",
    ".git",
    ".GIT",
    "config",
  ],
  ...[
    ".g\u200cit",
    "git~1",
    ".git.",
    ".git ",
    ".git::$INDEX_ALLOCATION",
    "private",
    "PRIVATE",
    "p.ts",
    "data",
    "DATA",
    "d.ts",
  ],
  ...[
    "caf\u00e9.ts",
    "cafe\u0301.ts",
    "CAF\u00c9.ts",
    "\u017fecrets.yml",
    "\uff0e\uff0e",
    "\u2024\u2024",
    "\u2215",
    "\uff0f",
  ],
  ...[
    "%2e%2e",
    "%2f",
    "..\\..",
    "\\",
    "\0",
    "\n",
    "\r",
    "\u202e",
    "\ud800",
    "~",
    "~root",
    "C:",
    "\\\\?\\C:",
    "file:",
    "CON",
    "a.ts:x",
  ],
  ...[
    "proc",
    "self",
    "environ",
    "root",
    "dev",
    "null",
    "fifo",
    ".aiex",
    ".github",
    "workflows",
    "AGENTS.md",
    ".bashrc",
    "*",
    "**",
  ],
];

/** Paths that lead somewhere, and a step aside that leads back. */
const known: readonly string[] = [
  ...[
    "a.ts",
    "lib/a.ts",
    "deep/x/y.ts",
    "in/a.ts",
    "lib/in/x/y.ts",
    "lib/x/a.ts",
    "lib/up/project/a.ts",
    "out/a.ts",
    "up/a.ts",
  ],
  ...[
    ".env",
    "env-link",
    "git-link/config",
    ".git/config",
    "private/p.ts",
    "data/d.ts",
    "data-link/a.ts",
    "deep/out/x/y.ts",
  ],
  ...[
    "file-out",
    "lib/.ssh/config",
    "lib/private/a.ts",
    "../project-two/a.ts",
    "/etc/passwd",
    "/short/lib/a.ts",
    "new/b.ts",
  ],
];
const asides: readonly string[] = [
  "./",
  "lib/../",
  "in/../",
  "out/../",
  "up/",
  "lib/in/../",
  "../project/",
  ".//",
  "private/../",
];

/** A path of some pieces, now and then absolute, very long, or with the wrong slashes. */
function hostilePath(chance: Chance): string {
  if (chance.below(4) === 0) {
    const path = (chance.below(2) === 0 ? chance.one(asides) : "") + chance.one(known);
    return chance.below(4) === 0 ? path.toUpperCase() : path;
  }
  const count = chance.below(200) === 0 ? chance.below(400) : 1 + chance.below(6);
  const names: string[] = [];
  for (let made = 0; made < count; made += 1)
    names.push(chance.below(12) === 0 ? String.fromCharCode(chance.below(0x10000)) : chance.one(pieces));
  const starts = [
    "",
    "",
    "",
    "",
    "/",
    "//",
    "./",
    `${root}/`,
    "/short/",
    `${root}-two/`,
    "/proc/self/root/home/other/",
  ];
  const separator = chance.below(20) === 0 ? chance.one(["//", "\\", "/./"]) : "/";
  return chance.one(starts) + names.join(separator);
}

/** Links everywhere, and next to the project all that nobody may have. */
function disk(): MemoryFileSystem {
  const files = memoryFileSystem();
  const put = (mark: string, paths: readonly string[]): void => {
    for (const path of paths) files.putFile(path, mark);
  };
  put(
    marks.inside,
    ["lib/a.ts", "a.ts", "deep/x/y.ts", "b.ts", "caf\u00e9.ts"].map((path) => `${root}/${path}`),
  );
  const secrets = [
    ".env",
    ".env.local",
    "secrets.yml",
    "lib/.ssh/config",
    "server.key",
    ".git/config",
    "lib/.git/config",
  ];
  put(
    marks.secret,
    secrets.map((path) => `${root}/${path}`),
  );
  put(
    marks.denied,
    ["private/p.ts", "lib/private/a.ts", "data/d.ts", "data/a.ts"].map((path) => `${root}/${path}`),
  );
  const outside = [
    "/home/other/a.ts",
    "/home/other/secret.txt",
    "/home/project-two/a.ts",
    "/etc/passwd",
    "/proc/self/environ",
  ];
  put(marks.outside, [...outside, "/home/a.ts", "/a.ts", "/home/other/deep/x/y.ts"]);
  const links = {
    ...{
      in: "lib",
      out: "/home/other",
      up: "..",
      loop: "loop",
      "file-out": "/etc/passwd",
      "lib/up": "../..",
      "lib/in": "../deep",
    },
    ...{
      "env-link": ".env",
      "git-link": ".git",
      "data-link": "data",
      "deep/out": "../../other/deep",
      "lib/x": "/home/project",
    },
  };
  for (const [path, target] of Object.entries(links)) files.putLink(`${root}/${path}`, target);
  files.putLink("/short", root);
  files.putLink("/proc/self/root", "/");
  for (const path of [`${root}/fifo`, "/dev/null"]) files.putSpecial(path, "fifo");
  return files;
}

/** A volume that takes names for the same whatever their case and composition. */
function folding(files: FileSystem): FileSystem {
  const fold = (path: string): string => path.normalize("NFC").toLowerCase();
  return {
    ...files,
    status: (path) => files.status(fold(path)),
    linkStatus: (path) => files.linkStatus(fold(path)),
    realPath: (path) => files.realPath(fold(path)),
    readDirectory: (path) => files.readDirectory(fold(path)),
    open: (path) => files.open(fold(path)),
    readFile: (path, options) => files.readFile(fold(path), options),
  };
}

/** Writes nothing, and looks at where it would. */
function watched(files: FileSystem): FileSystem {
  const look = async (path: string): Promise<void> => {
    const above = path.slice(0, path.lastIndexOf("/")) || "/";
    const real = await files.realPath(above).catch(() => above);
    const names = path.toLowerCase().split("/");
    if (
      !isInside(root, real) ||
      names.includes(".git") ||
      names.at(-1) === ".env" ||
      names.slice(0, -1).includes("private")
    )
      throw new Error(`${JSON.stringify(path)} would have been written.`);
  };
  const make = (path: string): Promise<void> => (path === root ? Promise.resolve() : look(`${path}/x`));
  return { ...files, writeFile: look, makeDirectory: make, remove: look };
}

export interface PathCounts {
  readonly paths: number;
  opened: number;
  listed: number;
  written: number;
}

const sandbox = sandboxOf(
  sandboxConfiguration.parse({
    denied_paths: ["Data"],
    denied_patterns: ["Private/"],
    follow_symlinks: true,
  }),
);

/**
 * Asks the guard for so many paths in every way there is.
 * @throws {Error} one of them led outside, to a secret for a model, or to what is denied
 */
export async function checkPaths(seed: number, count: number): Promise<PathCounts> {
  const plain = disk();
  const volumes = [plain, folding(plain)].map((files) => watched(files));
  const counts: PathCounts = { paths: count, opened: 0, listed: 0, written: 0 };
  for (let number = 0; number < count; number += 1) {
    const chance = new Chance(seed ^ Math.imul(number + 1, 0x85ebca6b));
    const files = chance.one(volumes);
    const tree = { files, directory: chance.one([root, "/short"]), sandbox };
    const path = hostilePath(chance);
    try {
      const way = chance.below(3);
      if (way === 0) counts.written += (await written(tree, path)) ? 1 : 0;
      else if (way === 1) counts.listed += (await listed(tree, path, chance)) ? 1 : 0;
      else counts.opened += (await opened(tree, path, chance)) ? 1 : 0;
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`Path ${number} of seed ${seed}, ${JSON.stringify(path)}: ${what}`);
    }
  }
  return counts;
}

type Tree = Parameters<typeof openGuarded>[0];

const askers: readonly Asker[] = ["person", "others"];

async function opened(tree: Tree, path: string, chance: Chance): Promise<boolean> {
  const isForModel = chance.below(2) === 0;
  const below =
    chance.below(3) === 0 ? { root: chance.one([root, `${root}/lib`, `${root}/up`, "/home", "/"]) } : {};
  const asked: GuardedPath = { path, isForModel, ...below };
  try {
    const { file } = await openGuarded(tree, asked, chance.one(askers));
    const text = new TextDecoder().decode(await file.read(100));
    await file.close();
    const isFine = text === marks.inside || (text === marks.secret && !isForModel);
    if (!isFine) throw new Error(`It was opened, and holds ${text}.`);
    return true;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

async function listed(tree: Tree, path: string, chance: Chance): Promise<boolean> {
  try {
    const { start, guard } = await guardedStart(tree, { path }, chance.one(askers));
    guard.enter(start);
    if (!isInside(root, start)) throw new Error(`${start} may be listed.`);
    return true;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

async function written(tree: Tree, path: string): Promise<boolean> {
  const bytes = new TextEncoder().encode("x");
  const change: FileChange = { path, before: null, after: blobHash(bytes), bytes };
  const applied = await applyChange(tree, change);
  if (applied.ok) return true;
  // What is there is another file than none, which is found out after everything that forbids it.
  return applied.code === "changed_since";
}
