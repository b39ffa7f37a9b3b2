// All files of a project for looking things up. A change of one file costs what that file holds, and nothing of the others.
import type { Sketch } from "../../analysis/sketch/sketch.ts";
import { type Graph, LiveGraph } from "./graph.ts";
import { type IndexedFile, indexedFile, type SketchedFile } from "./indexed-file.ts";
import { Vocabulary } from "./vocabulary.ts";

export class ProjectIndex {
  readonly vocabulary = new Vocabulary();
  readonly #files = new Map<string, IndexedFile>();
  #parts = 0;
  #length = 0;
  readonly #graph = new LiveGraph(this.#files, this.vocabulary);

  get files(): ReadonlyMap<string, IndexedFile> {
    return this.#files;
  }

  get partCount(): number {
    return this.#parts;
  }

  /** Terms of a part at the mean. */
  get meanLength(): number {
    return this.#parts === 0 ? 0 : this.#length / this.#parts;
  }

  /** Who imports and uses whom, as the files are now. */
  get graph(): Graph {
    return this.#graph.current;
  }

  set(file: SketchedFile, sketch: Sketch): void {
    this.remove(file.path);
    const indexed = indexedFile(file, sketch, this.vocabulary);
    this.#files.set(file.path, indexed);
    this.#count(indexed, 1);
  }

  remove(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#count(file, -1);
  }

  #count({ path, parts, terms }: IndexedFile, by: 1 | -1): void {
    this.#graph.note(path);
    this.#parts += by * parts.length;
    for (const { length } of parts) this.#length += by * length;
    for (const term of terms) this.vocabulary.count(term, by);
  }
}
