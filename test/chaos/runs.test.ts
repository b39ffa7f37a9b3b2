// Runs of real nodes over a real broker: their owners are killed wherever they stand, and one is told to end.
import { runOwnersKilled, runOwnersTold } from "./rows/runs.ts";
import { smokeRows } from "./smoke.ts";

smokeRows(runOwnersKilled, runOwnersTold);
