// What an operation sees as a step of a pipeline: files as the steps before it would have them, and what those found.
import { posix } from "node:path";
import type { Chain, ProposedFile, Remembered, StepContext } from "../runs/step-context.ts";
import type { WorkspaceAccess } from "../workspace/access.ts";
import { sourceTextOf } from "../workspace/source-text.ts";
import type { Flow } from "./record.ts";
import { within } from "./within.ts";

export interface View {
  readonly context: StepContext;
  /** What the step hands on, with what was found and proposed through this view. */
  flow(): Flow;
}

/** @param prefix as in `within` */
export function viewOf(context: StepContext, flow: Flow, prefix: string): View {
  const found: Remembered[] = [];
  const proposed: ProposedFile[] = [];
  /** The real paths of what was read, by how it was named. */
  const places = new Map<string, string>();
  const chain: Chain = {
    found: flow.found,
    isProposed: Object.keys(flow.texts).length > 0,
    remembered: (more) => found.push(...more),
    proposed: (files) => proposed.push(...files),
  };
  const own = within(context, prefix, { shared: false });
  return {
    context: { ...own, chain, workspace: viewedFiles(context.workspace, { flow, places }) },
    flow: () => ({ ...handedOn(flow, proposed, places), found: heldFound([...flow.found, ...found]) }),
  };
}

/** What steps found that is handed on: what is older is in the results, and no prompt has room for it. */
const foundMax = 100;

/** The latest of it. What is about no path is what the person wants, and stays. */
export function heldFound(found: Flow["found"]): Flow["found"] {
  const beyond = found.length - foundMax;
  return beyond <= 0 ? found : found.filter(({ paths }, index) => paths.length === 0 || index >= beyond);
}

interface Viewed {
  readonly flow: Flow;
  readonly places: Map<string, string>;
}

function viewedFiles(workspace: WorkspaceAccess, { flow, places }: Viewed): WorkspaceAccess {
  return {
    list: (path, how) => workspace.list(path, how),
    hash: (path, how) => workspace.hash(path, how),
    instructions: (paths) => workspace.instructions(paths),
    context: (question) => workspace.context(question),
    apply: (change) => workspace.apply(change),
    verify: (question) => workspace.verify(question),
    applyAll: (set) => workspace.applyAll(set),
    settle: (request) => workspace.settle(request),
    read: async (request) => {
      const answer = await workspace.read(request);
      if (!answer.ok) return answer;
      const { root, path } = request;
      places.set(root === undefined ? path : posix.join(root, path), answer.realPath);
      const text = textAt(flow.texts, answer.realPath);
      if (text === undefined) return answer;
      const bytes = new TextEncoder().encode(text);
      // What was proposed was made of what was read whole.
      const limits = { fileBytesMax: bytes.length + 1, lineCharactersMax: Number.POSITIVE_INFINITY };
      return { ...answer, bytes: bytes.length, source: sourceTextOf(bytes, bytes.length, limits) };
    },
  };
}

function textAt(texts: Flow["texts"], path: string): string | undefined {
  return Object.hasOwn(texts, path) ? texts[path] : undefined;
}

function handedOn(
  { target, texts }: Flow,
  proposed: readonly ProposedFile[],
  places: ReadonlyMap<string, string>,
): Pick<Flow, "target" | "texts"> {
  if (target.kind === "text") {
    const own = proposed.findLast(({ path }) => path === target.name);
    return { target: own === undefined ? target : { ...target, text: own.text }, texts };
  }
  const made = proposed.map(({ path, text }) => [places.get(path) ?? path, text] as const);
  return { target, texts: { ...texts, ...Object.fromEntries(made) } };
}
