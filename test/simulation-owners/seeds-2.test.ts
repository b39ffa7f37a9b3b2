// Part 2 of the seeds that every run of the tests plays.
import { testPart } from "../seeds/parts.ts";
import { ownersRoom } from "./room.ts";

testPart(ownersRoom, "Owners", 2);
