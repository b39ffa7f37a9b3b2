// The configuration: defaults, the user's file, environment variables and options of the command, in this order, narrowed by a trusted project.
import type { TrustBook } from "../actors/workspace/trust.ts";
import type { World } from "../runtime/world.ts";
import { findCacheDirectory } from "./config/cache-directory.ts";
import { dataFolder } from "./config/data-folder.ts";
import { type ConfigurationRow, describeValues } from "./config/description.ts";
import { withHome } from "./config/home-paths.ts";
import { keyFileSettings } from "./config/key-files.ts";
import { mayNarrow, narrowed } from "./config/narrowing.ts";
import { networkWarnings } from "./config/network-part.ts";
import {
  ConfigurationError,
  type ConfigurationProblem,
  type Origin,
  type Setting,
} from "./config/problem.ts";
import { readProjectFile, trustBook } from "./config/project-file.ts";
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
import { type Validated, validate } from "./config/validation.ts";

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
  /**
   * Where the program works, unless workspace.project_dir says otherwise: the file of this project narrows the rest where the
   * project is trusted. Default: no project's file is looked at.
   */
  readonly directory?: string;
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
  /** The user's home, where they keep what is theirs, where nodes keep what lasts, and where their sockets are. None need exist. */
  readonly folders: {
    readonly home: string;
    readonly user: string;
    readonly data: string;
    readonly runtime: string;
  };
  /** Which projects the user trusts. */
  readonly trust: TrustBook;
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
  const user = userFolder(env, home);
  const folders = { home, user, data: dataFolder(env, home), runtime: runtimeFolder(env) };
  const { folder, rules, ...rulesRead } = await readUserRules(world.files, folders.user);
  problems.push(...rulesRead.problems);
  const written = [...file.settings, ...references.settings, ...keys.settings];
  const settings = withHome([...written, ...environmentSettings(env), ...flagSettings(flags)], home);
  const users = validate(settings);
  const project = users.ok ? await withProject(sources, folders.data, settings, users) : undefined;
  const checked = project?.checked ?? users;
  problems.push(...(project?.problems ?? []));
  if (!checked.ok) problems.push(...checked.problems);
  if (problems.length > 0 || !checked.ok) throw new ConfigurationError(problems);
  const warnings = [
    ...file.warnings,
    ...rulesRead.warnings,
    ...references.warnings,
    ...keys.warnings,
    ...(project?.warnings ?? []),
    ...misspelledVariables(env),
    ...networkWarnings(checked.values.network),
  ];
  const cacheDirectory = await findCacheDirectory(world.files, env, home);
  const { values, origins } = checked;
  const userRules = { folder, rules };
  const trust = trustBook({ files: world.files, dataFolder: folders.data, home });
  return { values, origins, file: file.path, userRules, cacheDirectory, folders, trust, warnings };
}

interface WithProject {
  readonly checked: Validated;
  readonly problems: readonly ConfigurationProblem[];
  readonly warnings: readonly string[];
}

/** The user's settings, narrowed by the file of a trusted project; undefined where there is none. */
async function withProject(
  { world: { files }, home, directory: given }: ConfigurationSources,
  dataFolder: string,
  settings: readonly Setting[],
  users: Validated & { readonly ok: true },
): Promise<WithProject | undefined> {
  const directory = given === undefined ? undefined : (users.values.workspace.project_dir ?? given);
  const file =
    directory === undefined ? undefined : await readProjectFile({ files, directory, home, dataFolder });
  if (file === undefined) return undefined;
  const own = validate(file.settings.filter(mayNarrow));
  const problems = [...file.problems, ...(own.ok ? [] : own.problems)];
  if (!own.ok || problems.length > 0) return { checked: users, problems, warnings: file.warnings };
  const narrower = narrowed(file.settings, file.root, { users: users.values, projects: own.values });
  const checked = validate([...settings, ...narrower.settings]);
  return { checked, problems: narrower.problems, warnings: [...file.warnings, ...narrower.warnings] };
}

/** Every key with its value, secrets masked, and its origin. */
export function describeConfiguration(configuration: Configuration): ConfigurationRow[] {
  return describeValues(configuration.values, configuration.origins);
}
