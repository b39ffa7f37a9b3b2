// Watches directories with chokidar, which is loaded when the first one is to be watched.
import { join } from "node:path";
import type { FSWatcher } from "chokidar";
import type { Watch, Watches, WatchRequest } from "./watch.ts";

export function chokidarWatches(): Watches {
  const begun = new Map<string, ChokidarWatch>();
  return {
    begin: (request) => {
      void begun.get(request.key)?.close();
      const watch = new ChokidarWatch(request, () => {
        if (begun.get(request.key) === watch) begun.delete(request.key);
      });
      begun.set(request.key, watch);
      return watch;
    },
    close: async () => {
      await Promise.all([...begun.values()].map((watch) => watch.close()));
    },
  };
}

class ChokidarWatch implements Watch {
  readonly #request: WatchRequest;
  readonly #onClose: () => void;
  readonly #watcher: Promise<FSWatcher | undefined>;
  #isClosed = false;

  constructor(request: WatchRequest, onClose: () => void) {
    this.#request = request;
    this.#onClose = onClose;
    this.#watcher = this.#begin().catch((error: unknown) => {
      this.#fail(error);
      return undefined;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#onClose();
    await (await this.#watcher)?.close();
  }

  async #begin(): Promise<FSWatcher | undefined> {
    const { watch } = await import("chokidar");
    if (this.#isClosed) return undefined;
    const { root, directories, onReady, onChange } = this.#request;
    const watcher = watch(root, {
      // A watch for each directory and none for its files: a directory tells of them all.
      ignored: (path) => !directories.has(path),
      ignoreInitial: true,
      followSymlinks: false,
      atomic: false,
    });
    watcher.on("error", (error) => this.#fail(error));
    watcher.on("ready", () => this.#tell(onReady));
    // What chokidar makes of it comes later, after it has looked itself.
    watcher.on("raw", (what, name, details) => {
      const { watchedPath } = details as { readonly watchedPath?: unknown };
      const isKnown = typeof name === "string" && typeof watchedPath === "string";
      this.#tell(() => onChange(isKnown ? join(watchedPath, name) : undefined, what !== "change"));
    });
    return watcher;
  }

  #tell(what: () => void): void {
    if (!this.#isClosed) what();
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    void this.close();
    this.#request.onFailure(sentenceOf(error));
  }
}

function sentenceOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (code === "ENOSPC")
    return "this machine has no more watches to give (fs.inotify.max_user_watches is how many there are)";
  if (code === "EMFILE")
    return "too many files are open, or too many programs watch (fs.inotify.max_user_instances)";
  return typeof message === "string" ? message : String(error);
}
