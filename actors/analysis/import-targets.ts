// Which file of an analysis an import names. What lies outside of the analyzed files has no target and is in no cycle.
import type { Import } from "./import.ts";

/** All paths with forward slashes, below the directory that is analyzed. */
export interface ImportingFile {
  readonly path: string;
  readonly language: string;
  readonly imports: readonly Import[];
}

type Resolve = (from: string, wanted: Import) => string | null;

/** Answers with the path of the imported file, or null. */
export function importTargets(
  paths: readonly string[],
): (file: ImportingFile, wanted: Import) => string | null {
  const known = new Set(paths);
  const first = (candidates: Iterable<string>): string | null => {
    for (const candidate of candidates) if (known.has(candidate)) return candidate;
    return null;
  };
  const resolvers: Readonly<Record<string, Resolve>> = {
    typescript: (from, { specifier }) => first(javascriptCandidates(from, specifier)),
    tsx: (from, { specifier }) => first(javascriptCandidates(from, specifier)),
    javascript: (from, { specifier }) => first(javascriptCandidates(from, specifier)),
    python: pythonResolver(known, first),
    ruby: (from, { specifier }) => first(rubyCandidates(from, specifier)),
    c: (from, { specifier }) => first(includeCandidates(from, specifier)),
    cpp: (from, { specifier }) => first(includeCandidates(from, specifier)),
  };
  return (file, wanted) => resolvers[file.language]?.(file.path, wanted) ?? null;
}

/** Compilers write `.js` where the source is `.ts`. */
const sourcesOf: readonly (readonly [written: RegExp, sources: readonly string[]])[] = [
  [/\.js$/, [".ts", ".tsx"]],
  [/\.mjs$/, [".mts"]],
  [/\.cjs$/, [".cts"]],
  [/\.jsx$/, [".tsx"]],
];

const scriptExtensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

function* javascriptCandidates(from: string, specifier: string): Generator<string> {
  const path = joined(directoryOf(from), specifier);
  if (path === null) return;
  const isDirectory = /(?:^|\/)\.{0,2}$/.test(specifier);
  if (!isDirectory) {
    yield path;
    for (const [written, sources] of sourcesOf) {
      if (written.test(path)) for (const source of sources) yield path.replace(written, source);
    }
    for (const extension of scriptExtensions) yield path + extension;
  }
  for (const extension of scriptExtensions) yield below(path, `index${extension}`);
}

function* rubyCandidates(from: string, specifier: string): Generator<string> {
  const path = joined(directoryOf(from), specifier);
  if (path === null) return;
  yield `${path}.rb`;
  yield path;
}

/** Next to the file that includes it, then where build files mostly look. */
function* includeCandidates(from: string, specifier: string): Generator<string> {
  for (const directory of [directoryOf(from), "", "include"]) {
    const path = joined(directory, specifier);
    if (path !== null) yield path;
  }
}

/**
 * A module is looked for from the folder that holds the importing file's outermost package, and from the folders around
 * that one, as somebody starts the program there.
 */
function pythonResolver(
  known: ReadonlySet<string>,
  first: (paths: Iterable<string>) => string | null,
): Resolve {
  const moduleAt = (directory: string | null, steps: string) => {
    if (directory === null) return null;
    const path = steps === "" ? directory : below(directory, steps);
    const itsPackage = below(path, "__init__.py");
    return first(steps === "" ? [itsPackage] : [itsPackage, `${path}.py`]);
  };
  const isInPackage = (directory: string) => known.has(below(directory, "__init__.py"));
  const find = (from: string, module: string): string | null => {
    const relative = /^(\.+)(.*)$/.exec(module);
    const steps = (relative?.[2] ?? module).split(".").join("/");
    if (relative !== null) {
      const up = "../".repeat((relative[1]?.length ?? 1) - 1);
      return moduleAt(joined(directoryOf(from), up), steps);
    }
    for (let root = directoryOf(from); ; root = directoryOf(root)) {
      const found = isInPackage(root) ? null : moduleAt(root, steps);
      if (found !== null || root === "") return found;
    }
  };
  return (from, { specifier, name }) => {
    if (name === undefined) return find(from, specifier);
    // A name that is a module of its own is all that is needed of the package around it, which is loaded already.
    return (
      find(from, specifier.endsWith(".") ? specifier + name : `${specifier}.${name}`) ?? find(from, specifier)
    );
  };
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function below(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

/** Without `.` and `..`; null where it leads out of what is analyzed. A rooted directory stays rooted. */
function joined(directory: string, path: string): string | null {
  const parts = directory === "" ? [] : directory.split("/");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}
