// The own lease, step by step: every time of it counts from when a write was sent, and never from when its answer came.
import { describe, expect, test } from "vitest";
import { encodeLease } from "../../../runtime/leases/lease-record.ts";
import { leaseTimes } from "../../../runtime/leases/limits.ts";
import { step } from "../../../runtime/leases/own-lease.ts";
import {
  createOwnLease,
  dueAt,
  isHeld,
  type LeaseDraft,
  type OwnAction,
  type OwnEvent,
  type OwnLease,
} from "../../../runtime/leases/own-lease-state.ts";
import { recordOf } from "./record.ts";

const times = leaseTimes(1);
const { renewEveryMs, suspendAfterMs, retryMs } = times;
/** How long the store takes to answer: long enough to tell the two times apart. */
const slowMs = 600;

class Scene {
  readonly state: OwnLease;
  now = 0;
  told: string[] = [];
  #asked: Extract<OwnAction, { readonly op: number }> | undefined;

  constructor() {
    const { node, incarnation, host, labels } = recordOf();
    this.state = createOwnLease(
      { node, incarnation, host, labels },
      { key: node, times, noncePrefix: "own" },
    );
  }

  at(now: number, event: OwnEvent = { type: "due" }): void {
    this.now = now;
    for (const action of step(this.state, event, now)) {
      if (action.type === "read" || action.type === "write") this.#asked = action;
      else this.told.push(action.type);
    }
  }

  get asked(): "read" | "write" | undefined {
    return this.#asked?.type;
  }

  /** What the store says to what it was asked last. */
  wrote(now: number, revision: number): void {
    this.at(now, { type: "written", op: this.#take(), outcome: { kind: "written", revision } });
  }

  unknown(now: number): void {
    this.at(now, { type: "written", op: this.#take(), outcome: { kind: "unknown", why: "nobody answers" } });
  }

  read(now: number, found: { readonly draft: LeaseDraft; readonly revision: number } | undefined): void {
    const op = this.#take();
    const entry = found && {
      key: "self",
      revision: found.revision,
      value: encodeLease({ ...found.draft, at: 0 }),
    };
    this.at(now, { type: "read", op, entry });
  }

  /** What was asked to be written last. */
  get draft(): LeaseDraft {
    if (this.#asked?.type !== "write") throw new Error("Nothing is to be written.");
    return this.#asked.draft;
  }

  #take(): number {
    const { op } = this.#asked ?? {};
    this.#asked = undefined;
    if (op === undefined) throw new Error("Nothing was asked.");
    return op;
  }
}

/** Acquired by a write that was sent at 0, and acknowledged after `slowMs`. */
function acquired(): Scene {
  const scene = new Scene();
  scene.at(0, { type: "acquire" });
  scene.read(0, undefined);
  scene.wrote(slowMs, 1);
  return scene;
}

describe("the own lease", () => {
  test("is held up to a time after the sending of the write that acquired it", () => {
    const { state, told } = acquired();
    expect(told).toEqual(["held"]);
    expect([isHeld(state, suspendAfterMs - 1), isHeld(state, suspendAfterMs)]).toEqual([true, false]);
  });

  test("is suspended by a timer at that very time, whatever is under way", () => {
    const scene = acquired();
    scene.at(renewEveryMs);
    expect([scene.asked, dueAt(scene.state)]).toEqual(["write", suspendAfterMs]);
    scene.at(suspendAfterMs - 1);
    expect(scene.told).toEqual(["held"]);
    scene.at(suspendAfterMs);
    expect(scene.told).toEqual(["held", "suspended"]);
  });

  test("is renewed a time after the sending of the last renewal", () => {
    const scene = acquired();
    expect([scene.asked, dueAt(scene.state)]).toEqual([undefined, renewEveryMs]);
    scene.at(renewEveryMs);
    scene.wrote(renewEveryMs + slowMs, 2);
    expect(dueAt(scene.state)).toBe(2 * renewEveryMs);
    expect(isHeld(scene.state, renewEveryMs + suspendAfterMs - 1)).toBe(true);
    expect(isHeld(scene.state, renewEveryMs + suspendAfterMs)).toBe(false);
  });

  test("does not come back by a renewal whose answer took as long as a lease lasts", () => {
    const scene = acquired();
    scene.at(renewEveryMs);
    scene.wrote(renewEveryMs + suspendAfterMs, 2);
    expect([scene.told, isHeld(scene.state, scene.now)]).toEqual([["held", "suspended"], false]);
    // It was applied, so the key is known. A renewal that is young brings the lease back.
    expect(scene.asked).toBe("write");
    scene.wrote(scene.now, 3);
    expect([scene.told, isHeld(scene.state, scene.now)]).toEqual([["held", "suspended", "resumed"], true]);
  });

  test("comes back by a renewal that was sent a moment before it would be too old", () => {
    const scene = acquired();
    scene.at(renewEveryMs);
    scene.at(suspendAfterMs);
    scene.wrote(renewEveryMs + suspendAfterMs - 1, 2);
    expect(scene.told).toEqual(["held", "suspended", "resumed"]);
    expect([isHeld(scene.state, scene.now), isHeld(scene.state, scene.now + 1)]).toEqual([true, false]);
  });

  test("that is seen in the store after an outcome that nobody knew counts from that write, and not from the look", () => {
    const scene = new Scene();
    scene.at(0, { type: "acquire" });
    scene.read(0, undefined);
    const { draft } = scene;
    scene.unknown(slowMs);
    scene.at(slowMs + retryMs);
    scene.read(suspendAfterMs - 1, { draft, revision: 1 });
    expect(scene.told).toEqual(["waiting", "held"]);
    expect([isHeld(scene.state, suspendAfterMs - 1), isHeld(scene.state, suspendAfterMs)]).toEqual([
      true,
      false,
    ]);
  });

  test("that is known so late is suspended at once", () => {
    const scene = new Scene();
    scene.at(0, { type: "acquire" });
    scene.read(0, undefined);
    scene.wrote(suspendAfterMs, 1);
    expect([scene.told, isHeld(scene.state, scene.now)]).toEqual([["held", "suspended"], false]);
  });
});
