// Every subject of a cluster, made and read here and nowhere else, so that no name of anyone's gets into one as it is.
import { decodeToken, encodeToken, UnusableName } from "./token.ts";

/** What a subject says, its names decoded. */
export type ParsedSubject =
  | { readonly kind: "msg"; readonly from: string; readonly to: string; readonly incarnation: number }
  | { readonly kind: "beat"; readonly node: string }
  | { readonly kind: "pg"; readonly node: string; readonly scope: string }
  | { readonly kind: "evt"; readonly node: string; readonly event: string }
  | { readonly kind: "ctl"; readonly from: string; readonly verb: string; readonly to: string }
  | { readonly kind: "eval"; readonly from: string; readonly to: string; readonly sid: string }
  | { readonly kind: "svc"; readonly service: string };

/** The subjects of one cluster. What stands for many (`…To`, and the plurals) is for subscribing. */
export interface Subjects {
  /** Frames for one incarnation of a node; 0 is whoever has that name now. */
  msg(from: string, to: string, incarnation: number): string;
  msgTo(node: string): string;
  msgToIncarnation(node: string, incarnation: number): string;
  beat(node: string): string;
  beats(): string;
  pg(node: string, scope: string): string;
  groups(): string;
  evt(node: string, event: string): string;
  events(): string;
  ctl(from: string, verb: string, to: string): string;
  ctlTo(node: string): string;
  evaluation(from: string, to: string, sid: string): string;
  evaluationTo(node: string): string;
  svc(service: string): string;
  /** Undefined for what none of the above has made: another cluster's, or nobody's. */
  parse(subject: string): ParsedSubject | undefined;
}

/** @throws {UnusableName} as everything that makes a subject does, for a name of which no token can be made */
export function subjects(cluster: string): Subjects {
  const root = `aiex.${encodeToken(cluster)}.`;
  const of = (kind: string, ...names: readonly string[]): string =>
    `${root}${kind}.${names.map(encodeToken).join(".")}`;
  return {
    msg: (from, to, incarnation) => `${of("msg", from, to)}.${incarnationToken(incarnation)}`,
    msgTo: (node) => `${root}msg.*.${encodeToken(node)}.>`,
    msgToIncarnation: (node, incarnation) =>
      `${root}msg.*.${encodeToken(node)}.${incarnationToken(incarnation)}`,
    beat: (node) => of("beat", node),
    beats: () => `${root}beat.*`,
    pg: (node, scope) => of("pg", node, scope),
    groups: () => `${root}pg.*.*`,
    evt: (node, event) => of("evt", node, event),
    events: () => `${root}evt.*.*`,
    ctl: (from, verb, to) => of("ctl", from, verb, to),
    ctlTo: (node) => `${root}ctl.*.*.${encodeToken(node)}`,
    evaluation: (from, to, sid) => of("eval", from, to, sid),
    evaluationTo: (node) => `${root}eval.*.${encodeToken(node)}.*`,
    svc: (service) => of("svc", service),
    parse: (subject) => (subject.startsWith(root) ? parse(subject.slice(root.length)) : undefined),
  };
}

function incarnationToken(incarnation: number): string {
  if (!Number.isSafeInteger(incarnation) || incarnation < 0)
    throw new UnusableName(String(incarnation), "an incarnation is a whole number from 0");
  return String(incarnation);
}

function parse(path: string): ParsedSubject | undefined {
  const [kind, ...tokens] = path.split(".");
  const names = tokens.map(decodeToken);
  const [first, second, third] = names;
  if (first === undefined || names.includes(undefined)) return undefined;
  if (names.length === 1) {
    if (kind === "beat") return { kind, node: first };
    return kind === "svc" ? { kind, service: first } : undefined;
  }
  if (second === undefined) return undefined;
  if (names.length === 2) {
    if (kind === "pg") return { kind, node: first, scope: second };
    return kind === "evt" ? { kind, node: first, event: second } : undefined;
  }
  if (third === undefined || names.length !== 3) return undefined;
  if (kind === "ctl") return { kind, from: first, verb: second, to: third };
  if (kind === "eval") return { kind, from: first, to: second, sid: third };
  const incarnation = /^\d+$/.test(third) ? Number(third) : Number.NaN;
  if (kind !== "msg" || !Number.isSafeInteger(incarnation) || String(incarnation) !== third) return undefined;
  return { kind, from: first, to: second, incarnation };
}
