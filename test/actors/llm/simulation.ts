// A node in a simulated world with the LLM tree on it: what the tests of this folder stand on.
import { inspect } from "node:util";
import { type CompletionResult, complete, coordinator } from "../../../actors/llm/complete.ts";
import type { CompletionOrder } from "../../../actors/llm/completion.ts";
import { llmConfiguration } from "../../../actors/llm/config.ts";
import type { Provider } from "../../../actors/llm/provider.ts";
import { MemoryProvider, type ScriptLine } from "../../../actors/llm/providers/memory.ts";
import { type Pid, type RuntimeEvent, simulatedWorld, startNode } from "../../../runtime/index.ts";
import { llmSupervisor } from "../../../supervisors/trees/llm.ts";

export function simulation(seed = 1) {
  const world = simulatedWorld({ seed });
  const node = startNode({ world, boundary: "freeze" });
  const events: RuntimeEvent[] = [];
  node.subscribe((event) => events.push(event));
  const pidOf = (name: string): Pid => {
    const pid = node.whereis(name);
    if (pid === undefined) throw new Error(`Nobody is named "${name}".`);
    return pid;
  };
  return {
    world,
    node,
    events,
    until: <T>(promise: Promise<T>) => world.until(promise),
    pidOf,
    async kill(name: string): Promise<void> {
      node.exit(pidOf(name), "kill");
      await world.settle();
    },
    /** All that was told to subscribers, as text, as deep as it goes. */
    told: () => inspect(events, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null }),
  };
}

export type Scripts = Readonly<Record<string, readonly [ScriptLine, ...ScriptLine[]] | Provider>>;

/** The LLM tree with a scripted provider for each entry. */
export async function llmTree(scripts: Scripts, settings: Readonly<Record<string, unknown>> = {}, seed = 1) {
  const sim = simulation(seed);
  const { entries = {}, ...rest } = settings as { entries?: Record<string, object> };
  const providers = new Map<string, Provider>();
  const declared: Record<string, object> = {};
  for (const [name, script] of Object.entries(scripts)) {
    providers.set(name, "complete" in script ? script : new MemoryProvider(script));
    declared[name] = { kind: "ollama", ...entries[name] };
  }
  const configuration = llmConfiguration.parse({ providers: declared, ...rest });
  const top = await sim.until(sim.node.spawn(llmSupervisor(configuration, providers)));
  return {
    ...sim,
    top,
    /** The requests that an entry's provider got. */
    calls: (name: string) => (providers.get(name) as MemoryProvider).calls,
    complete: (order: Partial<CompletionOrder> = {}) =>
      outcomeOf(complete(sim.node.call, { ...hello, ...order })),
    /** Calls the coordinator with anything. */
    order: (payload: unknown): Promise<CompletionResult> =>
      sim.until(sim.node.call(coordinator, "complete", payload as CompletionOrder)),
    status: () => sim.until(sim.node.call(coordinator, "status")),
    /** The pids of the attempts that run. */
    attempts: async (): Promise<readonly Pid[]> => {
      const children = await sim.until(sim.node.whichChildren({ name: "llm.requests", node: "local" }));
      return children.map((info) => info.pid as Pid);
    },
  };
}

export type Tree = Awaited<ReturnType<typeof llmTree>>;

export const hello: CompletionOrder = { request: { messages: [{ role: "user", content: "Hello?" }] } };

/** What a completion came to: the text and who gave it, or the error. Never rejects, so that it may wait unattended. */
export async function outcomeOf(
  promise: ReturnType<typeof complete>,
): Promise<{ text: string; entry: string } | { error: Error & Record<string, unknown> }> {
  try {
    const { completion, entry } = await promise;
    return { text: completion.text, entry };
  } catch (error) {
    return { error: error as Error & Record<string, unknown> };
  }
}
