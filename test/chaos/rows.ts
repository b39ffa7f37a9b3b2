// Every row of the matrix of faults that real programs and a real broker can show.
import type { Row } from "./row.ts";
import { broker } from "./rows/broker.ts";
import { deaths } from "./rows/deaths.ts";
import { frames } from "./rows/frames.ts";
import { load } from "./rows/load.ts";

export const rows: readonly Row[] = [...deaths, ...broker, ...frames, ...load];
