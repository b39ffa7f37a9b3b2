// Accounts of a program that has no place to keep them: they end with it.
import { type Accounts, type Addition, type Nano, summed, type Use } from "./account.ts";

export class MemoryAccounts implements Accounts {
  readonly #sums = new Map<string, Nano>();
  readonly #uses = new Map<string, readonly Use[]>();

  async add({ account, nano, most }: Addition): Promise<boolean> {
    const next = (this.#sums.get(account) ?? 0) + nano;
    if (next > most) return false;
    this.#sums.set(account, next);
    return true;
  }

  async sum(account: string): Promise<Nano> {
    return this.#sums.get(account) ?? 0;
  }

  async note(day: string, uses: readonly Use[]): Promise<void> {
    this.#uses.set(day, summed([...(this.#uses.get(day) ?? []), ...uses]));
  }

  async uses(day: string): Promise<readonly Use[]> {
    return this.#uses.get(day) ?? [];
  }
}
