// Lists nodes: those of this machine, each asked by its own socket, and the others of the clusters that they are in.
import type { NodeReport } from "../../actors/control/reports.ts";
import { AiexError } from "../../runtime/errors.ts";
import type { World } from "../../runtime/index.ts";
import type { Configuration } from "../config.ts";
import { connectLocal } from "../remote/finding.ts";
import { ask } from "../remote/request.ts";
import { clusterLimits } from "./limits.ts";
import { type LocalNode, LocalNodes } from "./local-nodes.ts";

export interface ListedNode {
  readonly name: string;
  /** True for one of this machine's user; the others were heard of. */
  readonly isLocal: boolean;
  /** "up", "draining", …; "no answer" for one that is there and does not say. */
  readonly state: string;
  readonly incarnation: number;
  readonly host: string | null;
  /** Null where it is not known, as of nodes elsewhere. */
  readonly osPid: number | null;
  readonly cluster: string;
  /** Where its broker is; null for one that runs alone. */
  readonly url: string | null;
  readonly uptimeMs: number | null;
}

/** Those of this machine first, by name. */
export async function listNodes(
  world: World,
  { folders }: Configuration,
  self: string,
): Promise<readonly ListedNode[]> {
  const local = await new LocalNodes(world.files, folders.runtime).list();
  const seen = (await Promise.all(local.map((node) => look(world, node, self)))).flat();
  const here = seen.filter(({ isLocal }) => isLocal);
  const known = new Set(here.map(keyOf));
  const elsewhere = seen.filter((node) => {
    const isNew = !node.isLocal && !known.has(keyOf(node));
    known.add(keyOf(node));
    return isNew;
  });
  return [...here, ...elsewhere.sort((left, right) => (left.name < right.name ? -1 : 1))];
}

function keyOf({ cluster, url, name }: ListedNode): string {
  return JSON.stringify([cluster, url, name]);
}

/** The node and whom it knows; nothing for one that was killed and has left its file. */
async function look(world: World, node: LocalNode, self: string): Promise<readonly ListedNode[]> {
  const carrier = await connectLocal(world, node.socket);
  if (carrier === undefined) return [];
  const { name, incarnation, osPid, host, cluster, url } = node;
  const own = { name, incarnation, osPid, host, cluster, url, isLocal: true, uptimeMs: null };
  const way = { carrier, cluster, self };
  try {
    const answer = await ask(way, name, "inspect", { what: "node" }, clusterLimits.requestTimeoutMs);
    if (answer.what !== "node") return [{ ...own, state: "no answer" }];
    const { state, uptimeMs } = answer.report;
    const report = { ...own, state, uptimeMs, url: brokerOf(answer.report) };
    if (report.url === null) return [report];
    const others = await ask(way, name, "inspect", { what: "members" }, clusterLimits.requestTimeoutMs);
    const members = others.what === "members" ? others.report.members : [];
    return [
      report,
      ...members
        .filter(({ isSelf }) => !isSelf)
        .map((member) => ({
          name: member.name,
          isLocal: false,
          state: member.state,
          incarnation: member.incarnation,
          host: member.host,
          osPid: null,
          cluster,
          url: report.url,
          uptimeMs: null,
        })),
    ];
  } catch (error) {
    if (error instanceof AiexError) return [{ ...own, state: "no answer" }];
    throw error;
  } finally {
    await carrier.close();
  }
}

function brokerOf({ carriers }: NodeReport): string | null {
  return carriers.find(({ kind }) => kind === "nats")?.place ?? null;
}
