// Every row of the matrix of faults that real programs and a real broker can show.
import type { Row } from "./row.ts";
import { broker } from "./rows/broker.ts";
import { brokerSet } from "./rows/broker-set.ts";
import { deaths } from "./rows/deaths.ts";
import { divided } from "./rows/divided.ts";
import { frames } from "./rows/frames.ts";
import { load } from "./rows/load.ts";
import { owners } from "./rows/owners.ts";
import { pipelines } from "./rows/pipelines.ts";
import { runs } from "./rows/runs.ts";

export const rows: readonly Row[] = [
  ...deaths,
  ...broker,
  ...frames,
  ...load,
  ...owners,
  ...runs,
  ...pipelines,
  ...divided,
  ...brokerSet,
];
