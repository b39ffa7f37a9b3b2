// Builds dist/ once before any test: the command and the parser run as real programs, from what users get.
import { execFileSync } from "node:child_process";

export default function setup(): void {
  execFileSync("npm", ["run", "build", "--silent"], { stdio: "inherit" });
}
