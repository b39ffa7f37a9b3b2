// A node in a simulated world with the LLM tree on it: what the tests of this folder stand on.
import { inspect } from "node:util";
import { type CompletionResult, complete, coordinator } from "../../../actors/llm/complete.ts";
import type { CompletionOrder } from "../../../actors/llm/completion.ts";
import { llmConfiguration } from "../../../actors/llm/config.ts";
import { llmScope } from "../../../actors/llm/gate/scope.ts";
import type { SaidEvent } from "../../../actors/llm/model-event.ts";
import { llmProcesses } from "../../../actors/llm/processes.ts";
import type { Provider } from "../../../actors/llm/provider.ts";
import { MemoryProvider, type ScriptLine } from "../../../actors/llm/providers/memory.ts";
import { spreadingDefaults } from "../../../actors/llm/spreading.ts";
import {
  call,
  child,
  groupScope,
  type Node,
  type Pid,
  type RuntimeEvent,
  type SupervisorLogic,
  self,
  simulatedWorld,
  startNode,
  supervisor,
} from "../../../runtime/index.ts";
import { llmSupervisor } from "../../../supervisors/trees/llm.ts";
import { OpenGate } from "./open-gate.ts";

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

/** The processes that answer orders, on `gate`. */
export function ordersTree(scripts: Scripts, settings: Readonly<Record<string, unknown>>, gate: OpenGate) {
  const { configuration, providers, spreading } = configured(scripts, settings);
  const children = [
    child(groupScope(llmScope), { id: llmScope, name: llmScope }),
    ...llmProcesses({ configuration, providers, gate, spreading }),
  ];
  const tree: SupervisorLogic = supervisor("llm", { strategy: "rest_for_one", children });
  return { tree, providers, configuration };
}

function configured(scripts: Scripts, settings: Readonly<Record<string, unknown>>) {
  const { entries = {}, spreading = {}, ...rest } = settings as Settings;
  const providers = new Map<string, Provider>();
  const declared: Record<string, object> = {};
  for (const [name, script] of Object.entries(scripts)) {
    providers.set(name, "complete" in script ? script : new MemoryProvider(script));
    declared[name] = { kind: "ollama", ...entries[name] };
  }
  const configuration = llmConfiguration.parse({ providers: declared, ...rest });
  return { configuration, providers, spreading: { ...spreadingDefaults, ...spreading } };
}

interface Settings {
  readonly entries?: Readonly<Record<string, object>>;
  readonly spreading?: object;
}

interface Bounds {
  readonly max_concurrent_requests?: number;
  readonly entries?: Readonly<Record<string, { readonly max_concurrent_requests?: number }>>;
}

/** The processes that answer orders, on an open gate, with a scripted provider for each entry. */
export async function llmTree(scripts: Scripts, settings: Readonly<Record<string, unknown>> = {}, seed = 1) {
  const sim = simulation(seed);
  const gate = new OpenGate();
  const { max_concurrent_requests: most = Number.POSITIVE_INFINITY, entries = {} } = settings as Bounds;
  gate.concurrentMax = (entry) => entries[entry]?.max_concurrent_requests ?? most;
  const { tree, providers } = ordersTree(scripts, settings, gate);
  const top = await sim.until(sim.node.spawn(tree));
  return { ...sim, top, gate, ...asking(sim, providers) };
}

/** The whole tree, its own gate in it. */
export async function gatedTree(
  scripts: Scripts,
  settings: Readonly<Record<string, unknown>> = {},
  seed = 1,
) {
  const sim = simulation(seed);
  const { configuration, providers, spreading } = configured(scripts, settings);
  const top = await sim.until(sim.node.spawn(llmSupervisor(configuration, providers, { spreading })));
  return { ...sim, top, ...asking(sim, providers) };
}

function asking(sim: ReturnType<typeof simulation>, providers: ReadonlyMap<string, Provider>) {
  const { node } = sim;
  return {
    /** The requests that an entry's provider got. */
    calls: (name: string) => (providers.get(name) as MemoryProvider).calls,
    complete: (order: Partial<CompletionOrder> = {}) =>
      outcomeOf(complete(node.call, { ...hello, ...order })),
    /** Asks as a process that hears the answer as it comes. */
    listen: (order: Partial<CompletionOrder> = {}, signal?: AbortSignal) =>
      listening(node, { ...hello, ...order }, signal),
    /** Calls the coordinator with anything. */
    order: (payload: unknown): Promise<CompletionResult> =>
      sim.until(node.call(coordinator, "complete", payload as CompletionOrder)),
    status: () => sim.until(node.call(coordinator, "status")),
    /** The pids of the processes of orders. */
    requests: async (): Promise<readonly Pid[]> => {
      const children = await sim.until(node.whichChildren({ name: "llm.requests", node: "local" }));
      return children.map((info) => info.pid as Pid);
    },
    /** The pids of the attempts that are made. */
    attempts: (): readonly Pid[] =>
      node.processes().filter((pid) => node.processInfo(pid)?.logic === "llmAttempt"),
  };
}

/** A process that asks, and what it has heard so far. */
export function listening(node: Node, order: CompletionOrder, signal?: AbortSignal) {
  const heard: SaidEvent[] = [];
  let pid: Pid | undefined;
  const outcome = new Promise<Awaited<ReturnType<typeof complete>> | { readonly thrown: unknown }>(
    (resolve) => {
      void node.spawn(async () => {
        pid = self();
        try {
          const hear = (event: SaidEvent): void => void heard.push(event);
          resolve(await complete(call, order, { hear, ...(signal === undefined ? {} : { signal }) }));
        } catch (thrown) {
          resolve({ thrown });
        }
      });
    },
  );
  return { heard, outcome, pid: () => pid };
}

/** The text as somebody has it on a screen who takes `restarted` for a fresh beginning. */
export function shown(events: readonly SaidEvent[]): string {
  return events.reduce((text, event) => {
    if (event.type === "restarted") return "";
    return event.type === "text" ? `${text}${event.text}` : text;
  }, "");
}

export type Tree = Awaited<ReturnType<typeof llmTree>>;
export type GatedTree = Awaited<ReturnType<typeof gatedTree>>;

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
