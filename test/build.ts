// Builds dist/ once before any test: the command and the parser run as real programs, from what users get.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export default function setup(): void {
  execFileSync("npm", ["run", "build", "--silent"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: "inherit",
    // Only a shell finds npm on Windows, where it is a batch file.
    shell: process.platform === "win32",
  });
}
