// A connection to nodes that are not there, for the tests of commands: what a node is asked, and what it answers, is data.
import { dirname } from "node:path";
import { ControlRefused } from "../../actors/control/envelope.ts";
import type { ControlVerb } from "../../actors/control/protocol.ts";
import type { NodeReport, ProcessRow, Reports } from "../../actors/control/reports.ts";
import type { Remotes } from "../../cli/host.ts";
import type { RemoteConnection, RemoteTarget } from "../../supervisors/remote/connection.ts";
import { runOn, type Stage, type StageOptions, stage } from "./fixtures.ts";

export interface AskedOfNode {
  readonly node: string;
  readonly verb: ControlVerb;
  readonly request: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number | undefined;
}

export interface RemoteStageOptions extends StageOptions {
  /** By the word of the question, or the verb: an answer, or what throws one. */
  readonly answers?: Readonly<Record<string, unknown | ((asked: AskedOfNode) => unknown)>>;
  /** Undefined over a broker. */
  readonly gate?: string | undefined;
  readonly entry?: string;
  /** What the hidden node does. */
  readonly own?: Readonly<Record<string, unknown>>;
  readonly carrier?: Readonly<Record<string, unknown>>;
  /** Gets the stage before the command runs. */
  readonly onStage?: (stage: Stage) => void;
  /** Files in the world of the command, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface RemoteRun extends Stage {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly asked: readonly AskedOfNode[];
  /** What connections were asked for. */
  readonly opened: readonly RemoteTarget[];
  readonly closes: () => number;
}

/** Runs a command line, whose words may not hold spaces unless they are given as a list. */
export async function ranRemotely(
  line: string | readonly string[],
  options: RemoteStageOptions = {},
): Promise<RemoteRun> {
  const asked: AskedOfNode[] = [];
  const opened: RemoteTarget[] = [];
  let closes = 0;
  const open: Remotes["open"] = async (to) => {
    opened.push(to);
    const entry = options.entry ?? to.node ?? "alpha";
    return {
      entry,
      gate: "gate" in options ? options.gate : entry,
      cluster: "aiex",
      self: "cli-ann",
      carrier: options.carrier ?? { kind: "socket", place: "/run/aiex/alpha.sock" },
      control: async (node: string, verb: ControlVerb, request: object, timeoutMs?: number) => {
        const question = { node, verb, request: { ...request }, timeoutMs } as AskedOfNode;
        asked.push(question);
        return answerTo(question, options.answers ?? {});
      },
      relay: async (request: object, timeoutMs: number) => {
        const question = { node: options.gate ?? entry, verb: "relay", request, timeoutMs } as AskedOfNode;
        asked.push(question);
        return (answerTo(question, options.answers ?? {}) as { readonly value: unknown }).value;
      },
      node: async () => options.own,
      close: async () => {
        closes += 1;
      },
    } as unknown as RemoteConnection;
  };
  const scene = stage({ ...options, remotes: { open, ...options.remotes } });
  for (const [path, text] of Object.entries(options.files ?? {})) {
    const { files } = scene.world;
    await scene.world.until(files.makeDirectory(dirname(path), { mode: 0o700 }));
    await scene.world.until(files.writeFile(path, new TextEncoder().encode(text), { mode: 0o600 }));
  }
  options.onStage?.(scene);
  const code = await scene.world.until(runOn(scene, typeof line === "string" ? line.split(" ") : line));
  return { ...scene, code, asked, opened, out: scene.stdout(), err: scene.stderr(), closes: () => closes };
}

function answerTo(asked: AskedOfNode, answers: NonNullable<RemoteStageOptions["answers"]>): unknown {
  const { verb, request, node } = asked;
  const word = verb === "inspect" ? String(request.what) : verb;
  if (!(word in answers))
    throw new ControlRefused(node, "unknown_request", `Node "${node}" knows no ${word}.`);
  const answer = answers[word];
  const value = typeof answer === "function" ? answer(asked) : answer;
  return verb === "inspect" ? { what: word, report: value } : value;
}

export function noProcess(node: string): never {
  throw new ControlRefused(node, "noproc", "There is no such process.");
}

export function processRow(over: Partial<ProcessRow> = {}): ProcessRow {
  return {
    pid: "<alpha.1790000000000.7>",
    name: "counter",
    logic: "counter",
    kind: "server",
    status: "waiting",
    queueLength: 0,
    messagesHandled: 12,
    memoryBytes: 1_536,
    turnMs: null,
    restarts: 0,
    ...over,
  };
}

export function nodeReport(over: Partial<NodeReport> = {}): NodeReport {
  return {
    name: "alpha",
    incarnation: 1_790_000_000_000,
    cluster: "aiex",
    host: "desk",
    osPid: 4_242,
    program: "0.1.0",
    state: "up",
    labels: {},
    uptimeMs: 7_500_000,
    processes: 42,
    names: 12,
    lagMs: 0,
    load: 0.125,
    heapUsedBytes: 34 * 1_048_576,
    heapLimitBytes: 4_144 * 1_048_576,
    carriers: [{ kind: "socket", place: "/run/aiex/alpha.sock", state: "connected" }],
    ...over,
  };
}

export function statusReport(over: Partial<Reports["status"]> = {}): Reports["status"] {
  return { node: nodeReport(), applications: [], sessions: 0, problems: [], ...over };
}

type Member = Reports["members"]["members"][number];

export function member(over: Partial<Member> = {}): Member {
  return {
    name: "alpha",
    incarnation: 1_790_000_000_000,
    host: "desk",
    state: "up",
    load: 0.25,
    lagMs: 3,
    program: "0.1.0",
    isSelf: false,
    ...over,
  };
}
