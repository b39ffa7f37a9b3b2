// Peers that nothing else needs: packages in a folder of their own, installed when a benchmark first wants them.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AbsentPeer } from "../measure.ts";

/** For `createRequire`, and with its slash for URLs. */
export const peersFolder = new URL("../../peers/", import.meta.url);

const installMsMax = 300_000;

let hasTried = false;

/**
 * Has npm install what the folder's lockfile names, where that is not done.
 * @throws {AbsentPeer} it does not work, or AIEX_BENCH_INSTALL forbids it
 */
export function installPeer(name: string): void {
  const advice = "not installed (npm ci --prefix bench/peers)";
  if (peerVersion(name) !== undefined) return;
  if (hasTried || process.env.AIEX_BENCH_INSTALL === "never") throw new AbsentPeer(advice);
  hasTried = true;
  const cwd = fileURLToPath(peersFolder);
  console.error(
    `npm installs the peers of the benchmarks into ${cwd}. AIEX_BENCH_INSTALL=never forbids that.`,
  );
  const given = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  spawnSync("npm", given, { cwd, stdio: ["ignore", "ignore", "inherit"], timeout: installMsMax });
  if (peerVersion(name) === undefined) throw new AbsentPeer(advice);
}

/** The version that is installed; undefined where it is not. */
export function peerVersion(name: string): string | undefined {
  try {
    const manifest = readFileSync(new URL(`node_modules/${name}/package.json`, peersFolder), "utf8");
    return (JSON.parse(manifest) as { readonly version: string }).version;
  } catch {
    return undefined;
  }
}
