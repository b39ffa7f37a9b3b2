// The arguments of a configured command, with the files that were written in the places for them. Pure.

const reportFile = "{coverage_file}";
const reportFolder = "{coverage_dir}";
const place = /\{files?\}/g;

/** Whether a command is told which files were written. */
export function namesFiles(argv: readonly string[]): boolean {
  return argv.some((argument) => argument.search(place) >= 0);
}

/** Whether an argument says where a coverage report is to be. */
export function namesReport(argument: string): boolean {
  return argument.includes(reportFile) || argument.includes(reportFolder);
}

/** The arguments of a command that is to write a report, which is read there. */
export function reportingArguments(
  argv: readonly string[],
  { file, folder }: { readonly file: string; readonly folder: string },
): readonly string[] {
  return argv.map((argument) =>
    argument.replaceAll(reportFile, () => file).replaceAll(reportFolder, () => folder),
  );
}

/** An argument with a place in it stands there once for each file, and not at all where there is none. */
export function filledArguments(argv: readonly string[], files: readonly string[]): readonly string[] {
  return argv.flatMap((argument) =>
    argument.search(place) < 0
      ? [argument]
      : // A function, since a path may hold what means something in a replacement.
        files.map((file) => argument.replaceAll(place, () => harmless(file, argument))),
  );
}

/** A path that begins as an option does, or as a file of options, is still a path. */
function harmless(file: string, argument: string): string {
  return argument.search(place) === 0 && /^[-@+]/.test(file) ? `./${file}` : file;
}
