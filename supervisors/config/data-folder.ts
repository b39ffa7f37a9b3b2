// Where what lasts is kept: what a node's own broker stores.
import { isAbsolute, join } from "node:path";

/** `$XDG_DATA_HOME/aiex` or `~/.local/share/aiex`, which need not exist. */
export function dataFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const xdg = env.XDG_DATA_HOME;
  // The XDG specification has relative paths ignored.
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, ".local", "share"), "aiex");
}
