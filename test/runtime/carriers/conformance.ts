// What every carrier has to do, whatever it is made of: the same tests for all of them.
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Answer, Carrier, Incoming } from "../../../runtime/carrier.ts";
import type { World } from "../../../runtime/world.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";

/** Two carriers that reach each other, and what a test may do to them. */
export interface Pair {
  readonly a: Carrier;
  readonly b: Carrier;
  /** What receivers threw. */
  readonly thrown: readonly unknown[];
  /** Lets time go on until the promise settles. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** One more that reaches `a`, where the network has room for it. */
  readonly third?: () => Promise<Carrier>;
  /** Takes the line of `a` away; it is done when `a` knows. */
  interrupt(): Promise<void>;
  /** Gives it back, where that can be. */
  readonly restore?: () => Promise<void>;
  close(): Promise<void>;
}

const soonMs = 50;
const longMs = 20_000;

/** `world`, in which what is thrown by nobody's turn is kept and hurts nobody. */
export function patientWorld(world: World = realWorld()): {
  readonly world: World;
  readonly thrown: unknown[];
} {
  const thrown: unknown[] = [];
  const soon = (run: () => void): void => {
    world.turns.soon(() => {
      try {
        run();
      } catch (error) {
        thrown.push(error);
      }
    });
  };
  return { world: { ...world, turns: { ...world.turns, soon } }, thrown };
}

export function itIsACarrier(name: string, open: () => Promise<Pair>): void {
  describe(name, () => {
    let pair: Pair;
    let a: Carrier;
    let b: Carrier;

    beforeEach(async () => {
      pair = await open();
      ({ a, b } = pair);
      for (const [carrier, subject] of [
        [a, "barrier.a"],
        [b, "barrier.b"],
      ] as const) {
        carrier.subscribe(subject, ({ respond }) => respond?.(new Uint8Array()));
      }
      await settle();
    });
    afterEach(() => pair.close());

    /** All that was handed on so far has arrived. Whether the other side listens yet shows by its answer. */
    async function settle(): Promise<void> {
      for (const [carrier, subject] of [
        [a, "barrier.b"],
        [b, "barrier.a"],
        [a, "barrier.b"],
      ] as const) {
        const answer = await answered(carrier, subject);
        expect(answer.kind).toBe("answer");
      }
    }

    /** The answer of somebody who may not be known to listen yet. */
    async function answered(carrier: Carrier, subject: string): Promise<Answer> {
      for (;;) {
        const answer = await pair.until(carrier.request(subject, text(""), longMs));
        if (answer.kind !== "no_responders") return answer;
        await nextTurn();
      }
    }

    function heardBy(carrier: Carrier, pattern: string, options?: { readonly queue?: string }): string[] {
      const heard: string[] = [];
      const note = ({ subject, payload }: Incoming): void => {
        heard.push(`${subject}=${read(payload)}`);
      };
      carrier.subscribe(pattern, note, options);
      return heard;
    }

    describe("publish", () => {
      it("keeps the order of one publisher over all subjects and subscriptions", async () => {
        const heard: string[] = [];
        for (const pattern of ["x.1", "x.2", "y.>"]) {
          b.subscribe(pattern, ({ payload }) => heard.push(read(payload)));
        }
        await settle();
        const subjects = ["x.1", "y.any.1", "x.2", "y.2"];
        const sent = Array.from({ length: 200 }, (_, number) => String(number));
        for (const [number, word] of sent.entries()) a.publish(subjects[number % 4] ?? "", text(word));
        await settle();
        expect(heard).toEqual(sent);
      });

      it("carries 10,000 messages in order, in one go", async () => {
        const heard: number[] = [];
        b.subscribe("many", ({ payload }) => heard.push(Buffer.from(payload).readUInt32BE()));
        await settle();
        for (let number = 0; number < 10_000; number += 1) {
          const payload = Buffer.alloc(100);
          payload.writeUInt32BE(number);
          expect(a.publish("many", payload)).toBe(true);
        }
        await settle();
        expect(heard.length).toBe(10_000);
        expect(heard.every((value, index) => value === index)).toBe(true);
      });

      it("carries every byte, none, and as many as it says", async () => {
        const heard: Uint8Array[] = [];
        b.subscribe("bytes", ({ payload }) => heard.push(new Uint8Array(payload)));
        await settle();
        const payloads = [
          Uint8Array.from({ length: 256 }, (_, byte) => byte),
          new Uint8Array(),
          Buffer.from("\r\nPUB other 5\r\nhello\r\n"),
          new Uint8Array(b.payloadBytesMax).fill(7),
        ];
        for (const payload of payloads) expect(a.publish("bytes", payload)).toBe(true);
        await settle();
        expect(heard.map(hashOf)).toEqual(payloads.map(hashOf));
      });

      it("has taken the bytes when it returns", async () => {
        const heard = heardBy(b, "bytes");
        await settle();
        const payload = Buffer.from("before");
        a.publish("bytes", payload);
        payload.fill("x");
        await settle();
        expect(heard).toEqual(["bytes=before"]);
      });

      it("refuses what is too large, and goes on", async () => {
        const heard = heardBy(b, "x");
        b.subscribe("too.large", ({ respond }) => respond?.(new Uint8Array(b.payloadBytesMax + 1)));
        await settle();
        const payload = new Uint8Array(a.payloadBytesMax + 1);
        const failure = expect.objectContaining({ code: "too_large" });
        expect(() => a.publish("x", payload)).toThrow(failure);
        expect(() => a.request("x", payload, soonMs)).toThrow(failure);
        expect(await pair.until(a.request("too.large", text(""), soonMs))).toEqual({ kind: "timeout" });
        expect(pair.thrown).toEqual([failure]);
        expect(a.publish("x", text("small"))).toBe(true);
        await settle();
        expect(heard).toEqual(["x=small"]);
      });

      it("does not come back to the carrier that it was said by", async () => {
        const [own, other] = [heardBy(a, "x"), heardBy(b, "x")];
        await settle();
        a.publish("x", text("1"));
        await settle();
        expect([own, other]).toEqual([[], ["x=1"]]);
        expect(await pair.until(a.request("barrier.a", text(""), longMs))).toEqual({ kind: "no_responders" });
      });

      it("works from inside a receiver", async () => {
        const heard = heardBy(a, "pong");
        b.subscribe("ping", ({ payload }) => b.publish("pong", payload));
        await settle();
        a.publish("ping", text("1"));
        await settle();
        expect(heard).toEqual(["pong=1"]);
      });

      it.each([
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "a b",
        "a\r\nPUB b 0\r\n",
        "a\tb",
        "a\u0000",
        "ä",
        "*",
        "a.>",
        "a*",
        "x".repeat(513),
      ])("refuses the subject %j", (subject) => {
        const failure = expect.objectContaining({ code: "invalid_subject" });
        expect(() => a.publish(subject, text(""))).toThrow(failure);
        expect(() => a.request(subject, text(""), soonMs)).toThrow(failure);
      });
    });

    describe("subscribe", () => {
      it.each([
        ["a.b", ["a.b"]],
        ["a.*", ["a.b", "a.c"]],
        ["*.b", ["a.b"]],
        ["a.>", ["a.b", "a.b.c", "a.c"]],
        [">", ["a", "a.b", "a.b.c", "a.c", "a+b"]],
        ["*", ["a", "a+b"]],
        ["a+b", ["a+b"]],
      ])("hears with %s of %j", async (pattern, expected) => {
        const heard: string[] = [];
        b.subscribe(pattern, ({ subject }) => heard.push(subject));
        await settle();
        heard.length = 0;
        for (const subject of ["a", "a.b", "a.b.c", "a.c", "a+b"]) a.publish(subject, text(""));
        await settle();
        expect(heard.filter((subject) => !/barrier|INBOX/.test(subject))).toEqual(expected);
      });

      it.each(["", "a b", "a\r\nSUB > 9", "a.>.b", ">>", "a*", "a..b", "a.\u007f"])(
        "refuses the pattern %j",
        (pattern) => {
          const failure = expect.objectContaining({ code: "invalid_subject" });
          expect(() => b.subscribe(pattern, () => {})).toThrow(failure);
          expect(() => b.subscribe("a", () => {}, { queue: `${pattern} ` })).toThrow(failure);
        },
      );

      it("ends with unsubscribe, also from inside the receiver and twice", async () => {
        const heard: string[] = [];
        const subscription = b.subscribe("x", ({ payload }) => {
          heard.push(read(payload));
          subscription.unsubscribe();
        });
        await settle();
        for (const word of ["1", "2", "3"]) a.publish("x", text(word));
        await settle();
        subscription.unsubscribe();
        a.publish("x", text("4"));
        await settle();
        expect(heard).toEqual(["1"]);
        expect((await pair.until(a.request("x", text(""), longMs))).kind).toBe("no_responders");
      });

      it("hands each message to one of a queue, and to all beside it", async () => {
        const [first, second] = [heardBy(b, "work.*", { queue: "q" }), heardBy(b, "work.>", { queue: "q" })];
        const other = heardBy(b, "work.x", { queue: "other" });
        const everything = heardBy(b, "work.x");
        await settle();
        for (let number = 0; number < 100; number += 1) a.publish("work.x", text(String(number)));
        await settle();
        expect(everything.length).toBe(100);
        expect(other).toEqual(everything);
        expect([...first, ...second].sort()).toEqual([...everything].sort());
        expect(Math.min(first.length, second.length)).toBeGreaterThan(10);
      });

      it("keeps what one receiver throws from the others, and shows it", async () => {
        b.subscribe("x", () => {
          throw new Error("broken receiver");
        });
        const heard = heardBy(b, "x");
        await settle();
        for (const word of ["1", "2"]) a.publish("x", text(word));
        await settle();
        expect(heard).toEqual(["x=1", "x=2"]);
        expect(pair.thrown).toEqual([new Error("broken receiver"), new Error("broken receiver")]);
      });

      it("is heard by every carrier of the network", async () => {
        if (pair.third === undefined) return;
        const third = await pair.third();
        const heard = [heardBy(b, "all"), heardBy(third, "all")];
        third.subscribe("ready", ({ respond }) => respond?.(text("")));
        await answered(a, "ready");
        a.publish("all", text("1"));
        await settle();
        await answered(a, "ready");
        expect(heard).toEqual([["all=1"], ["all=1"]]);
        await third.close();
      });
    });

    describe("request", () => {
      it("gives the first answer", async () => {
        b.subscribe("double", ({ payload, respond }) => {
          respond?.(text(read(payload).repeat(2)));
          respond?.(text("once more"));
        });
        await settle();
        const answer = await pair.until(a.request("double", text("ab"), longMs));
        expect(answer.kind === "answer" && read(answer.payload)).toBe("abab");
      });

      it("has no way to answer where nobody asked", async () => {
        const responds: unknown[] = [];
        b.subscribe("x", ({ respond }) => responds.push(respond));
        await settle();
        a.publish("x", text(""));
        await settle();
        expect(responds).toEqual([undefined]);
      });

      it("gives each of many at once its own answer, in whatever order they come", async () => {
        const waiting: (() => void)[] = [];
        b.subscribe("echo", ({ payload, respond }) => {
          const own = new Uint8Array(payload);
          waiting.push(() => respond?.(own));
        });
        await settle();
        const words = Array.from({ length: 100 }, (_, number) => `word ${number}`);
        const answers = words.map((word) => a.request("echo", text(word), longMs));
        await settle();
        for (const respond of waiting.reverse()) respond();
        const got = await pair.until(Promise.all(answers));
        expect(got.map((answer) => answer.kind === "answer" && read(answer.payload))).toEqual(words);
      });

      it("answers with nothing and with a megabyte", async () => {
        b.subscribe("bytes", ({ payload, respond }) => respond?.(new Uint8Array(payload.length).fill(1)));
        await settle();
        for (const size of [0, a.payloadBytesMax]) {
          const answer = await pair.until(a.request("bytes", new Uint8Array(size), longMs));
          expect(answer.kind === "answer" && answer.payload.length).toBe(size);
        }
      });

      it("says at once that nobody listens", async () => {
        expect(await pair.until(a.request("nobody", text(""), longMs))).toEqual({ kind: "no_responders" });
      });

      it("says when its time is up, and passes over what comes later", async () => {
        let respond: Incoming["respond"];
        b.subscribe("slow", (incoming) => {
          respond = incoming.respond;
        });
        await settle();
        expect(await pair.until(a.request("slow", text(""), soonMs))).toEqual({ kind: "timeout" });
        respond?.(text("late"));
        await settle();
      });
    });

    describe("close", () => {
      it("sends what was handed on, and then nothing", async () => {
        const heard = heardBy(b, "x");
        const own = heardBy(a, "y");
        await settle();
        const states: string[] = [];
        a.onState((state) => states.push(state));
        for (let number = 0; number < 1_000; number += 1) a.publish("x", text(String(number)));
        const waiting = a.request("barrier.nobody.answers", text(""), longMs);
        const closed = a.close();
        expect(a.publish("x", text("late"))).toBe(false);
        await pair.until(closed);
        await pair.until(a.close());
        expect(["disconnected", "no_responders"]).toContain((await pair.until(waiting)).kind);
        expect(await pair.until(a.request("x", text(""), longMs))).toEqual({ kind: "disconnected" });
        expect([a.state, a.publish("x", text("late"))]).toEqual(["closed", false]);
        expect(states).toEqual(["closed"]);
        a.subscribe("y", () => own.push("after")).unsubscribe();
        b.publish("y", text(""));
        await pair.until(b.request("nobody", text(""), soonMs));
        await pair.until(delivered(() => heard.length === 1_000));
        expect([heard.length, own]).toEqual([1_000, []]);
      });

      it("settles requests that wait, and works from inside a receiver", async () => {
        b.subscribe("silent", () => {});
        a.subscribe("end", () => void a.close());
        await settle();
        const waiting = a.request("silent", text(""), longMs);
        b.publish("end", text(""));
        expect(await pair.until(waiting)).toEqual({ kind: "disconnected" });
        expect(a.state).toBe("closed");
      });
    });

    describe("a lost line", () => {
      it("is told with a reason, settles what waits, and lets nothing be published", async () => {
        b.subscribe("silent", () => {});
        const heard = heardBy(b, "x");
        await settle();
        const states: string[] = [];
        const stop = a.onState((state, why) => {
          expect(why).toMatch(/\w{3}/);
          states.push(state);
        });
        a.onState((state) => states.push(state))();
        const waiting = a.request("silent", text(""), longMs);
        await pair.until(pair.interrupt());
        expect(await pair.until(waiting)).toEqual({ kind: "disconnected" });
        expect(a.state).not.toBe("connected");
        for (const word of ["1", "2", "3"]) expect(a.publish("x", text(word))).toBe(false);
        expect(await pair.until(a.request("x", text(""), longMs))).toEqual({ kind: "disconnected" });
        const during = [...states];
        expect(during.length).toBe(1);
        if (pair.restore === undefined) return;
        const also = heardBy(a, "subscribed.meanwhile");
        await pair.until(pair.restore());
        expect([...states, a.state]).toEqual(["disconnected", "connected", "connected"]);
        stop();
        await settle();
        expect(heard).toEqual([]);
        a.publish("x", text("after"));
        b.publish("subscribed.meanwhile", text("too"));
        await settle();
        expect([heard, also]).toEqual([["x=after"], ["subscribed.meanwhile=too"]]);
      });
    });
  });
}

/** Looks again with every turn of the event loop. */
async function delivered(isDone: () => boolean): Promise<void> {
  while (!isDone()) await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function hashOf(payload: Uint8Array): string {
  return createHash("sha256").update(payload).digest("hex");
}

function text(words: string): Uint8Array {
  return Buffer.from(words);
}

function read(payload: Uint8Array): string {
  return Buffer.from(payload).toString();
}
