// A step of the build, run as a program after the compiler: checks every rule file and writes the list that the parser program reads.
import { writeCompiledRules } from "./compiled-rules.ts";
import { readRuleFiles } from "./rule-files.ts";

writeCompiledRules(readRuleFiles());
