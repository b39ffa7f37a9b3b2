// Real nodes over a real broker that fails, lets nobody in, or hands on nonsense.
import { smoke } from "./smoke.ts";

smoke(16, 21, 26);
