// The built command as a program: what it prints where, how it ends, and what it does not load.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { helpFor } from "../../cli/help.ts";
import { version } from "../../cli/version.ts";
import { aiex, builtMain } from "./fixtures.ts";

// Prints the address of every module that is loaded, and leaves the loading as it is.
const tracing = `data:text/javascript,${encodeURIComponent(`
import { register } from "node:module";
register("data:text/javascript," + encodeURIComponent(\`
  import { writeSync } from "node:fs";
  export async function load(url, context, next) { writeSync(2, "loads " + url + "\\\\n"); return next(url, context); }
\`));
`)}`;

/** Where all files of the command lie. */
const builtCommand = fileURLToPath(new URL("../../dist/command/", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ended(
  args: readonly string[],
  use: (child: ReturnType<typeof spawn>) => void = () => undefined,
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    use(child);
  });
}

describe("aiex as a program", () => {
  it.each([
    ["help", helpFor([])],
    ["", helpFor([])],
    ["help ai", helpFor(["ai"])],
    ["ai analyze --help", helpFor(["ai", "analyze"])],
    ["version", `aiex ${version}\n`],
    ["--version", `aiex ${version}\n`],
  ])("answers %j on stdout with 0", (line, text) => {
    const { status, stdout, stderr } = aiex(line.split(" ").filter((word) => word !== ""));
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: text, stderr: "" });
  });

  it.each([
    ["ai anlyze", "Did you mean aiex ai analyze?"],
    ["ai analyze --file x --fail-undr 3", "Did you mean --fail-under?"],
    ["ai analyze --file x --fail-under 11", "from 0 to 10"],
    ["help nonsense", 'Unknown command "nonsense"'],
    ["completion tcsh", "bash, zsh, fish"],
    ["ai", "aiex ai needs a command"],
  ])("refuses %j on stderr with 2", (line, says) => {
    const { status, stdout, stderr } = aiex(line.split(" "));
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("shows a hostile word harmlessly", () => {
    const { stderr } = aiex(["\x1b]0;x\x07\u202e"]);
    expect(stderr).toContain("\\x1b]0;x\\x07\\u{202e}");
    expect(stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it("begins with the line that makes it a program", async () => {
    const { readFile } = await import("node:fs/promises");
    expect((await readFile(builtMain, "utf8")).split("\n")[0]).toBe("#!/usr/bin/env node");
  });

  it.each([[["help"]], [["version"]], [["ai", "analyze", "--help"]], [["completion", "bash"]]])(
    "loads for %j a few small files of its own and nothing else",
    async (words) => {
      const { stderr } = await ended(["--import", tracing, builtMain, ...words]);
      const loaded = [...stderr.matchAll(/^loads (\S+)$/gm)].map((match) => match[1] ?? "");
      const files = loaded.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
      expect(files.length).toBeGreaterThan(1);
      expect(files.filter((file) => !file.startsWith(builtCommand))).toEqual([]);
      // Three quarters of it are the table of commands; the runtime, or a parser of YAML, has 150,000 or more by itself.
      const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
      expect(bytes).toBeLessThan(110_000);
      expect(loaded.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"))).toEqual([]);
    },
  );

  it("loads for a call to a node neither the runtime nor schemas, where nothing is configured", async () => {
    const home = mkdtempSync(join(tmpdir(), "aiex-m-"));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const env = { HOME: home, XDG_CONFIG_HOME: home, XDG_RUNTIME_DIR: home };
    const words = ["call", "counter", "total"];
    const { code, stderr } = await ended(["--import", tracing, builtMain, ...words], undefined, env);
    expect(code).toBe(76);
    const urls = [...stderr.matchAll(/^loads (file:\S+)$/gm)].map((match) => match[1] ?? "");
    const bytes = urls.reduce((sum, url) => sum + statSync(fileURLToPath(url)).size, 0);
    // The runtime, the schemas, YAML and the client of NATS have 150,000 or more each; the table of commands has 76,000.
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(240_000);
    expect(urls.filter((url) => url.includes("node_modules"))).toEqual([]);
  });

  it("ends quietly with 141 where its reader went away", async () => {
    const { code, stderr } = await ended([builtMain, "help"], (child) => child.stdout?.destroy());
    expect({ code, stderr }).toEqual({ code: 141, stderr: "" });
  });

  it.skipIf(!existsSync("/dev/full"))(
    "says so and ends with 1 where its output cannot be written",
    async () => {
      const { openSync } = await import("node:fs");
      const child = spawn(process.execPath, [builtMain, "help"], {
        stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
      });
      let stderr = "";
      child.stderr?.on("data", (chunk) => {
        stderr += chunk;
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Error: Cannot write the result: ENOSPC/);
    },
  );
});

describe("textOutput()", () => {
  const output = new URL("../../dist/cli/output.js", import.meta.url).href;

  it("hands over megabytes to a slow pipe before the program ends", async () => {
    const program = `
      import { textOutput } from ${JSON.stringify(output)};
      await textOutput(process.stdout, { ignoresErrors: false }).write("x".repeat(3_000_000));
      process.exit(0);`;
    const { code, stdout } = await ended(["--input-type=module", "-e", program], (child) => {
      child.stdout?.pause();
      setTimeout(() => child.stdout?.resume(), 300);
    });
    expect(code).toBe(0);
    expect(stdout).toHaveLength(3_000_000);
  });

  it("goes on where nobody reads standard error", async () => {
    const program = `
      import { textOutput } from ${JSON.stringify(output)};
      process.stderr.on("error", () => undefined);
      const { write } = textOutput(process.stderr, { ignoresErrors: true });
      for (let line = 0; line < 100; line += 1) await write("x".repeat(10_000));
      process.exit(7);`;
    const { code } = await ended(["--input-type=module", "-e", program], (child) => child.stderr?.destroy());
    expect(code).toBe(7);
  });
});
