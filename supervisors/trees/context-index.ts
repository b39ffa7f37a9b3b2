// The processes of the index: a desk, and beside it those of the projects that are held.
import { contextIndex, contextIndexName, contextProjectsName } from "../../actors/context/index/desk.ts";
import type { IndexAccess } from "../../actors/context/index/refresh.ts";
import type { SketchStore } from "../../actors/context/index/sketch-store.ts";
import type { Watches } from "../../actors/context/index/watch.ts";
import { ownAccess, someSources, wholeTree } from "../../actors/workspace/access/own.ts";
import { boundedAccess } from "../../actors/workspace/access/remote.ts";
import type { Sandbox } from "../../actors/workspace/sandbox.ts";
import type { SourceTextLimits } from "../../actors/workspace/source-text.ts";
import { type ChildSpec, child, dynamicSupervisor, type World } from "../../runtime/index.ts";
import type { ConfigurationValues } from "../config.ts";

/** What is kept of files that were looked at before, and who tells which of them are to be looked at again. */
export interface Sketches {
  /** Differs wherever what is found in a text may. */
  readonly engine: string;
  readonly open: () => Promise<SketchStore>;
  /** Who tells that files have changed. Whoever has them closes them. */
  readonly watches: Watches;
}

export interface IndexChildrenOptions {
  readonly world: World;
  readonly context: ConfigurationValues["context"];
  readonly directory: string;
  readonly sandbox: Sandbox;
  readonly sketches: Sketches;
  readonly parsers: number;
  readonly limits: SourceTextLimits;
}

/** A project's trouble is no other's, and it costs nothing but time to begin one again. */
const restarts = { maxRestarts: 100, withinMs: 10_000 };

function togetherFor(isBounded: boolean): Pick<IndexAccess, "tree" | "readSome"> {
  return {
    tree: (path, isNamed) => wholeTree({ path, isNamed, isBounded }),
    readSome: (requests) => someSources({ requests, isBounded }),
  };
}

/** The desk hears when a project ends, and needs nothing else of it. */
export function indexChildren(options: IndexChildrenOptions): readonly ChildSpec[] {
  const { world, context, directory, sandbox, sketches, parsers, limits } = options;
  const desk = contextIndex({
    ...{ world, directory, sandbox, parsers },
    openStore: sketches.open,
    engine: sketches.engine,
    filesMax: context.index_max_files,
    compression: { isEnabled: context.compression_enabled, ratio: context.compression_ratio },
    watches: sketches.watches,
    access: {
      own: { read: ownAccess().read, ...togetherFor(false) },
      bounded: { read: boundedAccess(limits).read, ...togetherFor(true) },
    },
  });
  return [
    child(dynamicSupervisor(contextProjectsName, restarts), { name: contextProjectsName }),
    child(desk, { name: contextIndexName }),
  ];
}
