// One command line that runs, with what it may touch: what every command is given.
import type { Host } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import type { ParsedCommand } from "./parse.ts";

export interface Asking {
  readonly parsed: ParsedCommand;
  readonly host: Host;
  readonly interruption: Interruption;
}
