// Where the nodes of this machine are found by its user's commands: a folder for sockets that lasts as long as the login.
import { tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";

/** `$XDG_RUNTIME_DIR/aiex`, or `<temporary folder>/aiex-<user>`, which need not exist. */
export function runtimeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const xdg = env.XDG_RUNTIME_DIR;
  // The XDG specification has relative paths ignored.
  if (xdg && isAbsolute(xdg)) return join(xdg, "aiex");
  const { uid, username } = userInfo();
  // Windows has no numbers of users.
  return join(tmpdir(), `aiex-${uid < 0 ? username : uid}`);
}
