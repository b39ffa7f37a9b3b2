// What of the product the benchmarks of pipelines need, and no entry of the package exports.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../../../dist/", import.meta.url));
export const command = join(dist, "command/cli/main.js");

export interface RunEntry {
  readonly type: string;
  /** By the wall clock, in milliseconds. */
  readonly at: number;
  readonly node: string;
}

export interface Runs {
  submit(order: object, on?: string): Promise<string>;
  follow(id: string, options?: object): Promise<{ readonly summary: { readonly phase: string } }>;
  list(): Promise<readonly { readonly id: string }[]>;
  show(id: string): Promise<{
    readonly entries: readonly RunEntry[];
    readonly state: { readonly spec?: { readonly parent?: { readonly root: string } } };
  }>;
  close?(): Promise<void>;
}

export async function load<Module>(path: string): Promise<Module> {
  return (await import(join(dist, path))) as unknown as Module;
}

/** A home of a user whose default provider is that model. @param key says who asks */
export function homeAt(home: string, url: string, key: string, more: object = {}): string {
  const folder = join(home, ".config", "aiex");
  mkdirSync(folder, { recursive: true });
  const model = { kind: "openai", base_url: url, api_key: key, model: "m" };
  const settings = { llm: { default_provider: "model", providers: { model } }, ...more };
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(settings), { mode: 0o600 });
  return home;
}

export function projectAt(project: string, files: number): string {
  mkdirSync(project, { recursive: true });
  for (let file = 1; file <= files; file += 1)
    writeFileSync(join(project, `low${file}.py`), `def low${file}(xs):\n    return sorted(xs)[0]\n`);
  return project;
}
