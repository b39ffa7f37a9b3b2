// Real nodes that own things together over a real broker: one of them is killed, and one is told to end.

import { ownerKilled, ownerTold } from "./rows/owners.ts";
import { smokeRows } from "./smoke.ts";

smokeRows(ownerKilled, ownerTold);
