// The settings that a command runs with.

import type { FlagSetting } from "../supervisors/config.ts";
import { showNotice } from "./failure.ts";
import type { Host, Settings } from "./host.ts";
import type { Interruption } from "./interruption.ts";

/** Loads them and shows what they warn of. Rejects with a `ConfigurationError`, and where the command is interrupted. */
export async function readSettings(
  host: Host,
  interruption: Interruption,
  flags: readonly FlagSetting[] = [],
): Promise<Settings> {
  const settings = await interruption.orInterrupted(host.settings(flags));
  for (const warning of settings.warnings) await showNotice(`Warning: ${warning}`, host);
  return settings;
}
