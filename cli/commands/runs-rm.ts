// `aiex runs rm`: takes runs away, with their events and all that they kept.
import { shortId } from "../../actors/runs/run-id.ts";
import { RunRefused } from "../../supervisors/runs/refused.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showFailure } from "../failure.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { elsewhere, type RunPlace, runIn, withOwnRuns } from "../run-places.ts";

/** What cannot be taken away holds up nothing of the rest; the first such failure says how the command ends. */
export async function runsRm(asking: Asking): Promise<ExitCode> {
  const { host, parsed } = asking;
  const removal = new Removal(asking);
  const words = [...new Set(parsed.arguments)];
  const unknown = await withOwnRuns(asking, (place) => removal.from(place, words));
  const others = unknown.length === 0 ? undefined : await elsewhere(asking);
  const left =
    others === undefined
      ? unknown
      : await others.open((place) =>
          removal.from(
            place,
            unknown.map(({ word }) => word),
          ),
        );
  for (const { refused } of left) await removal.failed(refused);
  if (!removal.isText)
    await host.stdout.write(renderJson({ schema: "aiex.runs-removed/1", removed: removal.removed }));
  return removal.code;
}

interface Unknown {
  readonly word: string;
  readonly refused: RunRefused;
}

class Removal {
  readonly removed: string[] = [];
  readonly isText: boolean;
  readonly #asking: Asking;
  code: ExitCode = exitCodes.ok;

  constructor(asking: Asking) {
    this.#asking = asking;
    this.isText = optionValue(asking.parsed, "format") === "text";
  }

  /** Gives back those that are not there. */
  async from(place: RunPlace, words: readonly string[]): Promise<readonly Unknown[]> {
    const { host, interruption } = this.#asking;
    const unknown: Unknown[] = [];
    for (const word of words) {
      interruption.signal.throwIfAborted();
      try {
        const found = await runIn(place, word);
        if (found instanceof RunRefused) unknown.push({ word, refused: found });
        else {
          const { id } = found.summary;
          await place.runs.remove(id);
          this.removed.push(id);
          if (this.isText) await host.stdout.write(`Took run ${shortId(id)} away.\n`);
        }
      } catch (error) {
        await this.failed(error);
      }
    }
    return unknown;
  }

  async failed(error: unknown): Promise<void> {
    const { host, interruption } = this.#asking;
    if (interruption.signal.aborted) throw error;
    const code = await showFailure(error, host);
    if (this.code === exitCodes.ok) this.code = code;
  }
}
