// A schedule of faults drawn from a seed: what is done to which node, and how long nothing is done. The same seed gives the same one.
import { type SimulatedWorld, simulatedWorld } from "../../runtime/index.ts";

export const names = ["n1", "n2", "n3"] as const;
type Name = (typeof names)[number];

export type Deed =
  | { readonly do: "stream"; readonly from: Name; readonly to: Name; readonly bursts: number }
  | { readonly do: "entangle"; readonly from: Name; readonly to: Name }
  | { readonly do: "kill" | "start" | "freeze" | "thaw" | "crash"; readonly node: Name }
  | { readonly do: "darken" | "lighten" | "cut" | "shut" | "open"; readonly node: Name }
  /** What was said on the broker lately is said once more, backwards. */
  | { readonly do: "replay" }
  | { readonly do: "block"; readonly node: Name; readonly ms: number }
  | { readonly do: "broker"; readonly what: "restart" | "kill" | "return" | "pause" | "resume" };

export interface Step {
  readonly deed: Deed;
  /** Nothing is done for so long afterwards. */
  readonly waitMs: number;
}

/** Deeds of one schedule: half a minute of them. */
const deedsCount = 30;
/** At a factor of 1, in milliseconds: from far below to above what others wait for a silent node. */
const waitMsMax = 3_500;
const blockMsMax = 14_000;

/** Times are scaled by `factor`, as those of the nodes are. */
export function scheduleOf(seed: number, factor: number): readonly Step[] {
  const drawing = new Drawing(simulatedWorld({ seed }).random);
  return Array.from({ length: deedsCount }, () => ({
    deed: drawing.deed(factor),
    // Many short ones, and some long ones.
    waitMs: Math.round(drawing.share() ** 2 * waitMsMax * factor),
  }));
}

/** What a deed is drawn by: how things stand, so that it makes sense. */
class Drawing {
  readonly #random: SimulatedWorld["random"];
  readonly #dead = new Set<Name>();
  readonly #frozen = new Set<Name>();
  readonly #dark = new Set<Name>();
  readonly #shut = new Set<Name>();
  #broker: "up" | "away" | "paused" = "up";

  constructor(random: SimulatedWorld["random"]) {
    this.#random = random;
  }

  share(): number {
    return this.#random.next();
  }

  deed(factor: number): Deed {
    const choices = [
      ...this.#deedsOf(this.#one(names), factor),
      ...this.#mending(),
      { do: "replay" } as const,
    ];
    const deed = this.#one(choices);
    this.#note(deed);
    return deed;
  }

  #deedsOf(node: Name, factor: number): Deed[] {
    const to = this.#one(names.filter((name) => name !== node));
    const bursts = 1 + Math.floor(this.share() * 30);
    const traffic: Deed[] = [
      { do: "stream", from: node, to, bursts },
      { do: "stream", from: to, to: node, bursts },
      { do: "entangle", from: node, to },
      { do: "entangle", from: to, to: node },
    ];
    if (this.#dead.has(node)) return this.#broker === "up" ? [...traffic, { do: "start", node }] : traffic;
    const deeds: Deed[] = [...traffic, { do: "kill", node }, { do: "crash", node }, { do: "cut", node }];
    if (!this.#frozen.has(node)) {
      const ms = Math.round(this.share() ** 2 * blockMsMax * factor);
      deeds.push({ do: "freeze", node }, { do: "block", node, ms });
    }
    if (!this.#dark.has(node)) deeds.push({ do: "darken", node });
    if (!this.#shut.has(node)) deeds.push({ do: "shut", node });
    if (this.#broker === "up") {
      const faults = ["restart", "kill", "pause"] as const;
      deeds.push({ do: "broker", what: this.#one(faults) });
    }
    return deeds;
  }

  /** What ends the faults that last, so that they do. */
  #mending(): Deed[] {
    const deeds: Deed[] = [
      ...[...this.#frozen].map((node): Deed => ({ do: "thaw", node })),
      ...[...this.#dark].map((node): Deed => ({ do: "lighten", node })),
      ...[...this.#shut].map((node): Deed => ({ do: "open", node })),
    ];
    if (this.#broker === "away") deeds.push({ do: "broker", what: "return" });
    if (this.#broker === "paused") deeds.push({ do: "broker", what: "resume" });
    // Twice, so that most faults end before the schedule does.
    return [...deeds, ...deeds];
  }

  #note(deed: Deed): void {
    switch (deed.do) {
      case "kill":
        for (const state of [this.#frozen, this.#dark, this.#shut]) state.delete(deed.node);
        this.#dead.add(deed.node);
        break;
      case "start":
        this.#dead.delete(deed.node);
        break;
      case "freeze":
        this.#frozen.add(deed.node);
        break;
      case "thaw":
        this.#frozen.delete(deed.node);
        break;
      case "darken":
        this.#dark.add(deed.node);
        break;
      case "lighten":
        this.#dark.delete(deed.node);
        break;
      case "shut":
        this.#shut.add(deed.node);
        break;
      case "open":
        this.#shut.delete(deed.node);
        break;
      case "broker":
        this.#broker = deed.what === "kill" ? "away" : deed.what === "pause" ? "paused" : "up";
        break;
      default:
    }
  }

  #one<const T>(from: readonly T[]): T {
    const found = from[Math.floor(this.share() * from.length)];
    if (found === undefined) throw new RangeError("There is nothing to choose from.");
    return found;
  }
}

/** A step as a line for people. */
export function stepText({ deed, waitMs }: Step): string {
  const { do: what, ...rest } = deed;
  return `${what} ${Object.values(rest).join(" ")}, then ${waitMs} ms`;
}
