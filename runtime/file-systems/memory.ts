// Files in memory, with links, permissions and special files as data: for simulated worlds and for tests.
import {
  type DirectoryEntry,
  FileError,
  type FileSystem,
  type LinkOptions,
  type OpenFile,
  type ReadFileOptions,
  type RemoveOptions,
  type WriteFileOptions,
} from "../file-system.ts";
import {
  type MemoryNode,
  MemoryTree,
  need,
  needRegular,
  READ,
  type SpecialNode,
  statusOf,
  WRITE,
} from "./memory-tree.ts";

export interface MemoryFileSystemOptions {
  /** Where relative paths start. Default "/". */
  readonly workingDirectory?: string;
  /** Milliseconds since the epoch, for modification times. Default: always 0. */
  readonly wallTime?: () => number;
}

/** A `FileSystem` with the verbs that set a scene. Those make missing directories and ask for no permission. */
export interface MemoryFileSystem extends FileSystem {
  /** Text is stored as UTF-8. Default mode 0o644. */
  putFile(path: string, content: string | Uint8Array, mode?: number): void;
  putDirectory(path: string, mode?: number): void;
  putLink(path: string, target: string): void;
  putSpecial(path: string, kind: SpecialNode["kind"]): void;
  setMode(path: string, mode: number): void;
}

/** An empty file system. Its methods do not use `this`, so a test can spread it and replace one. */
export function memoryFileSystem(options: MemoryFileSystemOptions = {}): MemoryFileSystem {
  const tree = new MemoryTree(options.workingDirectory ?? "/", options.wallTime ?? (() => 0));
  if (options.workingDirectory !== undefined) makeDirectory(tree, options.workingDirectory, 0o755);
  return {
    status: async (path) => statusOf(tree.find("look at", path, true)),
    linkStatus: async (path) => statusOf(tree.find("look at", path, false)),
    realPath: async (path) => realPath(tree, path),
    readLink: async (path) => readLink(tree, path),
    readDirectory: (path) => readDirectory(tree, path),
    open: async (path, links = {}) => {
      refuseLinks(tree, "read", path, links);
      return open(tree, path);
    },
    readFile: async (path, limits) => readFile(tree, path, limits),
    writeFile: async (path, bytes, { mode, replaces = true, ...links }) => {
      refuseLinks(tree, "write", path, links);
      if (!replaces && tree.locate("write", path, false).node !== undefined)
        throw new FileError("file_exists", "write", path);
      writeFile(tree, path, bytes, mode);
    },
    appendFile: async (path, bytes, how) => appendFile(tree, path, bytes, how),
    makeDirectory: async (path, { mode, ...links }) => {
      refuseLinks(tree, "make the directory", path, links);
      makeDirectory(tree, path, mode);
    },
    remove: async (path, how = {}) => {
      refuseLinks(tree, "remove", path, how);
      remove(tree, path, how);
    },
    putFile: (path, content, mode = 0o644) => {
      makeDirectory(tree, parentOf(path), 0o755);
      writeFile(tree, path, typeof content === "string" ? new TextEncoder().encode(content) : content, mode);
    },
    putDirectory: (path, mode = 0o755) => {
      makeDirectory(tree, path, mode);
    },
    putLink: (path, target) => put(tree, path, { kind: "symlink", target, ...tree.inode(0o777) }),
    putSpecial: (path, kind) => put(tree, path, { kind, ...tree.inode(0o644) }),
    setMode: (path, mode) => {
      tree.find("change", path, true).mode = mode;
    },
  };
}

/** Looks at every directory on the way that is there. */
function refuseLinks(tree: MemoryTree, operation: string, path: string, links: LinkOptions): void {
  if (links.followsLinks ?? true) return;
  const names = path.split("/");
  for (let end = 2; end < names.length; end += 1) {
    const directory = names.slice(0, end).join("/");
    const { node } = tree.locate(operation, directory, false);
    if (node === undefined) return;
    if (node.kind === "symlink") throw new FileError("outside_root", operation, path);
  }
}

function realPath(tree: MemoryTree, path: string): string {
  const place = tree.locate("resolve", path, true);
  if (place.node === undefined) throw new FileError("file_not_found", "resolve", path);
  return place.realPath;
}

function readLink(tree: MemoryTree, path: string): string {
  const node = tree.find("read the link", path, false);
  if (node.kind === "symlink") return node.target;
  const because = "it is not a symbolic link. Give the path of one.";
  throw new FileError("file_failed", "read the link", path, { because });
}

async function* readDirectory(tree: MemoryTree, path: string): AsyncGenerator<DirectoryEntry> {
  const node = tree.find("list", path, true);
  if (node.kind !== "directory") throw new FileError("not_directory", "list", path);
  need(node, READ, "list", path);
  for (const [name, entry] of [...node.entries]) yield { name, kind: entry.kind };
}

function open(tree: MemoryTree, path: string): OpenFile {
  const node = needRegular(tree.find("read", path, false), "read", path);
  need(node, READ, "read", path);
  let position = 0;
  return {
    status: async () => statusOf(node),
    read: async (bytesMax) => {
      const chunk = node.bytes.slice(position, position + bytesMax);
      position += chunk.length;
      return chunk;
    },
    close: async () => {},
  };
}

function readFile(tree: MemoryTree, path: string, { bytesMax }: ReadFileOptions): Uint8Array {
  const node = needRegular(tree.find("read", path, false), "read", path);
  need(node, READ, "read", path);
  if (node.bytes.length <= bytesMax) return node.bytes.slice();
  const because = `it is larger than ${bytesMax} bytes, the limit here. Choose a smaller file or raise the limit.`;
  throw new FileError("file_too_large", "read", path, { because });
}

function writeFile(tree: MemoryTree, path: string, bytes: Uint8Array, mode: number): void {
  const place = tree.locate("write", path, false);
  if (place.node?.kind === "directory") throw new FileError("is_directory", "write", path);
  tree.attach("write", path, place, { kind: "file", bytes: bytes.slice(), ...tree.inode(mode) });
}

function appendFile(tree: MemoryTree, path: string, bytes: Uint8Array, { mode }: WriteFileOptions): void {
  const place = tree.locate("append to", path, false);
  if (place.node === undefined) {
    tree.attach("append to", path, place, { kind: "file", bytes: bytes.slice(), ...tree.inode(mode) });
    return;
  }
  const node = needRegular(place.node, "append to", path);
  need(node, WRITE, "append to", path);
  const longer = new Uint8Array(node.bytes.length + bytes.length);
  longer.set(node.bytes);
  longer.set(bytes, node.bytes.length);
  tree.rewrite(node, longer);
}

function makeDirectory(tree: MemoryTree, path: string, mode: number): void {
  const operation = "make the directory";
  const parts = path.split("/");
  for (let end = 1; end <= parts.length; end += 1) {
    const part = parts.slice(0, end).join("/");
    if (part === "") continue;
    const place = tree.locate(operation, part, true);
    if (place.node?.kind === "directory") continue;
    const last = end === parts.length;
    if (place.node !== undefined)
      throw new FileError(last ? "file_exists" : "not_directory", operation, path);
    tree.attach(operation, path, place, { kind: "directory", entries: new Map(), ...tree.inode(mode) });
  }
}

function remove(tree: MemoryTree, path: string, options: RemoveOptions): void {
  const place = tree.locate("remove", path, false);
  if (place.node === undefined) throw new FileError("file_not_found", "remove", path);
  if (place.node.kind === "directory") {
    if (place.node === tree.root) throw new FileError("file_denied", "remove", path);
    if (!options.recursive && place.node.entries.size > 0) {
      throw new FileError("directory_not_empty", "remove", path);
    }
    if (place.node.entries.size > 0) need(place.node, WRITE, "remove", path);
  }
  tree.detach("remove", path, place);
}

function put(tree: MemoryTree, path: string, node: MemoryNode): void {
  makeDirectory(tree, parentOf(path), 0o755);
  tree.attach("put", path, tree.locate("put", path, false), node);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0)) || ".";
}
