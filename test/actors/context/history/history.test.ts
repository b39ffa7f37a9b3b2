// The history of a project, out of repositories that git makes: held against what git itself says of them.
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ProjectHistory } from "../../../../actors/context/history/project-history.ts";
import { realWorld } from "../../../../runtime/index.ts";
import { commit, folder, git, hasGit, historyAt, placeAt, removeFolders } from "./git-stage.ts";

afterAll(removeFolders);

interface Told {
  readonly commits: number;
  readonly files: Readonly<
    Record<string, readonly [changes: number, lastChangedMs: number, commitsSince: number]>
  >;
}

async function told(root: string): Promise<Told | undefined> {
  const history = await historyAt(root);
  if (history === undefined) return undefined;
  const files = [...history.files].map(([path, { changes, lastChangedMs, commitsSince }]) => [
    path,
    [changes, lastChangedMs, commitsSince],
  ]);
  return { commits: history.commits, files: Object.fromEntries(files) };
}

/** The same by `git log`. */
function logged(root: string): Told {
  const how = ["--first-parent", "-m", "--root", "--no-renames", "--raw", "--no-abbrev", "-z"];
  const text = git(root, ["log", "-n", "300", ...how, "--format=%x01%ct"]);
  const files: Record<string, [number, number, number]> = {};
  const commits = text.split("\x01").slice(1);
  for (const [since, one] of commits.entries()) {
    const [seconds, ...changes] = one.split(/[\0\n]/).filter((part) => part !== "");
    const paths = changes.filter(
      (_, at) => changes[at - 1]?.startsWith(":") && !changes[at - 1]?.endsWith(" D"),
    );
    for (const path of paths) {
      const known = files[path];
      if (known === undefined) files[path] = [1, Number(seconds) * 1_000, since];
      else known[0] += 1;
    }
  }
  return { commits: commits.length, files };
}

/** Folders in folders, files that come, change, go and become folders, and a merge. */
function busyProject(): string {
  const root = folder();
  git(root, ["init", "-q"]);
  const many = Object.fromEntries(
    Array.from({ length: 120 }, (_, n) => [`src/part${n % 7}/file${n}.ts`, `${n}\n`]),
  );
  commit(root, { ...many, "README.md": "one\n", "ünïcode name.md": "a\n" }, 0);
  for (let at = 1; at < 14; at += 1)
    commit(
      root,
      { [`src/part${at % 3}/file${at}.ts`]: `changed ${at}\n`, [`deep/er/${at % 4}/x.ts`]: `${at}\n` },
      at,
    );
  git(root, ["rm", "-q", "README.md"]);
  commit(root, { "README.md/inside.md": "a folder now\n" }, 14);
  git(root, ["checkout", "-q", "-b", "side", "HEAD~3"]);
  commit(root, { "side/a.ts": "1\n" }, 15);
  commit(root, { "side/a.ts": "2\n" }, 16);
  git(root, ["checkout", "-q", "main"]);
  git(root, ["merge", "-q", "--no-ff", "--no-edit", "side"], 17);
  commit(root, {}, 18);
  return root;
}

describe.skipIf(!hasGit)("The history of a project", () => {
  it("is what git says of its last commits, however its objects are kept", async () => {
    const root = busyProject();
    const expected = logged(root);
    expect(expected.commits).toBe(17);
    expect(expected.files["side/a.ts"]).toEqual([1, Date.UTC(2026, 0, 1, 17), 1]);
    expect(await told(root), "loose").toEqual(expected);
    git(root, ["repack", "-adfq", "--depth=50", "--window=50"]);
    git(root, ["pack-refs", "--all"]);
    git(root, ["prune-packed", "-q"]);
    expect(await told(root), "packed").toEqual(expected);
    git(root, ["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=250"]);
    expect(await told(root), "packed as differences from hashes").toEqual(expected);
    commit(root, { "src/part1/file1.ts": "again\n" }, 19);
    expect(await told(root), "packed and loose").toEqual(logged(root));
    git(root, ["repack", "-dq"]);
    git(root, ["checkout", "-q", "--detach", "HEAD~1"]);
    expect(await told(root), "in two packs, without a branch").toEqual(expected);
  });

  it("ends after so many commits", async () => {
    const root = folder();
    git(root, ["init", "-q"]);
    // By git's own format for it: three hundred commands would take long.
    const commits = Array.from({ length: 305 }, (_, n) => {
      const head = `commit refs/heads/main\ncommitter A <a> ${1_767_225_600 + n} +0000\ndata 1\nm\n`;
      return `${head}M 100644 inline ${n < 3 ? "old" : "new"}.ts\ndata ${String(n).length}\n${n}\n`;
    });
    git(root, ["fast-import", "--quiet"], 0, commits.join("\n"));
    expect(await told(root)).toEqual({
      commits: 300,
      files: { "new.ts": [300, (1_767_225_600 + 304) * 1_000, 0] },
    });
  });

  it("goes as far as a shallow clone does", async () => {
    const origin = busyProject();
    const root = join(folder(), "clone");
    git(origin, ["clone", "-q", "--depth=4", `file://${origin}`, root]);
    // What the oldest one has changed, its parent would have to say.
    expect(await told(root)).toMatchObject({
      commits: 3,
      files: { "side/a.ts": [1, Date.UTC(2026, 0, 1, 17), 1] },
    });
  });

  it("goes as far as a clone without folders or with them does", async () => {
    const origin = busyProject();
    git(origin, ["config", "uploadpack.allowFilter", "true"]);
    const [blobless, treeless] = [join(folder(), "blobless"), join(folder(), "treeless")];
    for (const [filter, root] of [
      ["blob:none", blobless],
      ["tree:0", treeless],
    ] as const)
      git(origin, ["clone", "-q", "--no-checkout", `--filter=${filter}`, `file://${origin}`, root]);
    expect(await told(blobless)).toEqual(logged(origin));
    expect(await told(treeless)).toBeUndefined();
  });

  it("is none of a repository without commits, with hashes of SHA-256, or that lies elsewhere", async () => {
    const [empty, long, main] = [folder(), folder(), folder()];
    git(empty, ["init", "-q"]);
    git(long, ["init", "-q", "--object-format=sha256"]);
    commit(long, { "a.ts": "1\n" }, 1);
    git(main, ["init", "-q"]);
    commit(main, { "a.ts": "1\n" }, 1);
    const tree = join(folder(), "tree");
    git(main, ["worktree", "add", "-q", tree]);
    const borrowing = join(folder(), "borrowing");
    git(main, ["clone", "-q", "--shared", main, borrowing]);
    for (const root of [empty, long, tree, borrowing, folder()]) expect(await told(root)).toBeUndefined();
    expect(await told(main)).toMatchObject({ commits: 1 });
  });

  it("obeys no setting of the repository, and starts nothing that stands in it", async () => {
    const root = busyProject();
    const expected = logged(root);
    const trap = join(root, "started");
    appendFileSync(
      join(root, ".git/config"),
      `[core]\n\tfsmonitor = touch ${trap}\n\thooksPath = /tmp\n[include]\n\tpath = /etc/passwd\n[extensions]\n\tobjectFormat = nothing\n`,
    );
    expect(await told(root)).toEqual(expected);
    expect(existsSync(trap)).toBe(false);
  });

  it("is read again where another commit is checked out, and else not", async () => {
    const root = folder();
    git(root, ["init", "-q"]);
    commit(root, { "a.ts": "1\n" }, 1);
    const real = realWorld();
    const opened: string[] = [];
    const files: typeof real.files = {
      ...real.files,
      realPath: (path) => real.files.realPath(path),
      linkStatus: (path) => real.files.linkStatus(path),
      readDirectory: (path) => real.files.readDirectory(path),
      open: (path, options) => {
        opened.push(path.slice(root.length + 1));
        return real.files.open(path, options);
      },
    };
    const history = new ProjectHistory({ place: { ...placeAt(root), files }, world: real });
    expect(await history.known()).toBeUndefined();
    const look = async () => {
      opened.length = 0;
      history.look();
      return (await history.known())?.commits;
    };
    expect(await look()).toBe(1);
    expect(opened.some((path) => path.startsWith(".git/objects/"))).toBe(true);
    expect(await look()).toBe(1);
    expect(opened).toEqual([".git/HEAD", ".git/refs/heads/main"]);
    commit(root, { "a.ts": "2\n" }, 2);
    expect(await look()).toBe(2);
    git(root, ["checkout", "-q", "--orphan", "other"]);
    expect(await look()).toBeUndefined();
    history.close();
  });

  it("is none where the sandbox does not let its files be read", async () => {
    const root = folder();
    git(root, ["init", "-q"]);
    commit(root, { "a.ts": "1\n" }, 1);
    expect(await historyAt(root)).toBeDefined();
    for (const settings of [
      { denied_paths: [".git"] },
      { denied_patterns: [".git"] },
      { allowed_patterns: ["*.ts"] },
    ])
      expect(await historyAt(root, settings), JSON.stringify(settings)).toBeUndefined();
  });
});
