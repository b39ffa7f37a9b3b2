// What may be read and written in a workspace, decided by names alone. Pure: the guard sees to it that the names are the real ones.
import { sep } from "node:path";
import { isConfidentialPath } from "./confidential-path.ts";
import { isInside } from "./path-guard.ts";
import { foldedPath, matchesPath, type PathPattern, pathPattern } from "./path-pattern.ts";
import type { SandboxConfiguration } from "./sandbox-config.ts";
import { startingFiles } from "./starting-files.ts";

export interface Sandbox {
  /** As they were written: relative ones start at the project. */
  readonly allowedPaths: readonly string[];
  readonly deniedPaths: readonly string[];
  readonly allowedPatterns: readonly PathPattern[];
  readonly deniedPatterns: readonly PathPattern[];
  /** In lower case, each with its dot. */
  readonly allowedExtensions: readonly string[];
  readonly allowedWrites: readonly PathPattern[];
  /** A longer file is not opened; undefined for any size. */
  readonly fileBytesMax: number | undefined;
  readonly followsLinks: boolean;
}

/** What is read stays on this machine, goes to a model, or is written. */
export type Use = "read" | "model" | "write";

/** Real paths, all of them. */
export interface Place {
  readonly path: string;
  readonly isDirectory: boolean;
  /** The project's. */
  readonly root: string;
  /** Those of `deniedPaths`, made absolute, with what they really lead to. */
  readonly denied: readonly string[];
}

/** Which rule refuses it, and what to do: the end of a sentence "Cannot read PATH: ...". */
export interface Denial {
  readonly because: string;
}

const bytesPerMb = 1024 * 1024;

export function sandboxOf(configuration: SandboxConfiguration): Sandbox {
  const { max_file_size_mb: sizeMb } = configuration;
  return {
    allowedPaths: configuration.allowed_paths,
    deniedPaths: configuration.denied_paths,
    allowedPatterns: patternsOf(configuration.allowed_patterns),
    deniedPatterns: patternsOf(configuration.denied_patterns),
    allowedExtensions: configuration.allowed_extensions,
    allowedWrites: patternsOf(configuration.allowed_writes),
    fileBytesMax: sizeMb === undefined ? undefined : Math.ceil(sizeMb * bytesPerMb),
    followsLinks: configuration.follow_symlinks,
  };
}

/** Undefined where nothing forbids it. What is denied is denied whoever asks, and also where it was named. */
export function denialOf(sandbox: Sandbox, place: Place, use: Use): Denial | undefined {
  const denied = place.denied.find((path) => isInside(foldedPath(path), foldedPath(place.path)));
  if (denied !== undefined)
    return denial(`sandbox.denied_paths has ${shown(denied)}. Take it out there to allow it.`);
  const pattern = sandbox.deniedPatterns.find((one) => denies(one, place));
  if (pattern !== undefined)
    return denial(`sandbox.denied_patterns has ${shown(pattern.text)}. Take it out there to allow it.`);
  if (use !== "read") {
    const reserved = reservedDenial(sandbox, place, use);
    if (reserved !== undefined) return reserved;
  }
  return place.isDirectory ? undefined : unlistedDenial(sandbox, place);
}

/** What no setting opens, and what only a setting of its own does. */
function reservedDenial(sandbox: Sandbox, place: Place, use: "model" | "write"): Denial | undefined {
  const act = use === "model" ? "sent to a model" : "written";
  if (isConfidentialPath(place.path))
    return denial(`files that hold secrets by their names are never ${act}.`);
  if (place.path.split(/[\\/]/).some(isGitFolder))
    return denial(`nothing below .git is ever ${act}: programs are started from there.`);
  if (use === "model") return undefined;
  const starting = startingFiles.find((one) => denies(one, place));
  if (starting === undefined || sandbox.allowedWrites.some((one) => allows(one, place))) return undefined;
  return denial(
    `programs or models are started and told what to do from files like this (${starting.text}). To allow it, add a pattern for it to sandbox.allowed_writes.`,
  );
}

/** What the lists of what is allowed leave out. */
function unlistedDenial(sandbox: Sandbox, place: Place): Denial | undefined {
  const { allowedPatterns, allowedExtensions } = sandbox;
  if (allowedPatterns.length > 0 && !allowedPatterns.some((one) => allows(one, place)))
    return denial("it matches no pattern of sandbox.allowed_patterns. Add one there to allow it.");
  const name = (namesOf(place.path).at(-1) ?? "").toLowerCase();
  if (allowedExtensions.length > 0 && !allowedExtensions.some((extension) => name.endsWith(extension)))
    return denial(
      `sandbox.allowed_extensions has ${allowedExtensions.join(", ")} alone. Add its own there to allow it.`,
    );
  return undefined;
}

/** However it is spelled: a volume may take another spelling for the same file. */
function denies(pattern: PathPattern, place: Place): boolean {
  if (allows(pattern, place)) return true;
  const folded = { ...place, path: foldedPath(place.path), root: foldedPath(place.root) };
  return waysTo(pattern, folded).some((names) => matchesPath(pattern.folded, names, place.isDirectory));
}

/** As it is spelled, and no other way. */
function allows(pattern: PathPattern, place: Place): boolean {
  return waysTo(pattern, place).some((names) => matchesPath(pattern.exact, names, place.isDirectory));
}

/** The path from where the pattern starts. */
function waysTo(
  pattern: PathPattern,
  { path, root }: Pick<Place, "path" | "root">,
): readonly (readonly string[])[] {
  const whole = namesOf(path);
  if (pattern.isAbsolute) return [whole];
  const below = isInside(root, path) ? [whole.slice(namesOf(root).length)] : [];
  return pattern.isAnywhere ? [...below, whole] : below;
}

/** A backslash is a character like any other where it does not separate names. */
const separators = sep === "\\" ? /[\\/]/ : /\//;

function namesOf(path: string): readonly string[] {
  return path.split(separators).filter((name) => name !== "");
}

/** Also where a volume ignores what stands in it, or has a short name for it. */
function isGitFolder(name: string): boolean {
  const plain = foldedPath(name.replace(/\p{Default_Ignorable_Code_Point}/gu, "").replace(/:.*$/, ""));
  return /^(\.git|git~\d+)[. ]*$/.test(plain);
}

function patternsOf(texts: readonly string[]): readonly PathPattern[] {
  return texts.flatMap((text) => pathPattern(text) ?? []);
}

function denial(because: string): Denial {
  return { because };
}

function shown(text: string): string {
  return JSON.stringify(text);
}
