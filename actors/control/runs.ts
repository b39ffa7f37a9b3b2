// Asks the desk of runs, and the one of workspaces, on behalf of whoever asked this node from outside.
import { call, type Name, NoProcess, named } from "../../runtime/index.ts";
import { type RunAnswer, type RunDesk, type RunPage, runDeskName } from "../runs/run-desk-protocol.ts";
import type { RunEntry } from "../runs/run-entry.ts";
import type { RunSpec } from "../runs/run-spec.ts";
import type { RunSummary } from "../runs/run-summary.ts";
import { ControlRefused } from "./envelope.ts";
import { controlLimits } from "./limits.ts";
import { fromPlainJson, toPlainJson } from "./plain-json.ts";
import type { RunsAnswer, RunsRequest, WorkRequest } from "./run-requests.ts";

/** Where commands serve the files that they have. */
interface WorkspaceDesk {
  readonly calls: {
    readonly serve: {
      readonly payload: { readonly workspace: unknown; readonly answers: unknown; readonly waitMs: number };
      readonly reply: unknown;
    };
  };
  readonly casts: Record<never, never>;
  readonly messages: { readonly type: string };
}

const desk = named<RunDesk>(runDeskName);
const workspaces: Name<WorkspaceDesk> = named("workspace.desk");

/**
 * For code of processes.
 * @param bytesMax of the answer as JSON
 * @throws {ControlRefused} `busy`, `bad_request`; what a call throws
 */
export async function askRuns(node: string, asked: RunsRequest, bytesMax: number): Promise<RunsAnswer> {
  return { answer: await orBusy(node, () => readOf(asked, bytesMax)) };
}

/** As `askRuns`. */
export async function askWork(node: string, asked: WorkRequest): Promise<RunsAnswer> {
  return { answer: toPlainJson(await orBusy(node, () => workOf(node, asked))) };
}

async function readOf(asked: RunsRequest, bytesMax: number): Promise<unknown> {
  switch (asked.what) {
    case "list":
      return fittingList(await call(desk, "list", undefined, { timeoutMs }), bytesMax);
    case "find":
      return toPlainJson(await call(desk, "find", { prefix: asked.prefix }, { timeoutMs }));
    case "read": {
      const { id, from, waitMs, bytesMax: wanted } = asked;
      const request = { id, from, waitMs, bytesMax: Math.min(wanted, bytesMax / 2) };
      return fittingPage(await call(desk, "read", request, { timeoutMs: waitMs + timeoutMs }), bytesMax);
    }
    case "blob": {
      const { id, hash, offset, bytesMax: wanted } = asked;
      // In base64 three bytes are four characters.
      const most = Math.min(wanted, Math.floor((bytesMax * 3) / 4) - aroundBytes);
      return toPlainJson(await call(desk, "blob", { id, hash, offset, bytesMax: most }, { timeoutMs }));
    }
  }
}

async function workOf(node: string, asked: WorkRequest): Promise<unknown> {
  switch (asked.what) {
    case "submit": {
      // What it is made of is checked by the desk.
      const spec = data(node, asked.spec) as RunSpec;
      return call(desk, "submit", { spec, on: asked.on }, { timeoutMs });
    }
    case "cancel":
      return call(desk, "cancel", { id: asked.id, by: asked.by }, { timeoutMs });
    case "resume": {
      const { id, by, onUnknown } = asked;
      return call(desk, "resume", { id, by, onUnknown }, { timeoutMs });
    }
    case "answer": {
      const { id, question, choice, by } = asked;
      return call(desk, "answer", { id, question, choice, by }, { timeoutMs });
    }
    case "cut_short":
      return call(desk, "cut_short", { id: asked.id, by: asked.by }, { timeoutMs });
    case "fork":
      return call(desk, "fork", { id: asked.id, at: asked.at, by: asked.by }, { timeoutMs });
    case "remove":
      return call(desk, "remove", { id: asked.id }, { timeoutMs });
    case "workspace": {
      const { waitMs } = asked;
      const payload = { workspace: data(node, asked.workspace), answers: data(node, asked.answers), waitMs };
      return call(workspaces, "serve", payload, { timeoutMs: waitMs + timeoutMs });
    }
  }
}

const timeoutMs = controlLimits.workTimeoutMs;
/** Kept free beside what fills an answer. */
const aroundBytes = 1_024;

/** @throws {ControlRefused} */
function data(node: string, json: unknown): unknown {
  try {
    return fromPlainJson(json);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ControlRefused(
      node,
      "bad_request",
      `What came for node "${node}" cannot be read. ${error.message}`,
    );
  }
}

async function orBusy<Answer>(node: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof NoProcess)) throw error;
    const words = `Node "${node}" can answer nothing about runs at this moment. Try again.`;
    throw new ControlRefused(node, "busy", words, true);
  }
}

/** The latest, where they do not all fit: runs of their own before those that are parts of others. */
function fittingList(answer: RunAnswer<readonly RunSummary[]>, bytesMax: number): unknown {
  if (!answer.ok) return answer;
  const latestFirst = answer.value.toSorted(
    (a, b) => Number(a.parent !== undefined) - Number(b.parent !== undefined) || b.createdAt - a.createdAt,
  );
  let left = bytesMax - aroundBytes;
  const fitting = latestFirst.filter((run) => {
    left -= Buffer.byteLength(JSON.stringify(run)) + 1;
    return left >= 0;
  });
  return { ok: true, value: toPlainJson(fitting) };
}

/** As many entries as fit, at least one: of that, what would not fit is left out. */
function fittingPage(answer: RunAnswer<RunPage>, bytesMax: number): unknown {
  if (!answer.ok) return answer;
  const { entries, summary } = answer.value;
  let left = bytesMax - aroundBytes - Buffer.byteLength(JSON.stringify(summary));
  const fitting: unknown[] = [];
  for (const entry of entries) {
    const json = toPlainJson(entry);
    const bytes = Buffer.byteLength(JSON.stringify(json)) + 1;
    if (bytes > left && fitting.length > 0) break;
    fitting.push(bytes > left ? toPlainJson(shortened(entry)) : json);
    left -= bytes;
  }
  const first = entries[0]?.n ?? answer.value.next;
  return {
    ok: true,
    value: { entries: fitting, next: first + fitting.length, summary: toPlainJson(summary) },
  };
}

/** An entry that no message holds, without what makes it so large: whoever folds it gets on with it. */
function shortened(entry: RunEntry): unknown {
  const short = (value: unknown): unknown => {
    const isLarge =
      Buffer.byteLength(JSON.stringify(toPlainJson(value)) ?? "") > controlLimits.shownFieldBytesMax;
    if (!isLarge) return value;
    return typeof value === "string" ? `${value.slice(0, controlLimits.shownFieldBytesMax / 8)}…` : null;
  };
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, short(value)]));
}
