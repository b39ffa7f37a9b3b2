// Files of this machine for a run that is elsewhere, for as long as somebody follows it.
import { serveWorkspace } from "../../actors/workspace/serve.ts";
import type { World } from "../../runtime/world.ts";
import type { RemoteWay } from "./remote-way.ts";
import type { ServedWorkspace } from "./runs.ts";

export interface Served {
  /** Rejects where no node takes them: what needs them would wait for ever. */
  readonly refused: Promise<never>;
  /** Resolves once the node that was asked knows that they are away. */
  end(): Promise<void>;
}

export function served(world: World, way: RemoteWay, { ref, owner, close }: ServedWorkspace): Served {
  const ending = new AbortController();
  const serving = serveWorkspace({
    world,
    workspace: ref,
    owner,
    ask: (request) => way.serve(request),
    signal: ending.signal,
  });
  const refused = serving.then(() => new Promise<never>(() => {}));
  refused.catch(() => undefined);
  return {
    refused,
    end: async () => {
      ending.abort();
      await serving.catch(() => undefined);
      await close?.();
    },
  };
}
