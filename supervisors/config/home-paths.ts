// Entries of the sandbox that begin at the user's home: `~/x` as a shell would read it.
import { join } from "node:path";
import type { Setting, SettingValue } from "./problem.ts";

/** The settings, with the home in place of `~` in the paths and patterns of the sandbox. */
export function withHome(settings: readonly Setting[], home: string): readonly Setting[] {
  return settings.map((setting) => {
    const { path, value } = setting;
    return path[0] === "sandbox" && Array.isArray(value)
      ? { ...setting, value: value.map((entry: SettingValue) => atHome(entry, home)) as SettingValue }
      : setting;
  });
}

function atHome(entry: SettingValue, home: string): SettingValue {
  if (entry === "~") return home;
  return typeof entry === "string" && entry.startsWith("~/") ? join(home, entry.slice(2)) : entry;
}
