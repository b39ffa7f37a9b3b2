// The tree behind the in-memory file system: its nodes, their permissions, and how a path is followed through links.
import { FileError, type FileKind, type FileStatus } from "../file-system.ts";

interface Inode {
  readonly inode: number;
  mode: number;
  modifiedMs: number;
}

export interface FileNode extends Inode {
  readonly kind: "file";
  bytes: Uint8Array;
}

export interface DirectoryNode extends Inode {
  readonly kind: "directory";
  readonly entries: Map<string, MemoryNode>;
}

export interface LinkNode extends Inode {
  readonly kind: "symlink";
  readonly target: string;
}

export interface SpecialNode extends Inode {
  readonly kind: "fifo" | "socket" | "device" | "other";
}

export type MemoryNode = FileNode | DirectoryNode | LinkNode | SpecialNode;

/** Where a path ends. `node` is undefined where only the directory that would hold it exists. */
export interface Place {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly node: MemoryNode | undefined;
  readonly realPath: string;
}

// What Linux allows: more links on one path end in ELOOP, a longer name in ENAMETOOLONG.
const linksMax = 40;
const nameBytesMax = 255;

// Permission bits of the owner, which is who reads and writes here.
export const READ = 0o400;
export const WRITE = 0o200;
const SEARCH = 0o100;

export class MemoryTree {
  readonly root: DirectoryNode;
  readonly #workingDirectory: string;
  readonly #wallTime: () => number;
  #inodes = 0;

  constructor(workingDirectory: string, wallTime: () => number) {
    this.#workingDirectory = workingDirectory;
    this.#wallTime = wallTime;
    this.root = { kind: "directory", entries: new Map(), ...this.inode(0o755) };
  }

  /** The part that every new node begins with. */
  inode(mode: number): Inode {
    this.#inodes += 1;
    return { inode: this.#inodes, mode, modifiedMs: this.#wallTime() };
  }

  /** Follows `path` as the operating system does: link by link, `..` from where the link led. */
  locate(operation: string, path: string, followLast: boolean): Place {
    const refuse = (code: ConstructorParameters<typeof FileError>[0]) => new FileError(code, operation, path);
    if (path.includes("\0")) throw refuse("bad_path");
    if (path === "") throw refuse("file_not_found");
    const above: { readonly name: string; readonly node: DirectoryNode }[] = [];
    let pending = segmentsOf(path.startsWith("/") ? path : `${this.#workingDirectory}/${path}`);
    let links = 0;
    for (let segment = pending.shift(); segment !== undefined; segment = pending.shift()) {
      const directory = above.at(-1)?.node ?? this.root;
      if ((directory.mode & SEARCH) === 0) throw refuse("file_denied");
      if (segment === "..") {
        above.pop();
        continue;
      }
      if (new TextEncoder().encode(segment).length > nameBytesMax) throw refuse("path_too_long");
      const node = directory.entries.get(segment);
      const last = pending.length === 0;
      if (node?.kind === "symlink" && (!last || followLast)) {
        links += 1;
        if (links > linksMax) throw refuse("too_many_links");
        if (node.target.startsWith("/")) above.length = 0;
        pending = [...segmentsOf(node.target), ...pending];
        continue;
      }
      if (last) {
        const realPath = `/${[...above.map((step) => step.name), segment].join("/")}`;
        return { directory, name: segment, node, realPath };
      }
      if (node === undefined) throw refuse("file_not_found");
      if (node.kind !== "directory") throw refuse("not_directory");
      above.push({ name: segment, node });
    }
    const node = above.at(-1)?.node ?? this.root;
    const realPath = `/${above.map((step) => step.name).join("/")}`;
    return { directory: above.at(-2)?.node ?? this.root, name: above.at(-1)?.name ?? "", node, realPath };
  }

  /** What is at `path`, which must be there. */
  find(operation: string, path: string, followLast: boolean): MemoryNode {
    const { node } = this.locate(operation, path, followLast);
    if (node === undefined) throw new FileError("file_not_found", operation, path);
    return node;
  }

  /** Puts a node under a name, replacing what is there. */
  attach(operation: string, path: string, place: Place, node: MemoryNode): void {
    need(place.directory, WRITE, operation, path);
    place.directory.entries.set(place.name, node);
    place.directory.modifiedMs = this.#wallTime();
  }

  detach(operation: string, path: string, place: Place): void {
    need(place.directory, WRITE, operation, path);
    place.directory.entries.delete(place.name);
    place.directory.modifiedMs = this.#wallTime();
  }

  /** Replaces the bytes of a file that stays the same file. */
  rewrite(node: FileNode, bytes: Uint8Array): void {
    node.bytes = bytes;
    node.modifiedMs = this.#wallTime();
  }
}

export function need(node: MemoryNode, permission: number, operation: string, path: string): void {
  if ((node.mode & permission) === 0) throw new FileError("file_denied", operation, path);
}

export function needRegular(node: MemoryNode, operation: string, path: string): FileNode {
  if (node.kind === "file") return node;
  if (node.kind === "symlink") throw new FileError("is_symlink", operation, path);
  throw new FileError(node.kind === "directory" ? "is_directory" : "not_regular_file", operation, path);
}

export function statusOf(node: MemoryNode): FileStatus {
  const kind: FileKind = node.kind;
  const size = node.kind === "file" ? node.bytes.length : 0;
  const { mode, modifiedMs } = node;
  return { kind, size, device: "1", inode: `${node.inode}`, modifiedMs, mode, links: 1 };
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "" && segment !== ".");
}
