// Settings that come as text: environment variables and options of the command line.
import { nearest } from "../../runtime/nearest.ts";
import { type ConfigurationProblem, type Origin, type Setting, shown } from "./problem.ts";
import { configurationVariables, schemaAt } from "./schema.ts";

/** An option of a command that sets a key, such as `{ flag: "--timeout-ms", key: "llm.timeout_ms", value: "500" }`. */
export interface FlagSetting {
  readonly flag: string;
  readonly key: string;
  readonly value: string | number | boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Empty variables count as unset, as they do in a shell's `${NAME:-}`. */
export function environmentSettings(env: Environment): Setting[] {
  const settings: Setting[] = [];
  for (const [variable, key] of Object.entries(configurationVariables)) {
    const text = env[variable];
    if (text) settings.push(settingOf(key, text, { kind: "environment", variable }));
  }
  return settings;
}

export function flagSettings(flags: readonly FlagSetting[]): Setting[] {
  return flags.map(({ flag, key, value }) => {
    if (schemaAt(key.split("."))?.kind !== "value") {
      throw new TypeError(`The option ${flag} sets "${key}", which is no key of the configuration.`);
    }
    return settingOf(key, value, { kind: "flag", flag });
  });
}

/** A setting `api_key_env: NAME` stands for `api_key` with the value of the variable NAME. */
export function referencedSettings(
  settings: readonly Setting[],
  env: Environment,
): { settings: Setting[]; problems: ConfigurationProblem[]; warnings: string[] } {
  const found: Setting[] = [];
  const problems: ConfigurationProblem[] = [];
  const warnings: string[] = [];
  for (const { path, value, origin } of settings) {
    if (path.at(-1) !== "api_key_env" || typeof value !== "string") continue;
    const target = [...path.slice(0, -1), "api_key"];
    const key = target.join(".");
    if (settings.some((other) => other.origin.kind === "file" && other.path.join(".") === key)) {
      problems.push({ key: path.join("."), origin, message: "stands beside api_key. Give one of the two." });
    } else if (env[value]) {
      found.push({ path: target, value: env[value], origin: { kind: "environment", variable: value } });
    } else {
      warnings.push(`${path.join(".")} names the environment variable ${shown(value)}, which is not set.`);
    }
  }
  return { settings: found, problems, warnings };
}

/** Names that begin as ours do and are a slip away from one of ours. */
export function misspelledVariables(env: Environment): string[] {
  const warnings: string[] = [];
  for (const name of Object.keys(env)) {
    if (!name.startsWith("AIEX_") || Object.hasOwn(configurationVariables, name)) continue;
    const meant = nearest(name, Object.keys(configurationVariables));
    if (meant !== undefined)
      warnings.push(`The environment variable ${shown(name)} is not used. Did you mean ${meant}?`);
  }
  return warnings;
}

function settingOf(key: string, value: string | number | boolean, origin: Origin): Setting {
  const path = key.split(".");
  const node = schemaAt(path);
  const type = node?.kind === "value" ? node.type : "text";
  return { path, value: typeof value === "string" ? converted(value.trim(), type) : value, origin };
}

/** Text that is no number stays text, so that validation says what was given. */
function converted(text: string, type: "number" | "text" | "list"): string | number | readonly string[] {
  if (type === "list")
    return text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  if (type === "number" && /^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}
