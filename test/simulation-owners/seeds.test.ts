// The seeds that every run of the tests plays.
import { testSeeds } from "../seeds/all.ts";

testSeeds("simulation-owners", "Owners");
