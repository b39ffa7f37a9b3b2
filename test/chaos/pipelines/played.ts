// The pipelines that the chaos room plays: what each is to do, each of it once.
import { createHash } from "node:crypto";
import { realWorld } from "../../../runtime/index.ts";
import { pipelineOrder } from "../../../supervisors/runs/pipeline.ts";
import type { Room } from "../room.ts";
import type { Expected } from "./evidence.ts";
import { bestOf, betterOf, type QuestionKind, type Source } from "./models.ts";
import { type Course, Scene } from "./scene.ts";

export interface Played {
  /** In the names of its files, and of no other pipeline's. */
  readonly name: string;
  readonly spec: string;
  /** Below its folder; the whole folder where it is left out. */
  readonly input?: string;
  readonly files: readonly string[];
  /** What a model is asked about each of its files, with the step that asks, in its own run or in that of the part. */
  readonly asks: readonly (readonly [kind: QuestionKind, step: string])[];
  /** Each of its files has a run. */
  readonly fansOut?: true;
  /** What its files become, one after the other. */
  readonly changes?: readonly ((source: Source) => string)[];
  /** Below its folder: what is in it tells of all that it has found, in words of its own. */
  readonly saves?: string;
}

/** One after the other on one file, over and over on one, and fanned out, with and without changes, by a split and by a folder. */
export const played: readonly Played[] = [
  {
    ...{ name: "one", input: "low.py", files: ["low.py"], saves: "report.md", changes: [betterOf] },
    spec: "analyze | refactor apply | explain level:advanced | save file:one/report.md",
    asks: [
      ["review", "1"],
      ["refactor", "2"],
      ["explain", "3"],
    ],
  },
  {
    ...{ name: "two", files: ["a.py", "b.py", "c.py"], fansOut: true, saves: "all.json" },
    spec: "split by:file | explain | extract_insights | merge | save file:two/all.json",
    asks: [["explain", "2"]],
  },
  {
    ...{ name: "three", files: ["a.py", "b.py"], fansOut: true, changes: [betterOf] },
    spec: "split by:file | refactor apply | explain | merge",
    asks: [
      ["refactor", "2"],
      ["explain", "3"],
    ],
  },
  {
    ...{ name: "four", files: ["a.py", "b.py"], fansOut: true, saves: "folder.md" },
    spec: "explain | format_markdown | save file:four/folder.md",
    asks: [["explain", "1"]],
  },
  {
    ...{ name: "five", input: "low.py", files: ["low.py"], saves: "report.md", changes: [betterOf, bestOf] },
    spec: "explain | while:status==done refactor apply max:2 | save file:five/report.md",
    asks: [
      ["explain", "1"],
      ["refactor", "2"],
      ["improve", "2"],
    ],
  },
];

function sourcesOf({ name, files }: Played): readonly Source[] {
  return files.map((file) => ({
    path: `${name}/${file}`,
    marker: `low_${name}_${file.replace(".py", "")}`,
  }));
}

function expectedOf({ asks, changes = [], fansOut, name, saves, ...one }: Played): Expected {
  const sources = sourcesOf({ ...one, asks, name });
  const partOf = (source: Source): string | undefined => (fansOut ? source.path : undefined);
  const asked = sources.flatMap((source) =>
    asks.map(([kind, step]) => ({ kind, marker: source.marker, part: partOf(source), step })),
  );
  const changed = sources.flatMap((source) =>
    changes.map((become) => ({ path: source.path, hash: hashOf(become(source)) })),
  );
  const saved = saves === undefined ? [] : [{ path: `${name}/${saves}`, hash: undefined }];
  const parts = fansOut ? sources.map(({ path }) => path) : [];
  return { asked, written: [...changed, ...saved], parts };
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Has them worked on in a room of its own. */
export async function begin(
  room: Room,
  course: Course,
  pipelines: readonly Played[] = played,
): Promise<Scene> {
  const scene = await Scene.open(room, pipelines.flatMap(sourcesOf), course);
  try {
    for (const one of pipelines) scene.submit(await orderOf(scene, one), one.name, expectedOf(one));
    return scene;
  } catch (error) {
    await scene.close();
    throw error;
  }
}

function orderOf({ configuration, project: directory, workspace }: Scene, { name, input, spec }: Played) {
  const path = input === undefined ? name : `${name}/${input}`;
  const place = { files: realWorld().files, configuration, directory };
  return pipelineOrder(place, { spec, input: { kind: "path", path }, workspace, asks: false });
}

export const wholeNodes = { hasRuns: true, program: "whole", factor: 0.4 } as const;

/** Nobody is lost. */
export const undisturbed: Course = { seed: 1, pointsOneIn: 0, answersOneIn: 0, strikes: [] };
