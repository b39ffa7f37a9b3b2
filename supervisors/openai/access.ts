// Who may ask, and for what: the decision on the head of a request, before anything of its body is read.
import { createHash } from "node:crypto";
import type { Secret } from "../../runtime/secret.ts";
import { endpointLimits } from "./limits.ts";
import { type Problem, refusal } from "./problem.ts";

export interface Head {
  readonly method: string;
  readonly path: string;
  readonly host: string | undefined;
  readonly authorization: string | undefined;
}

export type Route =
  | { readonly to: "chat" | "models" | "health" }
  | { readonly to: "model"; readonly id: string };

export type Admitted =
  | { readonly ok: true; readonly route: Route }
  | { readonly ok: false; readonly problem: Problem; readonly headers?: Readonly<Record<string, string>> };

export interface Access {
  readonly token: Secret;
  /** Where it listens. */
  readonly port: number;
}

const modelPath = "/v1/models/";
const methods: Readonly<Record<Route["to"], string>> = {
  chat: "POST",
  models: "GET",
  model: "GET",
  health: "GET",
};

/**
 * A page in a browser may have any name lead to this machine, and then speaks to it as if it were its own: so nothing is
 * answered under a name that is not this machine's, and no header ever invites another origin.
 */
export function admit({ method, path, host, authorization }: Head, { token, port }: Access): Admitted {
  if (!isOwnHost(host, port)) {
    const words = `This endpoint answers at localhost:${port} and 127.0.0.1:${port} only. Given was ${quoted(host ?? "no Host header")}.`;
    return { ok: false, problem: refusal(403, "host_refused", words) };
  }
  const route = routeOf(path);
  if (route === undefined) {
    const words = `There is nothing at ${quoted(path)}. There are POST /v1/chat/completions, GET /v1/models and GET /health.`;
    return { ok: false, problem: refusal(404, "unknown_path", words) };
  }
  const allowed = methods[route.to];
  if (method !== allowed) {
    const words = `${quoted(path)} takes ${allowed}. Given was ${quoted(method)}.`;
    return { ok: false, problem: refusal(405, "method_not_allowed", words), headers: { allow: allowed } };
  }
  // That it lives is no secret.
  if (route.to === "health" || isToken(authorization, token)) return { ok: true, route };
  const given = authorization === undefined ? "None was given" : "Another one was given";
  const words = `The endpoint wants its own token: Authorization: Bearer TOKEN. ${given}. The file that \`aiex serve --openai\` names holds it.`;
  return { ok: false, problem: { ...refusal(401, "invalid_api_key", words), type: "authentication_error" } };
}

function isOwnHost(host: string | undefined, port: number): boolean {
  const [, name = "", given = ""] =
    /^(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/i.exec(host ?? "") ?? [];
  return name !== "" && (given === "" || Number(given) === port);
}

function routeOf(path: string): Route | undefined {
  if (path === "/v1/chat/completions") return { to: "chat" };
  if (path === "/v1/models") return { to: "models" };
  if (path === "/health") return { to: "health" };
  if (!path.startsWith(modelPath)) return undefined;
  try {
    const id = decodeURIComponent(path.slice(modelPath.length));
    return id === "" ? undefined : { to: "model", id };
  } catch {
    return undefined;
  }
}

/** By their digests, so that how long it takes says nothing of the token. */
function isToken(authorization: string | undefined, token: Secret): boolean {
  const [, given] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
  return given !== undefined && digest(given) === digestOf(token);
}

/** Of the own token, which is asked for with every request. */
const digests = new WeakMap<Secret, string>();

function digestOf(token: Secret): string {
  const known = digests.get(token) ?? digest(token.reveal());
  digests.set(token, known);
  return known;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function quoted(text: string): string {
  const { quotedCharactersMax: most } = endpointLimits;
  return JSON.stringify(text.length > most ? `${text.slice(0, most)}...` : text);
}
