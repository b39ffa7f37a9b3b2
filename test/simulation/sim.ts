// `npm run sim:node`: plays many seeds of one node.
import { playSeeds } from "../seeds/play-seeds.ts";
import { nodeRoom } from "./room.ts";

// From the compiled program in test/simulation/.build/test/simulation.
process.exitCode = await playSeeds(nodeRoom, new URL("../../../seeds.json", import.meta.url));
