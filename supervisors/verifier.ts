// The commands with which this program's user checks files here: those of the configuration, in an environment without secrets.
import { tmpdir } from "node:os";
import type { Trust } from "../actors/workspace/instructions.ts";
import { commandEnvironment } from "../actors/workspace/verify/environment.ts";
import type { VerifierOptions } from "../actors/workspace/verify/verifier.ts";
import type { ConfigurationValues } from "./config.ts";

/** @param directory the root of the files */
export function verifierOptions(
  world: VerifierOptions["world"],
  { operations }: Pick<ConfigurationValues, "operations">,
  directory: string,
  trust: Trust,
): VerifierOptions {
  return {
    ...{ world, directory, trust, configuration: operations.verify },
    environment: commandEnvironment(process.env),
    ...{ node: process.execPath, temporary: tmpdir() },
  };
}
