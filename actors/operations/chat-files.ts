// The files that a conversation is about: those of the project and those that the person named, read through the run's workspace.
import { detectLanguage } from "../analysis/languages.ts";
import { type Place, placeIn } from "../chat/places.ts";
import type { StepContext } from "../pipeline/plan.ts";
import { materialOf } from "../review/material.ts";
import { reasons } from "../review/selection.ts";
import { isConfidentialPath } from "../workspace/confidential-path.ts";
import type { ReadRequest } from "../workspace/reader.ts";
import type { FoundFile } from "../workspace/walk.ts";
import { listFiles, present } from "./services.ts";

/** A sentence for whoever wanted it. */
export interface Refused {
  readonly refused: string;
}

export interface ReadText {
  /** Secrets are masked in them, and what is invisible is made visible. */
  readonly lines: readonly string[];
  readonly masked: number;
  /** True where the file goes on. */
  readonly isCutShort: boolean;
  /** As it stands in the file, for what is not sent. */
  readonly text: string;
}

/** What was listed under a name: a file, or a folder with the files below it. */
type Listed =
  | { readonly kind: "file" }
  | { readonly kind: "folder"; readonly root: string; readonly files: readonly FoundFile[] };

export class ChatFiles {
  readonly #context: StepContext;
  readonly #named: readonly string[];
  readonly #listed = new Map<string, Listed>();

  constructor(context: StepContext, named: readonly string[]) {
    this.#context = context;
    this.#named = named;
  }

  place(path: string): Place | Refused {
    const place = placeIn(this.#named, path);
    const refused = `${JSON.stringify(path)} is neither in the project nor below what the person named. Give a path that is relative to the project.`;
    return place ?? { refused };
  }

  /** What is below a base, as it was when this step asked first. */
  async below(base: string): Promise<Listed | Refused> {
    const known = this.#listed.get(base);
    if (known !== undefined) return known;
    const listing = await listFiles(this.#context, base, { isNamed: base !== "." });
    if (!listing.ok) return { refused: listing.message };
    const listed: Listed =
      listing.kind === "file"
        ? { kind: "file" }
        : {
            kind: "folder",
            root: listing.root,
            files: listing.entries.filter((each) => each.kind === "file"),
          };
    this.#listed.set(base, listed);
    return listed;
  }

  /** As a read names it: with the root that it must lie in, where that is a folder. */
  async request(place: Place): Promise<ReadRequest | Refused> {
    const listed = await this.below(place.base);
    if ("refused" in listed) return listed;
    const how = { isNamed: place.base !== ".", isForModel: true };
    if (listed.kind === "folder") return { path: place.path, root: listed.root, ...how };
    return place.path === ""
      ? { path: place.base, ...how }
      : { refused: `${place.base} is a file, and no folder.` };
  }

  /** @param isWorthIt of the text as it is: where it is not, there are no lines */
  async read(place: Place, isWorthIt: (text: string) => boolean = () => true): Promise<ReadText | Refused> {
    const shown = shownPath(place);
    if (isConfidentialPath(shown)) return { refused: reasons.confidential };
    const request = await this.request(place);
    if ("refused" in request) return request;
    // As it is now: in a long conversation a file changes, and what was seen of it is in the run.
    const read = await present(this.#context, await this.#context.workspace.read(request));
    if (!read.ok) return { refused: read.message };
    // A link may be named like any file and lead to a key.
    if (isConfidentialPath(read.realPath)) return { refused: reasons.confidential };
    const { source } = read;
    if (source.kind === "empty") return nothing;
    if (source.kind !== "text") return { refused: reasons.binary };
    if (!isWorthIt(source.text)) return nothing;
    const language = detectLanguage(shown, source.text)?.id ?? null;
    const { lines, masked } = materialOf({ path: shown, language, findings: [] }, source.text, "all");
    return { lines, masked, isCutShort: source.cutShort !== undefined, text: source.text };
  }
}

const nothing: ReadText = { lines: [], masked: 0, isCutShort: false, text: "" };

/** As the model and the person know it. */
export function shownPath({ base, path }: Place): string {
  if (base === ".") return path === "" ? "." : path;
  const start = base.replace(/\/+$/, "");
  return path === "" ? start : `${start}/${path}`;
}
