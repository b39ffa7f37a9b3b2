// The files of a node in the chaos room, each node's its own, and the analysis of them: parsers are not needed to see whose they are.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noAnswerCache } from "../../../actors/analysis/answer-cache.ts";
import type { FileReport } from "../../../actors/analysis/report.ts";
import { analyzeOperations } from "../../../actors/operations/analyze.ts";
import { readFile } from "../../../actors/operations/services.ts";
import type { Operations } from "../../../actors/pipeline/plan.ts";
import { workspaceDesk } from "../../../actors/workspace/desk.ts";
import { workspaceDeskName, workspaceScope } from "../../../actors/workspace/desk-protocol.ts";
import { workspaceReader } from "../../../actors/workspace/reader.ts";
import { child, groupScope, type Node, type SupervisorLogic, supervisor } from "../../../runtime/index.ts";
import { sandbox } from "../../actors/workspace/sandbox-stage.ts";
import type { Outside } from "./outside.ts";
import type { Stops } from "./stops.ts";

export const fileLimits = {
  fileBytesMax: 1_000_000,
  lineCharactersMax: 1_000,
  entriesMax: 1_000,
  depthMax: 10,
  bytesMax: 10_000_000,
};

/** What a node needs to have files that runs anywhere may read. It has one file, which tells whose it is. */
export function filesOf({ world, name }: Node, outside: Outside): SupervisorLogic {
  const directory = join(outside.folder, "roots", name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${name}.py`), `# of ${name}\n`);
  return supervisor("files", {
    strategy: "one_for_one",
    children: [
      child(groupScope(workspaceScope), { id: workspaceScope }),
      child(workspaceReader(world), {
        name: "workspace.reader",
        input: { limits: fileLimits, directory, sandbox: sandbox() },
      }),
      child(workspaceDesk({ world, node: name }), { name: workspaceDeskName }),
    ],
  });
}

/** The steps of an analysis, whose report has each file with its text for its path. */
export function operationsOfFiles(stops: Stops): Operations {
  return {
    ...analyzeOperations({ limits: fileLimits, parsers: 1, cache: noAnswerCache }),
    "analyze.file": async ({ path, root }, context) => {
      await stops.at(context.run, "in file");
      const read = await readFile(context, { path, root });
      const text = read.ok && read.source.kind === "text" ? read.source.text.trim() : "";
      return { output: { ok: true, report: reportOf(`${path}: ${text}`), footprint: null } };
    },
  };
}

function reportOf(path: string): FileReport {
  return {
    ...{ path, language: "python", status: "analyzed", reason: null, bytes: path.length },
    metrics: {
      ...{ lines: 1, codeLines: 0, commentLines: 1, blankLines: 0, functions: [] },
      ...{ cyclomatic: 1, cognitive: 0, nesting: 0 },
    },
    ...{ findings: [], quality: 1, quality_score: 10, model: null },
  };
}
