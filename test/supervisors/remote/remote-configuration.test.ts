import { describe, expect, it } from "vitest";
import { simulatedWorld } from "../../../runtime/index.ts";
// Loaded before: nothing is loaded in simulated time.
import "../../../actors/analysis/user-rule.ts";
import "../../../supervisors/config/yaml-settings.ts";
import { ConfigurationError, loadConfiguration } from "../../../supervisors/config.ts";
import { loadRemoteConfiguration } from "../../../supervisors/remote/remote-configuration.ts";

const home = "/home/ada";
const folder = `${home}/.config/aiex`;

/** What is read where `files` lie in the user's folder. */
async function loaded(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const world = simulatedWorld();
  const read = async () => {
    await world.files.makeDirectory(`${folder}/rules`, { mode: 0o700 });
    if (!("rules/a.yaml" in files)) await world.files.remove(`${folder}/rules`, { recursive: true });
    for (const [name, text] of Object.entries(files))
      await world.files.writeFile(`${folder}/${name}`, new TextEncoder().encode(text), { mode: 0o600 });
    const sources = { world, env: { XDG_RUNTIME_DIR: "/run/user/1", ...env }, home };
    return { light: await loadRemoteConfiguration(sources), whole: await loadConfiguration(sources) };
  };
  return world.until(read());
}

describe("loadRemoteConfiguration()", () => {
  it.each<readonly [string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
    ["nothing is configured", {}, {}],
    ["a variable is empty", {}, { AIEX_NATS_URL: "" }],
    ["a variable is set", {}, { AIEX_NATS_URL: "nats://there:4222" }],
    ["a variable is misspelled", {}, { AIEX_NATS_URI: "nats://there:4222" }],
    ["a file is there", { "config.yml": "cluster:\n  name: prod\n  credentials_file: /c.json\n" }, {}],
    ["the file is named by a variable", {}, { AIEX_CONFIG: `${folder}/other.yaml` }],
  ])("says the same as the whole configuration where %s", async (_, files, env) => {
    const { light, whole } = await loaded({ ...files, "other.yaml": "cluster:\n  name: other\n" }, env);
    const { enabled, name, nats_url, credentials_file, tls_ca_file } = whole.values.cluster;
    expect(light.values.cluster).toMatchObject(
      defined({ enabled, name, nats_url, credentials_file, tls_ca_file }),
    );
    expect(light.folders).toMatchObject({ user: whole.folders.user, runtime: whole.folders.runtime });
    expect(light.warnings).toEqual(whole.warnings);
    expect(light.origins.has("cluster.name")).toBe(whole.origins.has("cluster.name"));
  });

  it.each([
    [{ "config.yaml": "clutser: {}" }, {}],
    [{ "rules/a.yaml": "id: 3" }, {}],
    [{}, { AIEX_NATS_URL: "http://x" }],
  ])("refuses what the whole configuration refuses: %j %j", async (files, env) => {
    await expect(
      loaded(files as Readonly<Record<string, string>>, env as Readonly<Record<string, string>>),
    ).rejects.toBeInstanceOf(ConfigurationError);
  });
});

function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
