// A workspace in memory that can be changed: what operations that write files are tried on.
import type { ChangeSet, WorkspaceAccess } from "../../../actors/workspace/access.ts";
import { sourceTextOf } from "../../../actors/workspace/source-text.ts";
import { blobHash } from "../../../runtime/store/blob-guard.ts";

export class ChangingFiles {
  readonly files: Map<string, Uint8Array>;
  /** Every set that was to be applied, those that were there already too. */
  readonly sets: ChangeSet[] = [];
  readonly #known = new Set<string>();

  constructor(contents: Readonly<Record<string, string | Uint8Array>>) {
    const bytes = (content: string | Uint8Array): Uint8Array =>
      typeof content === "string" ? new TextEncoder().encode(content) : content;
    this.files = new Map(Object.entries(contents).map(([path, content]) => [path, bytes(content)]));
  }

  text(path: string): string | undefined {
    const bytes = this.files.get(path);
    return bytes && new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  get access(): Partial<WorkspaceAccess> {
    return {
      list: async (path) => {
        if (this.files.has(path)) return { ok: true, kind: "file" };
        const below = path === "." ? "" : `${path}/`;
        const found = [...this.files].filter(([name]) => name.startsWith(below));
        if (found.length === 0)
          return { ok: false, code: "file_not_found", message: `There is no "${path}".` };
        const entries = found.map(([name, { length }]) => {
          return { kind: "file" as const, path: name.slice(below.length), bytes: length };
        });
        return { ok: true, kind: "directory", root: `/work/${path}`, entries };
      },
      read: async ({ path }) => {
        const bytes = this.files.get(path);
        if (bytes === undefined)
          return { ok: false, code: "file_not_found", message: `There is no "${path}".` };
        const limits = { fileBytesMax: 100_000, lineCharactersMax: 10_000 };
        const source = sourceTextOf(bytes, bytes.length, limits);
        return { ok: true, bytes: bytes.length, realPath: `/work/${path}`, source };
      },
      hash: async (path) => {
        const bytes = this.files.get(path);
        return { ok: true, hash: bytes === undefined ? null : blobHash(bytes) };
      },
      applyAll: async (set) => {
        this.sets.push(set);
        if (this.#known.has(set.id)) return { ok: true, isNew: false };
        for (const { path, before } of set.changes) {
          const bytes = this.files.get(path);
          if ((bytes === undefined ? null : blobHash(bytes)) !== before)
            return { ok: false, code: "changed_since", message: `${path} is not what it was.`, path };
        }
        for (const { path, bytes } of set.changes)
          if (bytes === undefined) this.files.delete(path);
          else this.files.set(path, bytes);
        this.#known.add(set.id);
        return { ok: true, isNew: true };
      },
    };
  }
}
