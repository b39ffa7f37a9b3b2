import { beforeEach, describe, expect, it } from "vitest";
import { type MemoryFileSystem, memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { ConfigurationError, loadConfiguration } from "../../../supervisors/config.ts";

const home = "/home/ada";
const standard = `${home}/.config/aiex/config.yaml`;
let files: MemoryFileSystem;
beforeEach(() => {
  files = memoryFileSystem({ workingDirectory: "/project" });
});

function load(file: string, more = "", env: Readonly<Record<string, string>> = {}) {
  const text = `llm: {providers: {work: {kind: openai, api_key_file: ${file}${more}}}}`;
  files.putFile(standard, text, 0o600);
  return loadConfiguration({ world: { files }, env, home });
}

async function problemOf(file: string, more = ""): Promise<string> {
  const thrown: unknown = await load(file, more).catch((error: unknown) => error);
  if (!(thrown instanceof ConfigurationError)) throw new Error("Expected a problem.");
  return thrown.problems.map(({ key, message }) => `${key} ${message}`).join("\n");
}

describe("api_key_file", () => {
  it.each([
    ["/run/secrets/key", "/run/secrets/key"],
    ["~/key", `${home}/key`],
  ])("supplies the key that stands in %s", async (named, path) => {
    files.putFile(path, "\n sk-secret \r\n", 0o600);
    const { values, origins, warnings } = await load(named);
    expect(values.llm.providers.work?.api_key?.reveal()).toBe("sk-secret");
    expect(origins.get("llm.providers.work.api_key")).toEqual({ kind: "file", path, line: 1, column: 1 });
    expect(warnings).toEqual([]);
  });

  it("is followed where it is a link, as secrets are mounted", async () => {
    files.putFile("/run/..data/key", "sk-1", 0o600);
    files.putLink("/run/key", "/run/..data/key");
    expect((await load("/run/key")).values.llm.providers.work?.api_key?.reveal()).toBe("sk-1");
  });

  it("is warned of where others can read it, and where it is not there", async () => {
    files.putFile("/k", "sk-1", 0o644);
    expect((await load("/k")).warnings).toEqual([
      "/k holds an API key and others can read it. Run: chmod 600 /k",
    ]);
    const { values, warnings } = await load("/gone");
    expect(values.llm.providers.work?.api_key).toBeUndefined();
    expect(warnings).toEqual(["llm.providers.work.api_key_file names the file /gone, which is not there."]);
  });

  it.each([
    ["relative/key", "must be an absolute path"],
    ["/empty", "which is empty. Write the key into it."],
    ["/two", "which must hold one key and nothing else."],
    ["/binary", "which must hold one key and nothing else."],
    ["/long", "cannot be read"],
    ["/folder", "cannot be read"],
  ])("is refused where it is %s", async (file, message) => {
    files.putFile("/empty", " \n", 0o600);
    files.putFile("/two", "sk-1\nsk-2", 0o600);
    files.putFile("/binary", Uint8Array.of(0x73, 0, 0xff), 0o600);
    files.putFile("/long", "k".repeat(20_000), 0o600);
    files.putDirectory("/folder");
    const problem = await problemOf(file);
    expect(problem).toContain(message);
    expect(problem).not.toContain("sk-1");
  });

  it.each([", api_key: sk-2", ", api_key_env: WORK_KEY"])(
    "is refused beside another one (%s)",
    async (more) => {
      files.putFile("/k", "sk-1", 0o600);
      expect(await problemOf("/k", more)).toContain("Give one of the two.");
    },
  );
});
