// A workspace in memory that can be changed: what operations that write files are tried on.
import type { ChangeSet, FileChange, WorkspaceAccess } from "../../../actors/workspace/access.ts";
import { sourceTextOf } from "../../../actors/workspace/source-text.ts";
import type { VerifyEnd, VerifyQuestion } from "../../../actors/workspace/verify/question.ts";
import { blobHash } from "../../../runtime/store/blob-guard.ts";

export class ChangingFiles {
  readonly files: Map<string, Uint8Array>;
  /** Every set that was to be applied, those that were there already too. */
  readonly sets: ChangeSet[] = [];
  /** Sets that were taken back, in order. */
  readonly back: string[] = [];
  /** What checks were run, as `ask` and the files then. */
  readonly checked: Extract<VerifyQuestion, { readonly ask: "run" }>[] = [];
  /** Runs a check; what is not set passes. */
  check: (question: Extract<VerifyQuestion, { readonly ask: "run" }>) => Partial<VerifyEnd> = () => ({});
  readonly #known = new Map<string, { was: Map<string, Uint8Array | undefined>; changes: FileChange[] }>();

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
        const was = new Map(set.changes.map(({ path }) => [path, this.files.get(path)]));
        for (const { path, bytes } of set.changes) this.#put(path, bytes);
        this.#known.set(set.id, { was, changes: [...set.changes] });
        return { ok: true, isNew: true };
      },
      settle: async ({ set, how }) => {
        const known = this.#known.get(set);
        if (known === undefined || this.back.includes(set)) return { ok: true };
        if (how === "adopt") {
          known.changes = known.changes.map((change) => ({ ...change, after: this.#hash(change.path) }));
          return { ok: true };
        }
        for (const { path, after } of known.changes) {
          if (this.#hash(path) !== after)
            return { ok: false, code: "changed_since", message: `${path} is not what it was.`, path };
        }
        for (const [path, bytes] of known.was) this.#put(path, bytes);
        this.back.push(set);
        return { ok: true };
      },
      verify: async (question) => {
        if (question.ask === "look")
          return { ok: true, state: "look", commands: [{ kind: "test", namesFiles: false }] };
        this.checked.push(question);
        const end = this.check(question);
        return {
          ...{ ok: true, state: "ended" },
          end: { outcome: "passed", exit: 0, seconds: 1, output: "", ...end },
        };
      },
    };
  }

  #put(path: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) this.files.delete(path);
    else this.files.set(path, bytes);
  }

  #hash(path: string): string | null {
    const bytes = this.files.get(path);
    return bytes === undefined ? null : blobHash(bytes);
  }
}
