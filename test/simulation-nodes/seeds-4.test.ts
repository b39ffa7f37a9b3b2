// Part 4 of the seeds that every run of the tests plays.
import { testPart } from "../seeds/parts.ts";
import { nodesRoom } from "./room.ts";

testPart(nodesRoom, "Nodes", 4);
