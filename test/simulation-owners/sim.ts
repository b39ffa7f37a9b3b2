// `npm run sim:owners`: plays many seeds of several nodes that own things together.
import { playSeeds } from "../seeds/play-seeds.ts";
import { ownersRoom } from "./room.ts";

// From the compiled program in test/simulation-owners/.build/test/simulation-owners.
process.exitCode = await playSeeds(ownersRoom, new URL("../../../seeds.json", import.meta.url));
