// What names alone decide: which rule refuses what, in which spelling, and what it says.
import { describe, expect, test } from "vitest";
import { denialOf, type Place, type Use } from "../../../actors/workspace/sandbox.ts";
import type { SandboxConfiguration } from "../../../actors/workspace/sandbox-config.ts";
import { sandbox } from "./sandbox-stage.ts";

const root = "/home/ada/project";

interface Asked extends Partial<Place> {
  readonly use?: Use;
}

function because(
  path: string,
  settings: Partial<SandboxConfiguration> = {},
  asked: Asked = {},
): string | undefined {
  const { use = "read", ...given } = asked;
  const absolute = path.startsWith("/") ? path : `${root}/${path}`;
  const place = { root, isDirectory: false, denied: [], ...given, path: absolute };
  return denialOf(sandbox(settings), place, use)?.because;
}

describe("denialOf()", () => {
  test("lets everything be read where nothing is set", () => {
    for (const path of ["a.ts", ".env", ".git/config", "/etc/passwd"]) expect(because(path)).toBeUndefined();
  });

  test.each([
    ["/home/ada/private", "/home/ada/private/a.ts", true],
    ["/home/ada/private", "/home/ada/private", true],
    ["/home/ada/private", "/home/ada/private-not/a.ts", false],
    ["/home/ada/private", "/home/ada/PRIVATE/a.ts", true],
    ["/home/ada/caf\u00e9", "/home/ada/cafe\u0301/a.ts", true],
    ["/home/ada/stra\u00dfe", "/home/ada/STRASSE/a.ts", true],
    ["/", "/etc/passwd", true],
  ])("by the denied path %s refuses %s: %s", (denied, path, expected) => {
    const said = because(path, {}, { denied: [denied] });
    if (expected)
      expect(said).toBe(`sandbox.denied_paths has ${JSON.stringify(denied)}. Take it out there to allow it.`);
    else expect(said).toBeUndefined();
  });

  test.each([
    ["**/.env", ".env", true],
    ["**/.env", "deep/.ENV", true],
    ["**/.env", "/other/.env", true],
    ["**/.ssh/**", "/home/ada/.ssh/id_rsa", true],
    ["*.key", "a/b/c.key", true],
    ["*.key", "a.key/inside.ts", true],
    ["*.key", "a.keys", false],
    ["notes/**", "notes/a.md", true],
    ["notes/**", "deep/notes/a.md", false],
    ["notes/**", "/other/notes/a.md", false],
    ["notes/", "notes/a.md", true],
    ["notes/", "notes", false],
    ["notes/", "notes/\\", true],
    ["/etc/**", "/etc/passwd", true],
    ["/etc/**", "etc/passwd", false],
    ["[a-c].ts", "b.ts", true],
    ["caf\u00e9/**", "cafe\u0301/a.ts", true],
  ])("by the denied pattern %s refuses %s: %s", (pattern, path, expected) => {
    const said = because(path, { denied_patterns: [pattern] });
    if (expected) expect(said).toContain(`sandbox.denied_patterns has ${JSON.stringify(pattern)}`);
    else expect(said).toBeUndefined();
  });

  test.each<[Use, string]>(
    (["model", "write"] as const).flatMap((use) =>
      [
        ...[".env", ".env.local", "deep/SECRETS.yaml", "id_rsa", "server.key", ".ssh/config", ".npmrc"],
        ...[
          ".git/config",
          ".GIT/hooks/pre-commit",
          "sub/.git/HEAD",
          ".g\u200cit/config",
          "git~1/config",
          ".git./x",
        ],
      ].map((path): [Use, string] => [use, path]),
    ),
  )("for a %s refuses %s, whatever is allowed", (use, path) => {
    const all = { allowed_patterns: ["**"], allowed_writes: ["**"] };
    expect(because(path, all, { use })).toMatch(/^(files that hold secrets|nothing below \.git)/);
  });

  test.each([
    ...[
      ".aiex/config.yaml",
      ".bashrc",
      "home/.zshrc",
      ".github/workflows/ci.yml",
      ".gitlab-ci.yml",
      "Jenkinsfile",
    ],
    ...[".husky/pre-commit", ".vscode/tasks.json", "AGENTS.md", "sub/CLAUDE.md", ".GitHub/Workflows/x.yml"],
    ...[".AIEX/config.yaml", ".circleci/config.yml", ".devcontainer/devcontainer.json", ".mcp.json"],
    ...[
      ".cargo/config.toml",
      ".pnpmfile.cjs",
      ".mise.toml",
      ".dir-locals.el",
      "x.code-workspace",
      ".clinerules/a.md",
    ],
    ".github/copilot-instructions.md",
  ])("refuses to write %s without a grant, and lets it be with one", (path) => {
    const said = because(path, {}, { use: "write" });
    expect(said).toContain("sandbox.allowed_writes");
    expect(because(path, {}, { use: "model" })).toBeUndefined();
    expect(because(path, { allowed_writes: [path] }, { use: "write" })).toBeUndefined();
  });

  test("lets sources be written", () => {
    for (const path of ["src/a.ts", "README.md", "package.json", "gitlab.ts", "secretary.ts"])
      expect(because(path, {}, { use: "write" })).toBeUndefined();
  });

  test("allows no other spelling than the one that was allowed", () => {
    expect(because("src/a.ts", { allowed_patterns: ["src/**"] })).toBeUndefined();
    expect(because("SRC/a.ts", { allowed_patterns: ["src/**"] })).toContain("sandbox.allowed_patterns");
    expect(because("AGENTS.md", { allowed_writes: ["agents.md"] }, { use: "write" })).toContain(
      "sandbox.allowed_writes",
    );
  });

  test("asks for an extension of files alone, whatever its case", () => {
    const settings = { allowed_extensions: [".ts", ".d.ts"] };
    expect(because("a.TS", settings)).toBeUndefined();
    expect(because("ts", settings)).toBe(
      "sandbox.allowed_extensions has .ts, .d.ts alone. Add its own there to allow it.",
    );
    expect(because("a.ts.exe", settings)).toBeDefined();
    expect(because("lib", settings, { isDirectory: true })).toBeUndefined();
  });

  test("denies first and allows afterwards", () => {
    const settings = { allowed_patterns: ["**"], denied_patterns: ["*.ts"], allowed_extensions: [".ts"] };
    expect(because("a.ts", settings)).toContain("denied_patterns");
  });

  test("takes no time in the square of a hostile pattern and path", () => {
    const settings = { denied_patterns: [`${"**/a*/".repeat(30)}b`] };
    expect(because(`${"aaaa/".repeat(200)}c`, settings)).toBeUndefined();
  });
});
