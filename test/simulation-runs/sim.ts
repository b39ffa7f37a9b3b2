// `npm run sim:runs`: plays many seeds of several nodes that carry runs.
import { playSeeds } from "../seeds/play-seeds.ts";
import { runsRoom } from "./room.ts";

// From the compiled program in test/simulation-runs/.build/test/simulation-runs.
process.exitCode = await playSeeds(runsRoom, new URL("../../../seeds.json", import.meta.url));
