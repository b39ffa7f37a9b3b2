// A project of texts, for tests of what is found in it.
import { detectLanguage } from "../../../../actors/analysis/languages.ts";
import { makeSketch } from "../../../../actors/analysis/sketch/make-sketch.ts";
import { ProjectIndex } from "../../../../actors/context/retrieval/project.ts";

export async function add(index: ProjectIndex, path: string, text: string): Promise<void> {
  const language = detectLanguage(path, text)?.id ?? null;
  const { sketch } = await makeSketch({ id: path, sketch: true, language: language ?? "", text });
  index.set({ path, hash: text, language, bytes: text.length }, sketch);
}

export async function projectOf(files: Readonly<Record<string, string>>): Promise<ProjectIndex> {
  const index = new ProjectIndex();
  for (const [path, text] of Object.entries(files)) await add(index, path, text);
  return index;
}
