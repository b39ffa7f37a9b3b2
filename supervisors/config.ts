// The configuration: defaults, the user's file, environment variables and options of the command, in this order.
import type { World } from "../runtime/world.ts";
import { findCacheDirectory } from "./config/cache-directory.ts";
import { dataFolder } from "./config/data-folder.ts";
import { type ConfigurationRow, describeValues } from "./config/description.ts";
import { withHome } from "./config/home-paths.ts";
import { keyFileSettings } from "./config/key-files.ts";
import { networkWarnings } from "./config/network-part.ts";
import { ConfigurationError, type ConfigurationProblem, type Origin } from "./config/problem.ts";
import { runtimeFolder } from "./config/runtime-folder.ts";
import type { ConfigurationValues } from "./config/schema.ts";
import {
  environmentSettings,
  type FlagSetting,
  flagSettings,
  misspelledVariables,
  referencedSettings,
} from "./config/text-settings.ts";
import { readUserFile } from "./config/user-file.ts";
import { userFolder } from "./config/user-folder.ts";
import { readUserRules, type UserRules } from "./config/user-rules.ts";
import { validate } from "./config/validation.ts";

export type { ConfigurationRow } from "./config/description.ts";
export { ConfigurationError, type Origin } from "./config/problem.ts";
export type { ConfigurationValues } from "./config/schema.ts";
export type { FlagSetting } from "./config/text-settings.ts";
export { readUserRuleCases, type UserRules } from "./config/user-rules.ts";

export interface ConfigurationSources {
  readonly world: Pick<World, "files">;
  /** The process's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory, absolute. */
  readonly home: string;
  /** Options that were given, the last of two for one key wins. Default: none. */
  readonly flags?: readonly FlagSetting[];
}

export interface Configuration {
  readonly values: ConfigurationValues;
  /** Where each key that somebody set was set. The others have their defaults. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** The user's file; undefined where there is none. */
  readonly file: string | undefined;
  /** The user's own rules. */
  readonly userRules: UserRules;
  /** Where what can be made again may be kept; undefined where there is no home for it. */
  readonly cacheDirectory: string | undefined;
  /** Where the user keeps what is theirs, where nodes keep what lasts, and where their sockets are. None need exist. */
  readonly folders: { readonly user: string; readonly data: string; readonly runtime: string };
  /** Sentences for stderr, safe to print. */
  readonly warnings: readonly string[];
}

/** Reads every layer and checks the whole. Fails with a `ConfigurationError` that holds every problem. */
export async function loadConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const { world, env, home, flags = [] } = sources;
  const file = await readUserFile(world.files, env, home);
  const references = referencedSettings(file.settings, env);
  const keys = await keyFileSettings(file.settings, world.files, home);
  // What has a fault of its own in the file is checked no further, so that one slip is not told twice.
  const problems: ConfigurationProblem[] = [...file.problems, ...references.problems, ...keys.problems];
  const folders = { user: userFolder(env, home), data: dataFolder(env, home), runtime: runtimeFolder(env) };
  const { folder, rules, ...rulesRead } = await readUserRules(world.files, folders.user);
  problems.push(...rulesRead.problems);
  const written = [...file.settings, ...references.settings, ...keys.settings];
  const settings = [...written, ...environmentSettings(env), ...flagSettings(flags)];
  const checked = validate(withHome(settings, home));
  if (!checked.ok) problems.push(...checked.problems);
  if (problems.length > 0 || !checked.ok) throw new ConfigurationError(problems);
  const warnings = [
    ...file.warnings,
    ...rulesRead.warnings,
    ...references.warnings,
    ...keys.warnings,
    ...misspelledVariables(env),
    ...networkWarnings(checked.values.network),
  ];
  const cacheDirectory = await findCacheDirectory(world.files, env, home);
  const { values, origins } = checked;
  const userRules = { folder, rules };
  return { values, origins, file: file.path, userRules, cacheDirectory, folders, warnings };
}

/** Every key with its value, secrets masked, and its origin. */
export function describeConfiguration(configuration: Configuration): ConfigurationRow[] {
  return describeValues(configuration.values, configuration.origins);
}
