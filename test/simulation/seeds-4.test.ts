// Part 4 of the seeds that every run of the tests plays.
import { testPart } from "../seeds/parts.ts";
import { nodeRoom } from "./room.ts";

testPart(nodeRoom, "Processes", 4);
