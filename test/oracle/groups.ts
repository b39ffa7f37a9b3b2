// All scenarios, by the group whose fixture holds what Erlang saw.
import type { Scenario } from "./language.ts";
import { admin, simpleOneForOne } from "./scenarios/admin.ts";
import { applications } from "./scenarios/applications.ts";
import { exits } from "./scenarios/exits.ts";
import { intensity } from "./scenarios/intensity.ts";
import { links } from "./scenarios/links.ts";
import { machineTimeouts } from "./scenarios/machine-timeouts.ts";
import { machines } from "./scenarios/machines.ts";
import { managers } from "./scenarios/managers.ts";
import { messages } from "./scenarios/messages.ts";
import { monitors } from "./scenarios/monitors.ts";
import { processGroups } from "./scenarios/process-groups.ts";
import { serverCalls } from "./scenarios/server-calls.ts";
import { serverEnds } from "./scenarios/server-ends.ts";
import { serverStarts } from "./scenarios/server-starts.ts";
import { serverWaits } from "./scenarios/server-waits.ts";
import { shutdown } from "./scenarios/shutdown.ts";
import { supervisors } from "./scenarios/supervisors.ts";

export const groups: Readonly<Record<string, readonly Scenario[]>> = {
  exits,
  links,
  monitors,
  messages,
  "server-starts": serverStarts,
  "server-calls": serverCalls,
  "server-ends": serverEnds,
  "server-waits": serverWaits,
  machines,
  "machine-timeouts": machineTimeouts,
  managers,
  supervisors,
  intensity,
  shutdown,
  "process-groups": processGroups,
  admin,
  applications,
  "simple-one-for-one": simpleOneForOne,
};
