// The desk of the index: knows which projects are held, has others begun, and says by which process each is asked.
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { FileError } from "../../../runtime/file-system.ts";
import {
  child,
  monitor,
  named,
  noReply,
  ok,
  type Pid,
  type ProtocolOf,
  replyWith,
  type Supervisor,
  server,
  startChild,
  terminateChild,
} from "../../../runtime/index.ts";
import type { World } from "../../../runtime/world.ts";
import { isInside } from "../../workspace/path-guard.ts";
import type { Sandbox } from "../../workspace/sandbox.ts";
import { ProjectHistory } from "../history/project-history.ts";
import type { Compression } from "../packing/pack.ts";
import { indexLimits } from "./limits.ts";
import { pathBelow } from "./paths.ts";
import { type ContextProject, contextProject } from "./project.ts";
import { projectRoot } from "./project-root.ts";
import type { ContextFailure, ContextQuestion } from "./question.ts";
import type { IndexAccess } from "./refresh.ts";
import type { SketchStore } from "./sketch-store.ts";
import type { Watches } from "./watch.ts";

/** Who has the projects. */
export const contextProjectsName = "context.projects";
export const contextIndexName = "context.index";
export const contextIndexAt = named<ContextIndex>(contextIndexName);

export interface ContextIndexOptions {
  readonly world: World;
  /** Where relative paths start, and out of which others do not get. */
  readonly directory: string;
  /** What may be read of a project's history. */
  readonly sandbox: Sandbox;
  readonly openStore: () => Promise<SketchStore>;
  /** Differs wherever what is found in a text may. */
  readonly engine: string;
  readonly parsers: number;
  readonly filesMax: number;
  readonly compression: Compression;
  readonly watches: Watches;
  /** How the files are reached: by who started this program, and by others. */
  readonly access: { readonly own: IndexAccess; readonly bounded: IndexAccess };
}

export interface OpenRequest {
  readonly question: ContextQuestion;
  /** True where whoever asks did not start this program: nothing outside of its directory is told. */
  readonly isBounded: boolean;
}

export type Opened =
  | { readonly ok: true; readonly project: Pid<ContextProject>; readonly paths: readonly string[] }
  | ContextFailure;

export type ContextIndex = ProtocolOf<ReturnType<typeof contextIndex>>;

/** Defines it. Calls: `open`. It stands under the name `context.index` beside a dynamic supervisor `context.projects`. */
export function contextIndex(options: ContextIndexOptions) {
  return server(contextIndexName, {
    init: () => ok(new Desk(options)),
    calls: {
      open: async (desk: Desk, request: OpenRequest) =>
        replyWith<Opened, Desk>(await desk.open(request), desk),
    },
    info: (desk) => noReply(desk),
    terminate: (desk) => desk.close(),
    formatState: (desk) => desk.shown,
  });
}

interface ProjectPlace {
  /** The real path. */
  readonly root: string;
  readonly isBounded: boolean;
  /** True where the person named it, so that it may lie outside of the directory. */
  readonly isNamed: boolean;
}

const projects = named<never>(contextProjectsName) as unknown as Supervisor;

class Desk {
  readonly #options: ContextIndexOptions;
  /** By its key; who was asked for longest ago comes first. */
  readonly #held = new Map<string, { readonly pid: Pid<ContextProject>; readonly root: string }>();
  #store: Promise<SketchStore> | undefined;

  constructor(options: ContextIndexOptions) {
    this.#options = options;
  }

  get shown(): unknown {
    return { projects: [...this.#held.values()].map(({ root }) => root) };
  }

  async open(request: OpenRequest): Promise<Opened> {
    try {
      return await this.#opened(request);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return { ok: false, code: error.code, message: error.message };
    }
  }

  async close(): Promise<void> {
    await (await this.#store)?.close();
  }

  async #opened({ question, isBounded }: OpenRequest): Promise<Opened> {
    const { world, directory } = this.#options;
    const given = question.kind === "index" ? [question.path] : question.paths;
    const top = await world.files.realPath(directory);
    const real: string[] = [];
    for (const path of given.length === 0 ? ["."] : given)
      real.push(await world.files.realPath(resolve(top, path)));
    const isNamed = question.isNamed === true && !isBounded;
    const outside = real.findIndex((path) => isBounded && !isInside(top, path));
    if (outside >= 0) {
      const because = `it lies outside of the workspace, ${top}. Give a path inside it.`;
      throw new FileError("outside_root", "read", given[outside] ?? "", { because });
    }
    const root = await projectRoot(world.files, real[0] ?? top, top);
    const paths = given.length === 0 ? [] : real.flatMap((path) => pathBelow(root, path) ?? []);
    return { ok: true, project: await this.#project({ root, isBounded, isNamed }), paths };
  }

  async #project(place: ProjectPlace): Promise<Pid<ContextProject>> {
    const key = createHash("sha256").update(JSON.stringify(place)).digest("hex");
    const held = this.#held.get(key);
    if (held !== undefined) {
      this.#held.delete(key);
      this.#held.set(key, held);
      return held.pid;
    }
    for (const { pid } of [...this.#held.values()].slice(0, this.#held.size - indexLimits.projectsMax + 1))
      await terminateChild(projects, pid);
    const pid = await this.#begin(key, place);
    this.#held.set(key, { pid, root: place.root });
    monitor(pid, () => {
      if (this.#held.get(key)?.pid === pid) this.#held.delete(key);
    });
    return pid;
  }

  async #begin(key: string, { root, isBounded, isNamed }: ProjectPlace): Promise<Pid<ContextProject>> {
    const { world, openStore, engine, parsers, filesMax, compression, access, watches } = this.#options;
    this.#store ??= openStore();
    const history = this.#history({ root, isBounded, isNamed });
    const logic = contextProject({
      ...{ key, root, isNamed, engine, parsers, filesMax, compression },
      ...{ clock: world.clock, files: world.files, watches, history },
      access: isBounded ? access.bounded : access.own,
      store: await this.#store,
    });
    const started = await startChild(projects, child(logic, { id: key, restart: "temporary" }));
    if (!started.ok) throw new Error(`The index of a project could not be begun: ${JSON.stringify(started)}`);
    return started.pid as Pid<ContextProject>;
  }

  #history({ root, isBounded, isNamed }: ProjectPlace): ProjectHistory {
    const { world, directory, sandbox } = this.#options;
    const asker = isBounded ? "others" : "person";
    return new ProjectHistory({
      place: { files: world.files, directory, sandbox, root, isNamed, asker },
      world,
    });
  }
}
