// Bad input, given to the built command as a person would: a clear word, the right exit code, nothing hangs, nothing raw.
import { execFile, execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, open, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const command = new URL("../../dist/command/cli/main.js", import.meta.url).pathname;
let directory = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "aiex-input-"));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in the folder; a run that hangs is killed and has no code. */
function aiex(words: readonly string[], input?: Uint8Array): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, XDG_CONFIG_HOME: directory, NO_COLOR: "1" };
    const options = { cwd: directory, env, timeout: 50_000, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(process.execPath, [command, ...words], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr });
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

function analyze(file: string, ...more: readonly string[]): Promise<Ended> {
  return aiex(["ai", "analyze", "--file", file, ...more]);
}

function report(ended: Ended): {
  readonly complete: boolean;
  readonly files: readonly Record<string, unknown>[];
} {
  return JSON.parse(ended.stdout);
}

/** Characters that a terminal would obey: controls other than tab and newline, and those that turn the text around. */
function rawCharacters(text: string): string[] {
  return [...text].filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0x09 || code === 0x0a) return false;
    const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const isDirection = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return isControl || isDirection;
  });
}

describe("aiex ai analyze", () => {
  test("says that a file is missing", async () => {
    const { code, stdout, stderr } = await analyze("missing.ts");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/missing\.ts.*nothing at this path/);
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === "win32")(
    "says that a directory may not be read",
    async () => {
      await mkdir(join(directory, "closed"));
      await chmod(join(directory, "closed"), 0);
      expect((await analyze("closed")).code).toBe(5);
    },
  );

  test("says that a file is binary", async () => {
    await writeFile(
      join(directory, "binary.ts"),
      Uint8Array.from({ length: 4_000 }, (_, index) => index % 7),
    );
    const { code, stderr } = await analyze("binary.ts");
    expect(code).toBe(1);
    expect(stderr).toContain("is a binary file");
  });

  test("says that a file is empty, which is no fault", async () => {
    await writeFile(join(directory, "empty.ts"), "");
    const ended = await analyze("empty.ts", "--format", "json");
    expect(ended.code).toBe(0);
    expect(report(ended).files).toMatchObject([
      { status: "skipped", reason: "The file is empty.", quality_score: null },
    ]);
  });

  test("reads the beginning of a file of 200 MB and gives it no score", async () => {
    const file = await open(join(directory, "huge.py"), "w");
    await file.write("x = 1\n".repeat(1_000));
    await file.truncate(200 * 1024 * 1024);
    await file.write("x = 1\n".repeat(300_000), 0);
    await file.close();
    const ended = await analyze("huge.py", "--format", "json", "--fail-under", "1");
    expect(ended.code).toBe(7);
    expect(report(ended)).toMatchObject({
      complete: false,
      files: [{ status: "cut_short", quality_score: null }],
    });
  });

  test("does not parse a minified line of 10 MB", async () => {
    await writeFile(join(directory, "minified.js"), "var a=1;".repeat(1_310_720));
    const ended = await analyze("minified.js", "--format", "json");
    expect(ended.code).toBe(0);
    expect(report(ended)).toMatchObject({
      complete: false,
      files: [{ status: "cut_short", quality_score: null }],
    });
  });

  test("says that a file holds bytes that are no UTF-8, and gives it no score", async () => {
    await writeFile(
      join(directory, "latin.py"),
      Uint8Array.from([0x23, 0x20, 0xe9, 0x0a, 0x78, 0x20, 0x3d, 0x20, 0x31, 0x0a]),
    );
    const ended = await analyze("latin.py", "--format", "json");
    expect(ended.code).toBe(0);
    expect(report(ended).files[0]).toMatchObject({ status: "unparsed", quality_score: null });
    expect(String(report(ended).files[0]?.reason)).toContain("no valid UTF-8");
  });

  test.skipIf(process.platform === "win32")("does not wait on a pipe", async () => {
    execFileSync("mkfifo", [join(directory, "pipe.ts")]);
    const { code, stderr } = await analyze("pipe.ts");
    expect(code).toBe(1);
    expect(stderr).toContain("not a regular file");
  });

  test.skipIf(process.platform === "win32")("sees through links that lead in a circle", async () => {
    await symlink("circle.ts", join(directory, "circle.ts"));
    const { code, stderr } = await analyze("circle.ts");
    expect(code).toBe(1);
    expect(stderr).toContain("circle");
    await mkdir(join(directory, "tree", "inner"), { recursive: true });
    await symlink("..", join(directory, "tree", "inner", "up"));
    await writeFile(join(directory, "tree", "inner", "a.ts"), "export const a = 1;\n");
    const tree = await analyze("tree", "--format", "json");
    expect(tree.code).toBe(0);
    expect(report(tree).files.map((file) => file.path)).toEqual(["inner/a.ts"]);
  });

  test.skipIf(process.platform === "win32")(
    "lets no byte of a file's name or code reach the terminal raw",
    async () => {
      const name = "ev\u001b]0;owned\u0007il\u202e\n.js";
      await mkdir(join(directory, "names"));
      await writeFile(join(directory, "names", name), "eval('\u001b[31m' + x);\n");
      for (const format of ["text", "markdown", "json"]) {
        const { code, stdout, stderr } = await analyze("names", "--format", format);
        expect(code).toBe(0);
        expect(rawCharacters(stdout + stderr)).toEqual([]);
      }
      const named = await analyze(join("names", name));
      expect(rawCharacters(named.stdout + named.stderr)).toEqual([]);
    },
  );

  test("reads code from standard input under a name, whatever it holds", async () => {
    const good = await aiex(
      ["ai", "analyze", "--file", "-", "--stdin-name", "a.py", "--format", "json"],
      Buffer.from("eval(input())\n"),
    );
    expect(good.code).toBe(0);
    expect(report(good).files[0]).toMatchObject({ path: "a.py", language: "python", status: "analyzed" });
    const binary = await aiex(["ai", "analyze", "--file", "-"], new Uint8Array(100));
    expect(binary.code).toBe(1);
    expect(binary.stderr).toContain("binary");
  });

  test("gives the same bytes of JSON for the same input", async () => {
    await mkdir(join(directory, "same"));
    for (const index of [1, 2, 3, 4, 5])
      await writeFile(join(directory, "same", `${index}.js`), `eval(a${index});\n`);
    const first = await analyze("same", "--format", "json");
    const second = await analyze("same", "--format", "json");
    expect(first.stdout).toBe(second.stdout);
    expect(first.code).toBe(0);
  });
});
