// Which models can be asked for from a node: those of its own entries, and of those that only other nodes of its cluster have.
import { z } from "zod";
import { llmHealth } from "../../actors/llm/health.ts";
import type { MultiCallResult, Node } from "../../runtime/index.ts";
import { endpointLimits } from "./limits.ts";
import type { EntryModels } from "./model-list.ts";

/** What a node tells of how its entries fare; other nodes may be of another version. */
const looks = z.array(
  z.object({
    entry: z.string(),
    kind: z.string(),
    look: z
      .object({ models: z.array(z.object({ name: z.string(), embeds: z.boolean().optional() })).optional() })
      .optional(),
  }),
);

/** A node that does not answer in time is left out. */
export async function clusterModels(
  node: Pick<Node, "name" | "nodes" | "multiCall">,
): Promise<readonly EntryModels[]> {
  const others = node.nodes().map(({ name }) => name);
  const timeoutMs = endpointLimits.modelsMsMax;
  const asked = [node.name, ...others];
  return mergedModels(await node.multiCall(asked, llmHealth.name, "look", {}, { timeoutMs }));
}

/** Of an entry that several nodes have, all the models that any of them has; the own node's word comes first. */
export function mergedModels({ replies }: Pick<MultiCallResult, "replies">): readonly EntryModels[] {
  const known = new Map<string, EntryModels>();
  for (const { value } of replies) {
    const told = looks.safeParse(value);
    for (const { entry, kind, look } of told.success ? told.data : []) {
      const before = known.get(entry);
      const had = before?.models ?? [];
      const more = (look?.models ?? []).filter(({ name }) => had.every((model) => model.name !== name));
      known.set(entry, { entry, kind: before?.kind ?? kind, models: [...had, ...more] });
    }
  }
  return [...known.values()];
}
