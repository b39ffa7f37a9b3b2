// A table by number for what comes and goes all the time: processes, calls, monitors, timers.
//
// A Map would do the same and cost more than everything else here. When a Map makes room it leaves its old table behind, which
// points to the new one; once one of them has grown old, every later one is kept until the next full collection, with all
// that it ever held.

/** No number of ours: they count from 1. */
const free = 0;

const firstCapacity = 8;

/** Open addressing with linear probing; what is taken out leaves no mark (Knuth, TAOCP 3, 6.4, algorithm R). */
export class NumberTable<T> {
  #numbers: number[] = [];
  #values: (T | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(number: number): T | undefined {
    const numbers = this.#numbers;
    const mask = numbers.length - 1;
    if (mask < 0) return undefined;
    for (let index = home(number, mask); ; index = (index + 1) & mask) {
      const there = numbers[index];
      if (there === number) return this.#values[index];
      if (there === free) return undefined;
    }
  }

  has(number: number): boolean {
    return this.get(number) !== undefined;
  }

  set(number: number, value: T): void {
    // A quarter stays free, so that a search finds its end soon.
    if (4 * (this.#size + 1) > 3 * this.#numbers.length) this.#resize(this.#numbers.length * 2);
    if (this.#put(number, value)) this.#size += 1;
  }

  delete(number: number): boolean {
    const numbers = this.#numbers;
    const mask = numbers.length - 1;
    if (mask < 0 || number === free) return false;
    let hole = home(number, mask);
    while (numbers[hole] !== number) {
      if (numbers[hole] === free) return false;
      hole = (hole + 1) & mask;
    }
    this.#close(hole);
    this.#size -= 1;
    // Half of it would do four times over: the memory of a crowd that has gone is given back.
    if (this.#size * 8 < numbers.length && numbers.length > firstCapacity) this.#resize(numbers.length / 2);
    return true;
  }

  /** In the order of their numbers, which is the order in which they were made. */
  values(): T[] {
    const entries: { readonly number: number; readonly value: T }[] = [];
    for (const [index, number] of this.#numbers.entries()) {
      if (number !== free) entries.push({ number, value: this.#values[index] as T });
    }
    return entries.sort((left, right) => left.number - right.number).map(({ value }) => value);
  }

  /** True where the number is new. */
  #put(number: number, value: T): boolean {
    const numbers = this.#numbers;
    const mask = numbers.length - 1;
    let index = home(number, mask);
    while (numbers[index] !== free && numbers[index] !== number) index = (index + 1) & mask;
    const isNew = numbers[index] === free;
    numbers[index] = number;
    this.#values[index] = value;
    return isNew;
  }

  /** Moves those behind a hole up that would not be found across it. */
  #close(first: number): void {
    const numbers = this.#numbers;
    const mask = numbers.length - 1;
    let hole = first;
    for (let index = (hole + 1) & mask; numbers[index] !== free; index = (index + 1) & mask) {
      const distance = (index - home(numbers[index] as number, mask)) & mask;
      if (distance < ((index - hole) & mask)) continue;
      numbers[hole] = numbers[index] as number;
      this.#values[hole] = this.#values[index];
      hole = index;
    }
    numbers[hole] = free;
    this.#values[hole] = undefined;
  }

  #resize(capacity: number): void {
    const numbers = this.#numbers;
    const values = this.#values;
    const size = Math.max(firstCapacity, capacity);
    this.#numbers = new Array<number>(size).fill(free);
    this.#values = new Array<T | undefined>(size).fill(undefined);
    for (const [index, number] of numbers.entries()) {
      if (number !== free) this.#put(number, values[index] as T);
    }
  }
}

/** Fibonacci hashing: numbers in a row, which ours are, end up far from one another. */
function home(number: number, mask: number): number {
  const hash = Math.imul(number, 0x9e37_79b1);
  return (hash ^ (hash >>> 15)) & mask;
}
