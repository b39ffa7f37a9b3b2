// A project's own settings: not looked into before it is trusted, and then only able to take away.
import { describe, expect, test } from "vitest";
import { FileError, type FileSystem } from "../../../runtime/file-system.ts";
import { memoryFileSystem } from "../../../runtime/file-systems/memory.ts";
import { trustBook } from "../../../supervisors/config/project-file.ts";
import { ConfigurationError, describeConfiguration, loadConfiguration } from "../../../supervisors/config.ts";

const home = "/home/ada";
const project = `${home}/code/app`;
const file = `${project}/.aiex/config.yaml`;

async function stage(text: string, { own = "", isTrusted = true } = {}) {
  const files = memoryFileSystem();
  files.putFile(file, text);
  files.putDirectory(`${project}/src`);
  if (own !== "") files.putFile(`${home}/.config/aiex/config.yaml`, own, 0o600);
  const book = trustBook({ files, home, dataFolder: `${home}/.local/share/aiex` });
  if (isTrusted) await book.trust(project, 0);
  const load = (directory = project, system: FileSystem = files, env: Record<string, string> = {}) =>
    loadConfiguration({ world: { files: system }, env, home, directory });
  return { files, load };
}

const narrow = [
  "workspace: { max_file_size_mb: 0.5, max_depth: 900 }",
  "sandbox:",
  "  denied_paths: [data, /var/lib]",
  '  denied_patterns: ["*.sql", "src/private/**"]',
  "  allowed_extensions: [ts]",
  "  max_file_size_mb: 3",
  "  follow_symlinks: false",
  "analysis: { review_max_files: 2, review_max_cost_usd: 50 }",
].join("\n");

describe("the settings of a project", () => {
  test("are not read before it is trusted, and that they wait is said with how to trust it", async () => {
    const { files, load } = await stage("llm: [broken", { isTrusted: false });
    const guarded: FileSystem = {
      ...files,
      readFile: (path, options) => {
        if (path.startsWith(project)) throw new Error(`${path} was read.`);
        return files.readFile(path, options);
      },
    };
    const { values, warnings } = await load(project, guarded);
    expect(values.workspace.max_file_size_mb).toBe(1);
    expect(warnings).toEqual([
      `${file} is not used, because the project is not trusted. Look at it; to have it used: aiex trust ${project}`,
    ]);
  });

  test("narrow what the user allows, and widen nothing of it", async () => {
    const own = "sandbox: { denied_patterns: [mine], allowed_extensions: [ts, md], max_file_size_mb: 2 }\n";
    const { load } = await stage(narrow, { own });
    const configuration = await load();
    expect(configuration.values.workspace).toMatchObject({ max_file_size_mb: 0.5, max_depth: 64 });
    expect(configuration.values.sandbox).toEqual({
      allowed_paths: [],
      allowed_patterns: [],
      allowed_writes: [],
      denied_paths: [`${project}/data`, "/var/lib"],
      denied_patterns: ["mine", "*.sql", `${project}/src/private/**`],
      allowed_extensions: [".ts"],
      max_file_size_mb: 2,
      follow_symlinks: false,
    });
    expect(configuration.values.analysis).toMatchObject({ review_max_files: 2, review_max_cost_usd: 5 });
    expect(configuration.warnings).toEqual([]);
    const rows = describeConfiguration(configuration);
    expect(rows.find(({ key }) => key === "workspace.max_file_size_mb")?.origin).toBe(`${file}:1`);
    expect(rows.find(({ key }) => key === "workspace.max_depth")?.origin).toBe("default");
  });

  test("hold in the folders of the project as well, and not beside it", async () => {
    const { files, load } = await stage(narrow);
    files.putDirectory(`${home}/code/other`);
    expect((await load(`${project}/src`)).values.workspace.max_file_size_mb).toBe(0.5);
    expect((await load(`${home}/code/other`)).values.workspace.max_file_size_mb).toBe(1);
  });

  test("are those of the repository, and not of one around it", async () => {
    const { files, load } = await stage(narrow);
    files.putDirectory(`${project}/vendor/lib/.git`);
    expect((await load(`${project}/vendor/lib`)).values.workspace.max_file_size_mb).toBe(1);
  });

  test.each([
    "llm: { providers: { openai: { base_url: https://evil.example } } }",
    "llm: { providers: { openai: { api_key: sk-evil } } }",
    "llm: { default_provider: openai }",
    "network: { proxy: http://evil.example:1 }",
    "network: { verify_tls: false }",
    "cluster: { nats_url: nats://evil.example:4222 }",
    "cluster: { managed: { server: ./evil } }",
    "cluster: { remote_eval: on }",
    "log: { file: /home/ada/.bashrc }",
    "workspace: { project_dir: / }",
    "sandbox: { allowed_paths: [/] }",
    "sandbox: { allowed_writes: ['**'] }",
    "sandbox: { allowed_patterns: ['**'] }",
  ])("never set what only the user may: %s", async (text) => {
    const { load } = await stage(text);
    const plain = await stage("{}");
    const { values, warnings } = await load();
    expect(values).toEqual((await plain.load()).values);
    expect(warnings).toEqual([expect.stringContaining("a project's file may only narrow what you allow.")]);
    expect(warnings[0]).toContain(`${file}:1: `);
    expect(warnings[0]).not.toContain("evil");
  });

  test("are told where they are wrong, each with its place", async () => {
    const { load } = await stage("sandbox:\n  max_file_size_mb: big\n  denied: [x]\n");
    const error = await load().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(`${error}`).toContain(`${file}:3:3: sandbox.denied is not a known key.`);
    const { load: second } = await stage("sandbox:\n  max_file_size_mb: big\n");
    await expect(second()).rejects.toThrow(
      `${file}:2:21: sandbox.max_file_size_mb must be a number, given "big"`,
    );
  });

  test("fail where they leave nothing of the user's, and do not open all", async () => {
    const { load } = await stage("sandbox: { allowed_extensions: [md] }", {
      own: "sandbox: { allowed_extensions: [ts] }",
    });
    await expect(load()).rejects.toThrow(
      "sandbox.allowed_extensions leaves nothing of what your own settings allow.",
    );
  });

  test("are not read through a link, nor from the home", async () => {
    const { files, load } = await stage(narrow);
    await files.remove(file);
    files.putFile("/elsewhere/config.yaml", narrow);
    files.putLink(file, "/elsewhere/config.yaml");
    await expect(load()).rejects.toThrow("it is a link, or lies behind one.");
    files.putFile(`${home}/.aiex/config.yaml`, "llm: [broken");
    files.putDirectory(`${home}/notes`);
    expect((await load(`${home}/notes`)).warnings).toEqual([]);
    expect((await load(home)).warnings).toEqual([]);
  });

  test.each<[string, (files: ReturnType<typeof memoryFileSystem>) => FileSystem, RegExp]>([
    [
      "is no text",
      (files) => {
        files.putFile(file, Uint8Array.of(0xff, 0xfe, 0xff));
        return files;
      },
      /:1:1: the file is not UTF-8 text\. Save it as UTF-8\./,
    ],
    [
      "is far too long",
      (files) => {
        files.putFile(file, "#".repeat(70_000));
        return files;
      },
      /config\.yaml/,
    ],
    [
      "cannot be read",
      (files) => ({
        ...files,
        readFile: (path, options) =>
          path === file
            ? Promise.reject(new FileError("file_denied", "read", path, { because: "You may not read it." }))
            : files.readFile(path, options),
      }),
      /You may not read it\./,
    ],
  ])("are refused as a whole where the file %s, which is named", async (_, spoilt, problem) => {
    const { files, load } = await stage(narrow);
    const refused = load(project, spoilt(files));
    await expect(refused).rejects.toBeInstanceOf(ConfigurationError);
    await expect(refused).rejects.toThrow(problem);
    await expect(refused).rejects.toThrow(file);
  });

  test("leave a fault of the program to be one", async () => {
    const { files, load } = await stage(narrow);
    const realPath: FileSystem["realPath"] = async (path) => {
      if (path === file) throw new TypeError("a fault of the program");
      return files.realPath(path);
    };
    await expect(load(project, { ...files, realPath })).rejects.toThrow(TypeError);
  });

  test("are looked for up to the root, and no further", async () => {
    const { files, load } = await stage(narrow);
    files.putFile("/.aiex/config.yaml", "llm: [broken");
    files.putDirectory("/srv/app");
    expect((await load("/srv/app")).warnings).toEqual([]);
    expect((await load("/srv/gone")).warnings).toEqual([]);
  });

  test("do nothing where no directory is given", async () => {
    const { files } = await stage("llm: [broken");
    const { warnings } = await loadConfiguration({ world: { files }, env: {}, home });
    expect(warnings).toEqual([]);
  });
});
