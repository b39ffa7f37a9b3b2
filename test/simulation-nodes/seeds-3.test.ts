// Part 3 of the seeds that every run of the tests plays.
import { testPart } from "./seeds.ts";

testPart(3);
