// Repositories for tests of histories: those that git makes, where it is there, and those that are put together by hand.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { deflateSync } from "node:zlib";
import { type GitPlace, gitFiles } from "../../../../actors/context/history/git-files.ts";
import { type History, headOf, readHistory } from "../../../../actors/context/history/history.ts";
import { sandboxOf } from "../../../../actors/workspace/sandbox.ts";
import { sandboxConfiguration } from "../../../../actors/workspace/sandbox-config.ts";
import { realWorld } from "../../../../runtime/index.ts";

const folders: string[] = [];

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "aiex-history-"));
  folders.push(made);
  return made;
}

export function put(root: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

export const hasGit = (() => {
  try {
    execFileSync("git", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** As nobody's settings have it; `at`: the hour of 2026-01-01 that it is. */
export function git(root: string, words: readonly string[], at = 0, input = ""): string {
  const date = `2026-01-01T${String(at).padStart(2, "0")}:00:00Z`;
  const who = { NAME: "A", EMAIL: "a@example.com", DATE: date };
  const env: Record<string, string> = { PATH: process.env.PATH ?? "", HOME: root };
  for (const [name, value] of Object.entries(who))
    for (const role of ["AUTHOR", "COMMITTER"]) env[`GIT_${role}_${name}`] = value;
  const alone = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const safe = ["-c", "init.defaultBranch=main", "-c", "gc.auto=0", "-c", "protocol.file.allow=always"];
  return execFileSync("git", [...safe, ...words], {
    cwd: root,
    env: { ...env, ...alone },
    encoding: "utf8",
    input,
    stdio: "pipe",
  });
}

/** Writes these files, and commits all that there is. */
export function commit(root: string, files: Readonly<Record<string, string>>, at: number): void {
  for (const [path, text] of Object.entries(files)) put(root, path, text);
  git(root, ["add", "-A"], at);
  git(root, ["commit", "-q", "--allow-empty", "-m", `at ${at}`], at);
}

export function placeAt(root: string, settings: object = {}): GitPlace {
  const { files } = realWorld();
  const sandbox = sandboxOf(sandboxConfiguration.parse(settings));
  return { files, directory: root, sandbox, root, isNamed: false, asker: "person" };
}

/** As a project has it. */
export async function historyAt(root: string, settings: object = {}): Promise<History | undefined> {
  const files = await gitFiles(placeAt(root, settings));
  const head = files === undefined ? undefined : await headOf(files);
  if (files === undefined || head === undefined) return undefined;
  return readHistory(head, { files, world: realWorld() });
}

export function hashOf(type: string, data: Buffer): string {
  return createHash("sha1").update(`${type} ${data.length}\0`).update(data).digest("hex");
}

/** A loose object under its hash, or another one. */
export function putObject(root: string, type: string, data: Buffer, as = hashOf(type, data)): string {
  const whole = Buffer.concat([Buffer.from(`${type} ${data.length}\0`), data]);
  put(root, `.git/objects/${as.slice(0, 2)}/${as.slice(2)}`, deflateSync(whole));
  return as;
}

export function treeOf(entries: readonly (readonly [mode: string, name: string, hash: string])[]): Buffer {
  return Buffer.concat(
    entries.flatMap(([mode, name, hash]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(hash, "hex")]),
  );
}

export function commitText(
  tree: string,
  parents: readonly string[] = [],
  seconds: number | string = 1_767_225_600,
): Buffer {
  const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`)];
  const who = `A > B <a@example.com> ${seconds} +0000`;
  return Buffer.from(`${[...lines, `author ${who}`, `committer ${who}`].join("\n")}\n\nmessage\n`);
}

/** A project with one commit that has one file, `a.ts`. */
export function smallProject(): { readonly root: string; readonly head: string; readonly tree: string } {
  const root = join(folder(), "project");
  const tree = putObject(root, "tree", treeOf([["100644", "a.ts", "1".repeat(40)]]));
  const head = putObject(root, "commit", commitText(tree));
  put(root, ".git/HEAD", "ref: refs/heads/main\n");
  put(root, ".git/refs/heads/main", `${head}\n`);
  return { root, head, tree };
}

/** An entry of a pack: its type, the size that it says it has, what stands before its stream, and the stream. */
export interface HandPacked {
  readonly hash: string;
  readonly type: number;
  readonly data: Buffer;
  readonly size?: number;
  readonly before?: Buffer;
}

/** A pack and its index, in the order of the entries. Gives where each begins. */
export function putPack(root: string, entries: readonly HandPacked[]): readonly number[] {
  const starts: number[] = [];
  const chunks = [Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1")];
  let at = 12;
  for (const { type, data, size = data.length, before = Buffer.alloc(0) } of entries) {
    starts.push(at);
    const chunk = Buffer.concat([entryHead(type, size), before, deflateSync(data)]);
    chunks.push(chunk);
    at += chunk.length;
  }
  const name = `.git/objects/pack/pack-${"a".repeat(40)}`;
  put(root, `${name}.pack`, Buffer.concat([...chunks, Buffer.alloc(20)]));
  const rows = entries.map(({ hash }, index) => ({ hash, start: starts[index] ?? 0 }));
  put(root, `${name}.idx`, packIndex(rows));
  return starts;
}

export function packIndex(rows: readonly { readonly hash: string; readonly start: number }[]): Buffer {
  const sorted = rows.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const fanout = Buffer.alloc(256 * 4);
  for (let byte = 0; byte < 256; byte += 1)
    fanout.writeUInt32BE(
      sorted.filter(({ hash }) => Number.parseInt(hash.slice(0, 2), 16) <= byte).length,
      byte * 4,
    );
  const offsets = Buffer.alloc(sorted.length * 4);
  for (const [index, { start }] of sorted.entries()) offsets.writeUInt32BE(start, index * 4);
  const hashes = Buffer.concat(sorted.map(({ hash }) => Buffer.from(hash, "hex")));
  const head = Buffer.from("ff744f6300000002", "hex");
  return Buffer.concat([head, fanout, hashes, Buffer.alloc(sorted.length * 4), offsets, Buffer.alloc(40)]);
}

function entryHead(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size % 16)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes);
}
