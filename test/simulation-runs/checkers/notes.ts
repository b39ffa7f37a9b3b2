// What a step has noted, it finds again, in every later attempt and on every node. An owner of an earlier epoch cannot know of it.
import type { Checker, Violation } from "../ledger.ts";

export const notes: Checker = (entries) => {
  const found: Violation[] = [];
  const noted = new Map<string, { readonly value: unknown; readonly epoch: number }>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "noted" && entry.type !== "recalled") continue;
    const { run, step, key, value, epoch } = entry;
    const name = `${key} of ${step} of ${run}`;
    const known = noted.get(name);
    if (entry.type === "noted") noted.set(name, { value, epoch });
    else if (known !== undefined && known.epoch <= epoch && value !== known.value)
      found.push({ check: "notes", problem: `${name} is ${value}, and was noted as ${known.value}`, index });
  }
  return found;
};
