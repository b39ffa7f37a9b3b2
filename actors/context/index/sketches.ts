// Has texts parsed by all parsers: several short ones at once, and each alone where that did not work out.
import { askParser } from "../../analysis/ask-parser.ts";
import type { Sketch } from "../../analysis/sketch/sketch.ts";
import type { SketchedFile } from "../retrieval/indexed-file.ts";
import { indexLimits } from "./limits.ts";

export interface ReadFile {
  readonly file: SketchedFile;
  readonly text: string;
}

export class Sketches {
  readonly #parsers: number;
  #nextParser = 0;

  constructor(parsers: number) {
    this.#parsers = parsers;
  }

  /** By their hashes. What no parser gets through with is not there. */
  async of(files: readonly ReadFile[]): Promise<ReadonlyMap<string, Sketch>> {
    const sketches = new Map<string, Sketch>();
    const waiting = inRequests(files).reverse();
    const work = async (): Promise<void> => {
      for (let some = waiting.pop(); some !== undefined; some = waiting.pop()) {
        for (const [index, sketch] of (await this.#ask(some)).entries())
          if (sketch !== undefined) sketches.set(some[index]?.file.hash ?? "", sketch);
      }
    };
    await Promise.all(Array.from({ length: this.#parsers * indexLimits.requestsPerParser }, work));
    return sketches;
  }

  /** What kills or holds up the parser is one of the files: the others are asked for again without it. */
  async #ask(files: readonly ReadFile[]): Promise<readonly (Sketch | undefined)[]> {
    const [only] = files;
    if (files.length === 1 && only !== undefined) return [await this.#askAlone(only)];
    const sketches = files.map(({ file, text }) => ({ language: file.language ?? "", text }));
    const answer = await askParser(this.#parser(), { id: only?.file.path ?? "", sketches });
    if (answer.ok && answer.sketches.length === files.length) return answer.sketches;
    const alone: (Sketch | undefined)[] = [];
    for (const file of files) alone.push(await this.#askAlone(file));
    return alone;
  }

  async #askAlone({ file, text }: ReadFile): Promise<Sketch | undefined> {
    const request = { id: file.path, sketch: true, language: file.language ?? "", text } as const;
    const answer = await askParser(this.#parser(), request);
    return answer.ok ? answer.sketch : undefined;
  }

  #parser(): number {
    const parser = this.#nextParser;
    this.#nextParser = (parser + 1) % this.#parsers;
    return parser;
  }
}

function inRequests(files: readonly ReadFile[]): ReadFile[][] {
  const requests: ReadFile[][] = [];
  let characters = 0;
  for (const file of files) {
    const last = requests.at(-1);
    characters += file.text.length;
    if (
      last !== undefined &&
      last.length < indexLimits.requestFiles &&
      characters <= indexLimits.requestCharacters
    )
      last.push(file);
    else {
      requests.push([file]);
      characters = file.text.length;
    }
  }
  return requests;
}
