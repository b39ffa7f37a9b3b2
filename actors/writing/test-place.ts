// Where the tests of a file belong in its project, and what they are written with, as the project has it already. Pure.
import { posix } from "node:path";
import type { LanguageId } from "../analysis/languages.ts";

/** What is known of a project. Paths are below its root, with "/" between names. */
export interface ProjectSeen {
  readonly paths: readonly string[];
  /** Texts of files that say what the project uses, such as package.json; those that are there. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Files whose texts say what tests are written with. */
export const tellingFiles = [
  "package.json",
  "pyproject.toml",
  "setup.cfg",
  "tox.ini",
  "requirements.txt",
  "requirements-dev.txt",
  "CMakeLists.txt",
] as const;

/** The path for the tests of `path`. It may be there already. */
export function testPathOf(path: string, language: LanguageId, { paths }: ProjectSeen): string {
  const { dir, name, ext } = posix.parse(posix.normalize(path));
  const has = (pattern: RegExp): boolean => paths.some((other) => pattern.test(other));
  const mirrored = (from: RegExp, to: string): string => posix.join(to, dir.replace(from, ""));
  switch (language) {
    case "typescript":
    case "tsx":
    case "javascript": {
      const word = count(paths, /\.spec\.\w+$/) > count(paths, /\.test\.\w+$/) ? "spec" : "test";
      const file = `${name}.${word}${ext}`;
      if (has(/(^|\/)__tests__\//)) return posix.join(dir, "__tests__", file);
      const folder = paths.find((other) => /^tests?\/.*\.(?:test|spec)\.\w+$/.test(other))?.split("/")[0];
      if (folder === undefined) return posix.join(dir, file);
      const isMirrored = has(new RegExp(`^${folder}/src/`));
      return posix.join(folder, isMirrored ? dir : dir.replace(/^src(\/|$)/, ""), file);
    }
    case "python":
      if (has(/^tests?\//)) return posix.join(has(/^tests\//) ? "tests" : "test", `test_${name}.py`);
      return posix.join(dir, `test_${name}.py`);
    case "elixir":
      return posix.join(mirrored(/^lib(\/|$)/, "test"), `${name}_test.exs`);
    case "erlang":
      return posix.join(dir.replace(/(^|\/)src$/, "$1test"), `${name}_tests.erl`);
    case "go":
      return posix.join(dir, `${name}_test.go`);
    case "rust":
      return posix.join(dir.replace(/(^|\/)src(\/.*)?$/, "$1tests"), `${name}${ext}`);
    case "java":
      return posix.join(dir.replace(/(^|\/)src\/main\/java/, "$1src/test/java"), `${name}Test.java`);
    case "ruby":
      if (has(/^spec\//)) return posix.join(mirrored(/^lib(\/|$)/, "spec"), `${name}_spec.rb`);
      return posix.join(mirrored(/^lib(\/|$)/, "test"), `test_${name}.rb`);
    case "c":
    case "cpp":
      return posix.join(
        has(/^tests\//) ? "tests" : "test",
        `test_${name}${language === "c" ? ".c" : ".cpp"}`,
      );
  }
}

/** What the tests are written with, as people call it. */
export function testFrameworkOf(language: LanguageId, { paths, texts }: ProjectSeen): string {
  const says = (name: string): boolean => [...texts.values()].some((text) => text.includes(name));
  switch (language) {
    case "typescript":
    case "tsx":
    case "javascript":
      return (
        ["vitest", "jest", "mocha", "ava"].find((name) => says(`"${name}"`)) ?? "node:test and node:assert"
      );
    case "python":
      return says("pytest") || paths.some((path) => path.endsWith("conftest.py")) ? "pytest" : "unittest";
    case "elixir":
      return "ExUnit";
    case "erlang":
      return "EUnit";
    case "go":
      return "the package testing";
    case "rust":
      return "#[test]";
    case "java":
      return "JUnit 5";
    case "ruby":
      return paths.some((path) => path.startsWith("spec/")) ? "RSpec" : "Minitest";
    case "c":
      return "assert.h and a main function that runs every test";
    case "cpp":
      return says("gtest") || says("GTest")
        ? "GoogleTest"
        : "<cassert> and a main function that runs every test";
  }
}

function count(paths: readonly string[], pattern: RegExp): number {
  return paths.filter((path) => pattern.test(path)).length;
}
