// Before any test: builds dist/ once, since command and parser run as real programs, from what users get; and sees to a nats-server.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { serverProgram } from "./nats/server-program.ts";

export default async function setup(): Promise<void> {
  execFileSync("npm", ["run", "build", "--silent"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: "inherit",
    // Only a shell finds npm on Windows, where it is a batch file.
    shell: process.platform === "win32",
  });
  try {
    // Once for all: an install takes longer than a test may.
    process.env.AIEX_NATS_SERVER = (await serverProgram()).path;
    process.env.AIEX_NATS_SERVER_TOLD = "1";
  } catch (error) {
    // Those that need one say so each; the others do not.
    process.stderr.write(`${(error as Error).message}\n`);
  }
}
