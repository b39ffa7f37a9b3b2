// What one process sends to another arrives and is handled in that order, without gaps, and before the news of its end.
import type { Checker, Entry, Violation } from "../ledger.ts";
import { type Life, livesAt, livesOf, quietPlaces } from "./lives.ts";

type Delivered = Extract<Entry, { readonly type: "delivered"; readonly item: "message" }>;

export const order: Checker = (entries) => {
  const lives = livesOf(entries);
  const found: Violation[] = [];
  const add = (index: number, problem: string): void => void found.push({ check: "order", problem, index });
  const [quiet = entries.length] = quietPlaces(entries);
  const prompt = new Set<number>();
  /** By sender and receiver: what has come and was not handled yet. */
  const waiting = new Map<string, number[]>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "monitored" && entry.isPriority) prompt.add(entry.ref);
    if (entry.type === "delivered" && entry.item === "message") arrive(entry, index);
    if (entry.type === "handled" && entry.item === "message")
      handle(entry.by, `${entry.from} ${entry.by}`, entry.number, index);
    if (entry.type === "handled" && entry.item === "down" && !prompt.has(entry.ref)) {
      const [first] = isLossy(entry.by) ? [] : (waiting.get(`${entry.of} ${entry.by}`) ?? []);
      if (first !== undefined)
        add(index, `${entry.by} is told of the end of ${entry.of} before message ${first} of it`);
    }
    if (index !== quiet) continue;
    for (const [pair, numbers] of waiting) {
      const receiver = lives.get(Number(pair.split(" ")[1]));
      if (numbers.length === 0 || receiver === undefined || isLossy(receiver.pid)) continue;
      if (livesAt(receiver, index) && !receiver.isDefiant && isReady(receiver))
        add(index, `${receiver.pid} has never handled message ${numbers[0]} of ${pair.split(" ")[0]}`);
    }
  }
  return found;

  function arrive({ from, to, number }: Delivered, index: number): void {
    const pair = `${from} ${to}`;
    const numbers = waiting.get(pair) ?? [];
    waiting.set(pair, numbers);
    if ((numbers.at(-1) ?? 0) >= number)
      add(index, `message ${number} of ${from} comes to ${to} out of order`);
    numbers.push(number);
  }

  function handle(by: number, pair: string, number: number, index: number): void {
    const numbers = waiting.get(pair) ?? [];
    const place = numbers.indexOf(number);
    if (place < 0) add(index, `${by} handles message ${number} (${pair}), which never came or came before`);
    if (place > 0 && !isLossy(by))
      add(index, `${by} handles message ${number} (${pair}) before ${numbers[0]}`);
    numbers.splice(0, place + 1);
  }

  function isLossy(pid: number): boolean {
    return lives.get(pid)?.birth.isBounded === true;
  }
};

function isReady({ readyAt }: Life): boolean {
  return readyAt !== undefined;
}
