// Real packages of npm, by exact version and checksum: fetched with `npm pack` into a folder outside of the repository.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** Of the tarball, as npm states it. */
  readonly integrity: string;
}

export interface SourceFile {
  /** Begins with the name of the package. */
  readonly path: string;
  readonly language: "javascript" | "typescript";
  readonly text: string;
}

/** JavaScript as people write it, and TypeScript: what npm holds of most projects is compiled. */
export const pinnedPackages: readonly PinnedPackage[] = [
  {
    name: "commander",
    version: "14.0.1",
    integrity:
      "sha512-2JkV3gUZUVrbNA+1sjBOYLsMZ5cEEl8GTFP2a4AVz5hvasAMCQ1D2l2le/cX+pV4N6ZU17zjUahLpIXRrnWL8A==",
  },
  {
    name: "express",
    version: "5.1.0",
    integrity:
      "sha512-DT9ck5YIRU+8GYzzU5kT3eHGA5iL+1Zd0EutOmTE9Dtk+Tvuzd23VBU+ec7HPNSTxXYO55gPV/hq4pSBJDjFpA==",
  },
  {
    name: "fastify",
    version: "5.6.1",
    integrity:
      "sha512-WjjlOciBF0K8pDUPZoGPhqhKrQJ02I8DKaDIfO51EL0kbSMwQFl85cRwhOvmSDWoukNOdTo27gLN549pLCcH7Q==",
  },
  {
    name: "lodash",
    version: "4.17.21",
    integrity:
      "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg==",
  },
  {
    name: "undici",
    version: "7.16.0",
    integrity:
      "sha512-QEg3HPMll0o3t2ourKwOeUAZ159Kn9mx5pnzHRQO8+Wixmh88YdZRiIwat0iNzNNXn0yoEtXJqFpyW7eM8BV7g==",
  },
];

/** A larger file is a bundle, and would cost each of its mutants as much time as all the others together. */
const fileCharactersMax = 80_000;

/** A longer line was written by a program. */
const lineCharactersMax = 400;

const leftOut =
  /(^|\/)(node_modules|test|tests|__tests__|examples|benchmarks?|dist|docs)\/|\.(test|spec|d)\.[cm]?[jt]s$/;

/**
 * The sources of the packages, in the order of their paths.
 * @throws Error that says what to do, where npm cannot be reached or a tarball is not the one that was meant.
 */
export function packageSources(packages: readonly PinnedPackage[]): readonly SourceFile[] {
  const folder = join(tmpdir(), "aiex-bench-packages");
  mkdirSync(folder, { recursive: true });
  return packages.flatMap((one) => sourcesBelow(join(fetched(one, folder), "package"), one.name));
}

/** Sources below a folder. */
export function sourcesBelow(folder: string, name: string): readonly SourceFile[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) =>
    path.replaceAll("\\", "/"),
  );
  return paths.sort().flatMap((path) => {
    const isTypeScript = /\.[cm]?ts$/.test(path);
    if ((!isTypeScript && !/\.[cm]?js$/.test(path)) || leftOut.test(path)) return [];
    const text = readFileSync(join(folder, path), "utf8");
    const isWritten =
      text.length <= fileCharactersMax && text.split("\n").every((line) => line.length <= lineCharactersMax);
    return isWritten
      ? [{ path: `${name}/${path}`, language: isTypeScript ? "typescript" : "javascript", text }]
      : [];
  });
}

function fetched({ name, version, integrity }: PinnedPackage, folder: string): string {
  const target = join(folder, `${name}-${version}`);
  const tarball = `${target}.tgz`;
  if (!existsSync(tarball)) pack(`${name}@${version}`, folder);
  const checksum = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (checksum !== integrity) {
    throw new Error(
      `${tarball} has the checksum ${checksum}, expected ${integrity}: remove it and try again.`,
    );
  }
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", target]);
  return target;
}

function pack(specification: string, folder: string): void {
  try {
    execFileSync("npm", ["pack", specification, "--pack-destination", folder, "--loglevel=error"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    const cause = said.split("\n").find((line) => line.trim() !== "") ?? "no reason given";
    throw new Error(
      `${specification} could not be fetched by npm (${cause}). The mutants need the registry once: try again with network, ` +
        "or give --corpus to measure the corpus alone.",
    );
  }
}
