// The path of a nats-server that can be managed: the one that the tests run against, or where that is too old, the packaged one.
import { installed, serverProgram } from "../../nats/server-program.ts";

export async function recentServer(): Promise<string> {
  const { path, version } = await serverProgram();
  return /^2\.\d\./.test(version) ? installed() : path;
}
