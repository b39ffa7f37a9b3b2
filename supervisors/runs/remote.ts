// The runs of a cluster, for a command: it asks whichever of its nodes is there, and gives the files that they need from here.
import type { World } from "../../runtime/world.ts";
import type { RemoteConnection } from "../remote/connection.ts";
import { AskedRuns } from "./asked.ts";
import { RemoteWay } from "./remote-way.ts";
import type { FollowOptions, RunEnd, Runs } from "./runs.ts";
import { served } from "./served.ts";

export interface RemoteRunsOptions {
  readonly world: World;
  /** Connects; `isAgain`: where the node that was connected to is gone, to any of its cluster. @throws as `openRemote` */
  open(isAgain: boolean): Promise<RemoteConnection>;
}

export interface RemoteRuns extends Runs {
  /** The node that is asked now. */
  readonly node: string;
  close(): Promise<void>;
}

/** @throws as `openRemote` */
export async function remoteRuns(options: RemoteRunsOptions): Promise<RemoteRuns> {
  return new ClusterRuns(options.world, await RemoteWay.open(options));
}

class ClusterRuns extends AskedRuns implements RemoteRuns {
  readonly #way: RemoteWay;
  readonly #world: World;

  constructor(world: World, way: RemoteWay) {
    super(world, way);
    this.#world = world;
    this.#way = way;
  }

  get node(): string {
    return this.#way.node;
  }

  override async follow(id: string, options: FollowOptions = {}): Promise<RunEnd> {
    const { serve, onLost } = options;
    this.#way.onLost = onLost ?? (() => {});
    const serving = serve === undefined ? undefined : served(this.#world, this.#way, serve);
    const refused = new AbortController();
    serving?.refused.catch((error: unknown) => refused.abort(error));
    const signal = AbortSignal.any([
      refused.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
    ]);
    try {
      return await super.follow(id, { ...options, signal });
    } finally {
      this.#way.onLost = () => {};
      await serving?.end();
    }
  }

  close(): Promise<void> {
    return this.#way.close();
  }
}
