// Part 1 of the seeds that every run of the tests plays.
import { testPart } from "../seeds/parts.ts";
import { runsRoom } from "./room.ts";

testPart(runsRoom, "Runs", 1);
