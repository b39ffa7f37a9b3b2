import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReadRunRequest, RunPage } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import { followEntries, following, type RunSource } from "../../../supervisors/runs/follow.ts";
import { RunRefused } from "../../../supervisors/runs/refused.ts";
import { accepted, entries, owned, pageOf } from "./entries.ts";

const text = (words: string): RunFact => ({ type: "text", step: "a", text: words });
const asked: RunFact = { type: "asked", question: "a/q", step: "a", text: "Go on?", choices: ["yes", "no"] };
const answered: RunFact = { type: "answered", question: "a/q", choice: "yes", by: "somebody" };
const done: RunFact = { type: "done", output: { value: 42 } };
const id = "abcdefgh22223333";

/** Gives pages one after the other, whatever is asked for; then waits for good. */
function scripted(...pages: readonly (RunPage | Error)[]): RunSource & {
  readonly asked: ReadRunRequest[];
  readonly answers: string[];
} {
  const left = [...pages];
  const requests: ReadRunRequest[] = [];
  const answers: string[] = [];
  return {
    asked: requests,
    answers,
    read: (request) => {
      requests.push(request);
      const page = left.shift();
      if (page instanceof Error) return Promise.reject(page);
      return page === undefined ? new Promise(() => {}) : Promise.resolve(page);
    },
    answer: async (_, question, choice) => {
      answers.push(`${question}=${choice}`);
    },
  };
}

async function heard(source: RunSource, from = 1): Promise<number[]> {
  const numbers: number[] = [];
  await followEntries(source, id, {
    from,
    onEntry: ({ n }) => {
      numbers.push(n);
    },
  });
  return numbers;
}

describe("following a run", () => {
  const all = entries(accepted, owned, text("a"), text("b"), done);

  test("gives every entry once and in order, page after page, until it is over", async () => {
    const source = scripted(pageOf(all, 1), pageOf(all, 3), pageOf(all, 5));
    expect(await heard(source)).toEqual([1, 2, 3, 4, 5]);
    expect(source.asked.map(({ from }) => from)).toEqual([1, 3, 5]);
  });

  test("begins where it is told to, and ends at once where there is nothing more", async () => {
    expect(await heard(scripted(pageOf(all, 4)), 4)).toEqual([4, 5]);
    expect(await heard(scripted(pageOf(all, 6)), 6)).toEqual([]);
  });

  test("drops what was given before, and asks again for what a page leaves out", async () => {
    const [first, second, third, fourth, fifth] = all as [RunEntry, RunEntry, RunEntry, RunEntry, RunEntry];
    const page = (...given: RunEntry[]): RunPage => ({ ...pageOf(all, 1), entries: given });
    const source = scripted(
      page(first, second, second, first),
      page(second, third),
      page(fifth),
      page(third, fourth, fifth),
    );
    expect(await heard(source)).toEqual([1, 2, 3, 4, 5]);
    expect(source.asked.map(({ from }) => from)).toEqual([1, 3, 4, 4]);
  });

  test("says so where an entry is left out again and again", async () => {
    const gap = { ...pageOf(all, 1), entries: all.slice(1) };
    const following = heard(scripted(...Array.from({ length: 20 }, () => gap)));
    await expect(following).rejects.toMatchObject({
      code: "bad_run",
      message: expect.stringContaining("leaves out its entry 1"),
    });
  });

  test("has neither gap nor double, whatever pages come in whatever order (property)", async () => {
    const whole = entries(accepted, owned, ...Array.from({ length: 30 }, (_, n) => text(`${n}`)), done);
    const piece = fc.record({ from: fc.nat(32), count: fc.nat(8), isReversed: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 4 }), async (pieces) => {
        const odd = pieces.map(({ from, count, isReversed }) => {
          const some = whole.slice(from, from + count);
          return { ...pageOf(whole, 1), entries: isReversed ? some.toReversed() : some };
        });
        const pages = [...odd];
        const source: RunSource = {
          read: ({ from }) => Promise.resolve(pages.shift() ?? pageOf(whole, from, 5)),
          answer: () => Promise.resolve(),
        };
        expect(await heard(source)).toEqual(whole.map(({ n }) => n));
      }),
      { numRuns: 200 },
    );
  });

  test("ends where nobody goes on with the run", async () => {
    const released = entries(accepted, owned, { type: "released", why: "the person went away" });
    const summary = await followEntries(scripted(pageOf(released, 1, 9)), id, {});
    expect(summary.phase).toBe("interrupted");
  });

  test("waits on where a run was interrupted and has an owner again", async () => {
    const released: RunFact = { type: "released", why: "the node drains" };
    const resumed = entries(accepted, owned, released, { ...owned, epoch: 2 } as RunFact, done);
    const source = scripted(pageOf(resumed, 1, 9));
    expect(await heard(source)).toEqual([1, 2, 3, 4, 5]);
  });

  test("ends with what its signal was aborted with, also while nothing comes", async () => {
    const controller = new AbortController();
    const going = followEntries(scripted(), id, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(going).rejects.toThrow("enough");
    await expect(followEntries(scripted(), id, { signal: controller.signal })).rejects.toThrow("enough");
  });

  test("gives what it was refused with, and what its reader threw", async () => {
    const unknown = new RunRefused("unknown_run", "There is no such run.");
    await expect(heard(scripted(unknown))).rejects.toBe(unknown);
    const broken = followEntries(scripted(pageOf(all, 1)), id, {
      onEntry: () => {
        throw new Error("no more paper");
      },
    });
    await expect(broken).rejects.toThrow("no more paper");
  });
});

describe("a question of a run that is followed", () => {
  test("is asked once, and answered, while the reading goes on", async () => {
    const before = entries(accepted, owned, asked, { type: "waiting", for: "answer", why: "Go on?" });
    const after = entries(
      ...[accepted, owned, asked, { type: "waiting", for: "answer", why: "Go on?" } as RunFact],
      answered,
      done,
    );
    let questions = 0;
    const source = scripted(pageOf(before, 1, 9), pageOf(before, 5), pageOf(after, 5));
    await followEntries(source, id, {
      onQuestion: async () => {
        questions += 1;
        return "yes";
      },
    });
    expect(questions).toBe(1);
    expect(source.answers).toEqual(["a/q=yes"]);
  });

  test("is not asked where it was answered before, or the run is over", async () => {
    const never = async (): Promise<string> => {
      throw new Error("It was asked.");
    };
    const over = entries(accepted, owned, asked, answered, done);
    await followEntries(scripted(pageOf(over, 1), pageOf(over, 3), pageOf(over, 5)), id, {
      onQuestion: never,
    });
    const cancelled = entries(accepted, owned, asked, { type: "cancelled", by: "somebody" });
    await followEntries(scripted(pageOf(cancelled, 1, 9)), id, { onQuestion: never });
  });

  test("may be left open", async () => {
    const open = entries(accepted, owned, asked);
    const all = entries(accepted, owned, asked, answered, done);
    const source = scripted(pageOf(open, 1, 9), pageOf(all, 4));
    await followEntries(source, id, { onQuestion: async () => undefined });
    expect(source.answers).toEqual([]);
  });

  test("ends the following where whoever is asked fails, and not where somebody else was faster", async () => {
    const open = entries(accepted, owned, asked);
    const failing = followEntries(scripted(pageOf(open, 1, 9)), id, {
      onQuestion: () => Promise.reject(new Error("not that")),
    });
    await expect(failing).rejects.toThrow("not that");
    const all = entries(accepted, owned, asked, answered, done);
    const source = scripted(pageOf(open, 1, 9), pageOf(all, 4));
    const late: RunSource = {
      read: source.read,
      answer: () => Promise.reject(new RunRefused("run_over", "It is over.")),
    };
    expect((await followEntries(late, id, { onQuestion: async () => "yes" })).phase).toBe("done");
  });
});

describe("what is new of a page", () => {
  const all = entries(accepted, owned, text("a"), text("b"));
  test.each([
    [1, [1, 2, 3, 4], [1, 2, 3, 4]],
    [3, [1, 2, 3, 4], [3, 4]],
    [1, [2, 3], []],
    [2, [1, 2, 4], [2]],
    [5, [1, 2, 3, 4], []],
    [1, [], []],
    [1, [1, 1, 2], [1, 2]],
  ])("from %i on of %j is %j", (next, given, expected) => {
    const page = given.flatMap((n) => all.filter((entry) => entry.n === n));
    expect(following(next, page).map(({ n }) => n)).toEqual(expected);
  });
});
