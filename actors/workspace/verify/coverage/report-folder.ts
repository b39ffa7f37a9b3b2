// A private folder into which one command writes its coverage report, and which is gone afterwards with all that was put there.
import { join } from "node:path";
import { FileError } from "../../../../runtime/file-system.ts";
import type { World } from "../../../../runtime/world.ts";
import { verifyLimits } from "../limits.ts";
import type { MeasuredCoverage } from "../question.ts";
import { coverageIn, type MeantFile } from "./report.ts";

export interface ReportPlace {
  readonly file: string;
  readonly folder: string;
  /** What the report says that is there now. */
  measured(meant: MeantFile): Promise<MeasuredCoverage>;
}

const folderMode = 0o700;
/** Random bytes in its name: nobody else can have made it before. */
const nameBytes = 12;

const reportName = "coverage-report";
/** Those with lines before those without. */
const knownNames = [
  ...[reportName, "lcov.info", "cobertura-coverage.xml", "cobertura.xml", "coverage.xml"],
  ...["coverage-final.json", "coverage-summary.json"],
] as const;

/** Fails with a `FileError` where there can be no folder. */
export async function withReport<Value>(
  { world, temporary }: { readonly world: Pick<World, "files" | "random">; readonly temporary: string },
  use: (place: ReportPlace) => Promise<Value>,
): Promise<Value> {
  const { files, random } = world;
  const folder = join(temporary, `aiex-coverage-${Buffer.from(random.bytes(nameBytes)).toString("hex")}`);
  await files.makeDirectory(folder, { mode: folderMode });
  try {
    return await use({
      ...{ folder, file: join(folder, reportName) },
      measured: (meant) => measuredIn(files, folder, meant),
    });
  } finally {
    await files.remove(folder, { recursive: true }).catch(() => undefined);
  }
}

async function measuredIn(
  files: World["files"],
  folder: string,
  meant: MeantFile,
): Promise<MeasuredCoverage> {
  let isReport = false;
  let problem = "none was written where {coverage_file} or {coverage_dir} says";
  for (const name of knownNames) {
    try {
      const path = join(folder, name);
      // A link leads to what is no report of this command.
      if ((await files.linkStatus(path)).kind !== "file") continue;
      const bytes = await files.readFile(path, { bytesMax: verifyLimits.reportBytesMax });
      const covered = coverageIn(new TextDecoder().decode(bytes), meant);
      if (covered === undefined) problem = `${name} is none that aiex reads`;
      else if (covered === null) isReport = true;
      else {
        const uncovered = covered.uncovered?.slice(0, verifyLimits.uncoveredMax) ?? null;
        return { ok: true, ...covered, uncovered };
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (error.code !== "file_not_found") problem = error.message;
    }
  }
  const shown = JSON.stringify(meant.path);
  return isReport
    ? {
        ok: false,
        code: "unloaded",
        message: `The coverage report has no line of ${shown}: nothing has loaded it.`,
      }
    : { ok: false, code: "no_report", message: `There is no coverage report that can be read: ${problem}.` };
}
