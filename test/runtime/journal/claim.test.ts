// Claiming a log for an owner who may cease to be one while nobody says what became of the claim.
import { describe, expect, it } from "vitest";
import { claimLog } from "../../../runtime/journal/claim.ts";
import { ClaimLost } from "../../../runtime/journal/failures.ts";
import type { Append, Appended, Page } from "../../../runtime/journal/journal.ts";
import { MemoryJournal } from "../../../runtime/journal/journals/memory.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";

const log = "child/one";

/** Takes every append, and says of the first ones that nobody knows. */
class SilentJournal extends MemoryJournal {
  asked: Append[] = [];
  #silent: number;

  constructor(silent: number) {
    super();
    this.#silent = silent;
  }

  override async append(name: string, append: Append): Promise<Appended> {
    this.asked.push(append);
    this.#silent -= 1;
    return this.#silent >= 0 ? { kind: "unknown", why: "nobody answers" } : super.append(name, append);
  }
}

/** Reads what was there before the last record came, as a broker does that does not know yet that it leads no more. */
class LaggingJournal extends MemoryJournal {
  override async read(name: string, after: number): Promise<Page> {
    const page = await super.read(name, after);
    return { ...page, records: page.records.slice(0, -1) };
  }
}

/** Takes the first append, and an event behind it, and says that nobody knows what became of it. */
class OvertakenJournal extends MemoryJournal {
  #isAnswering = false;

  override async append(name: string, append: Append): Promise<Appended> {
    const appended = await super.append(name, append);
    if (this.#isAnswering) return appended;
    this.#isAnswering = true;
    await super.append(name, { kind: "event", epoch: 1, id: "e", payload: Uint8Array.of(1), expected: 1 });
    return { kind: "unknown", why: "nobody answers" };
  }
}

describe("claimLog()", () => {
  it("takes nothing for all that was acknowledged that is older than the claim", async () => {
    const journal = new LaggingJournal();
    await claimLog(journal, log, { owner: "one", id: "c" });
    await expect(claimLog(journal, log, { owner: "two", id: "d" })).rejects.toThrow(StoreUnavailable);
  });

  it("reads nothing where it is the first of its log, and all where it only finds out that it was made", async () => {
    const journal = new LaggingJournal();
    const claim = { owner: "one", id: "c" };
    expect(await claimLog(journal, log, claim)).toEqual({
      ...{ epoch: 1, end: { position: 1, epoch: 1 }, snapshot: undefined, events: [] },
    });
    const { events } = await claimLog(new OvertakenJournal(), log, claim);
    expect(events.map(({ id }) => id)).toEqual(["e"]);
  });

  it("asks before each attempt whether it is to go on, and tries no more where it is not", async () => {
    const journal = new SilentJournal(3);
    let asked = 0;
    const goesOn = (): boolean => {
      asked += 1;
      return asked <= 2;
    };
    const failure = await claimLog(journal, log, { owner: "one", id: "c", goesOn }).catch((error) => error);
    expect(failure).toBeInstanceOf(ClaimLost);
    expect(failure).toMatchObject({ retryable: true, details: { log, attempts: 2 } });
    expect(failure.message).toContain("may not own it any more");
    expect([asked, journal.asked.length]).toEqual([3, 2]);
  });

  it("writes nothing where it is not to go on at all", async () => {
    const journal = new SilentJournal(0);
    const claiming = claimLog(journal, log, { owner: "one", id: "c", goesOn: () => false });
    await expect(claiming).rejects.toThrow(ClaimLost);
    expect(await journal.end(log)).toEqual({ position: 0, epoch: 0 });
  });

  it("finds out by the same append what nobody said, and is made once", async () => {
    const journal = new SilentJournal(2);
    const { epoch } = await claimLog(journal, log, { owner: "one", id: "c", goesOn: () => true });
    expect([epoch, journal.asked.length]).toEqual([1, 3]);
    expect(new Set(journal.asked.map(({ id, expected }) => `${id} ${expected}`)).size).toBe(1);
  });
});
