// `npm run sim:nodes`: plays many seeds of several nodes.
import { playSeeds } from "../seeds/play-seeds.ts";
import { nodesRoom } from "./room.ts";

// From the compiled program in test/simulation-nodes/.build/test/simulation-nodes.
process.exitCode = await playSeeds(nodesRoom, new URL("../../../seeds.json", import.meta.url));
