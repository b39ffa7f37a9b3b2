// Serves the OpenAI-compatible endpoint: a node of its own, with all that a node has, and beside it the HTTP server.
import { join } from "node:path";
import { complete } from "../../actors/llm/complete.ts";
import { httpServer } from "../../runtime/http-server/http-server.ts";
import { call } from "../../runtime/index.ts";
import type { Secret } from "../../runtime/secret.ts";
import { type NodeRequest, nameOfHost, type RunningNode, startRunningNode } from "../cluster/running-node.ts";
import type { Complete } from "./chat.ts";
import { clusterModels } from "./cluster-models.ts";
import { endpointApplication } from "./endpoint.ts";
import { endpointLimits } from "./limits.ts";
import { keptToken } from "./token-file.ts";

export interface ServeRequest extends Omit<NodeRequest, "also"> {
  /** An address of this machine itself. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** The file with the token; undefined for the one in the data folder. */
  readonly tokenFile: string | undefined;
  readonly platform: string;
}

export interface Serving {
  readonly node: RunningNode;
  /** What tools call the base URL: it ends with /v1. */
  readonly url: string;
  readonly tokenFile: string;
  /** Undefined where it was made by an earlier start, and shown then. */
  readonly newToken: Secret | undefined;
  /** Answers that have begun are given a moment; then the node stops in good order. */
  stop(): Promise<void>;
}

/** The name of its node, where no other is given: one that no node of this machine has by itself. */
export function serveNodeName(): string {
  return `serve-${nameOfHost()}`;
}

/** @throws {TokenRefused}; {PortTaken}; {ListenDenied}; what `startRunningNode` throws */
export async function serveOpenai(request: ServeRequest): Promise<Serving> {
  const { world, configuration, host, port, platform } = request;
  const tokenFile = request.tokenFile ?? join(configuration.folders.data, "endpoint-token");
  const { token, isNew } = await keptToken(world, tokenFile, platform);
  const http = await httpServer({ world, host, port });
  let node: RunningNode;
  try {
    node = await startRunningNode({
      ...request,
      also: (started) =>
        endpointApplication({
          ...{ node: started, http, token, complete: ask },
          models: () => clusterModels(started),
        }),
    });
  } catch (error) {
    await http.close(0);
    throw error;
  }
  return {
    node,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${http.port}/v1`,
    tokenFile,
    newToken: isNew ? token : undefined,
    stop: async () => {
      await http.close(endpointLimits.drainMsMax);
      await node.stop();
    },
  };
}

const ask: Complete = (order, terms) => complete(call, order, terms);
