#!/usr/bin/env node
// The `aiex` command. Help, version and completion are answered at once; only the rest loads the rest.
import { answer } from "./front.ts";
import { liveAnswer } from "./live-answer.ts";
import { endWhereBroken } from "./output.ts";

const words = process.argv.slice(2);
const text = (await answer(words)) ?? (await liveAnswer(words));
endWhereBroken(process.stdout);
if (text === undefined) {
  const { runOnMachine } = await import("./machine.ts");
  await runOnMachine(words);
} else {
  process.stdout.write(text);
}
