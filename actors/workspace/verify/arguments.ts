// The arguments of a configured command, with the files that were written in the places for them. Pure.

const place = /\{files?\}/g;

/** Whether a command is told which files were written. */
export function namesFiles(argv: readonly string[]): boolean {
  return argv.some((argument) => argument.search(place) >= 0);
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
