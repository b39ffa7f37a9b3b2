// `aiex cluster status`, `nodes` and `health`: three looks at one cluster.
import type { Asking } from "../asking.ts";
import {
  type ClusterView,
  problemsIn,
  type ViewedNode,
  type ViewedProblem,
  viewCluster,
} from "../cluster-view.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Host } from "../host.ts";
import { optionValue } from "../parse.ts";
import { type Reached, withRemote } from "../remote.ts";
import { renderClusterHealth, renderClusterNodes, renderClusterStatus } from "../render/cluster-text.ts";
import { renderJson } from "../render/json.ts";
import { namedNode } from "../target.ts";
import { type Terminal, terminalOf } from "../terminal.ts";

export function clusterStatus(asking: Asking): Promise<ExitCode> {
  return shown(asking, {
    text: (view, terminal) => renderClusterStatus(view, problemsIn(view), terminal),
    json: (view) => ({
      schema: "aiex.cluster-status/1",
      ...wayOf(view),
      broker: view.broker ?? null,
      nodes: view.nodes.map(({ name, state }) => ({ name, state })),
      left_out: view.leftOut,
      ownership: view.owned,
      problems: problemsIn(view).map(forPrograms),
    }),
  });
}

export function clusterNodes(asking: Asking): Promise<ExitCode> {
  return shown(asking, {
    text: renderClusterNodes,
    withOwned: false,
    json: (view) => ({
      schema: "aiex.cluster-nodes/1",
      ...wayOf(view),
      nodes: view.nodes.map(nodeForPrograms),
      left_out: view.leftOut,
    }),
  });
}

/** What is critical decides how it ends; a warning is only told. */
export function clusterHealth(asking: Asking): Promise<ExitCode> {
  const isHealthy = (view: ClusterView): boolean =>
    problemsIn(view).every(({ severity }) => severity !== "critical");
  return shown(asking, {
    text: (view, terminal) => renderClusterHealth(view, problemsIn(view), terminal),
    json: (view) => ({
      schema: "aiex.cluster-health/1",
      ...wayOf(view),
      healthy: isHealthy(view),
      problems: problemsIn(view).map(forPrograms),
    }),
    code: (view) => (isHealthy(view) ? exitCodes.ok : exitCodes.failed),
  });
}

interface Look {
  readonly text: (view: ClusterView, terminal: Terminal) => string;
  readonly json: (view: ClusterView) => unknown;
  readonly code?: (view: ClusterView) => ExitCode;
  /** True where it tells of what the nodes own too. */
  readonly withOwned?: boolean;
}

function shown(asking: Asking, { text, json, code, withOwned = true }: Look): Promise<ExitCode> {
  const { parsed, host } = asking;
  const look = async (reached: Reached): Promise<ExitCode> => {
    const view = await viewCluster(host, reached, { withOwned });
    const isJson = optionValue(parsed, "format") === "json";
    await host.stdout.write(isJson ? renderJson(json(view)) : text(view, stdoutTerminal(host)));
    return code?.(view) ?? exitCodes.ok;
  };
  return withRemote(asking, namedNode(parsed), look, { anyMember: true });
}

function wayOf({ cluster, entry, self, over }: ClusterView): object {
  return { cluster, entry, self, over };
}

/** `node` is null where it is a matter of the whole cluster. */
function forPrograms({ node, ...problem }: ViewedProblem): object {
  return { ...problem, node: node ?? null };
}

function nodeForPrograms({ status, why, isSelf: _, ...member }: ViewedNode): object {
  const { node, sessions } = status ?? {};
  return {
    ...member,
    answers: status !== null,
    reason: why,
    sessions: sessions ?? null,
    processes: node?.processes ?? null,
    uptimeMs: node?.uptimeMs ?? null,
    labels: node?.labels ?? null,
  };
}

function stdoutTerminal({ stdout, env, platform }: Host): Terminal {
  return terminalOf(stdout, env, platform);
}
