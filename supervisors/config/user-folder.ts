// Where a user keeps what is theirs: the configuration, and rules of their own.
import { isAbsolute, join } from "node:path";

/** `$XDG_CONFIG_HOME/aiex` or `~/.config/aiex`, which need not exist. */
export function userFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const xdg = env.XDG_CONFIG_HOME;
  // The XDG specification has relative paths ignored.
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, ".config"), "aiex");
}
