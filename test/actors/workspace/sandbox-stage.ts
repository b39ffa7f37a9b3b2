// Sandboxes for tests: the one that nobody has set anything of, and others by their settings.
import { type Sandbox, sandboxOf } from "../../../actors/workspace/sandbox.ts";
import { type SandboxConfiguration, sandboxConfiguration } from "../../../actors/workspace/sandbox-config.ts";

export function sandbox(settings: Partial<SandboxConfiguration> = {}): Sandbox {
  return sandboxOf(sandboxConfiguration.parse(settings));
}
