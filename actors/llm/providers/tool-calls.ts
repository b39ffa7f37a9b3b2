// The tools that an answer wants used, put together from the parts in which they come. Nobody hears of one before the answer is
// whole: a tool that is half asked for must not be used.
import { createHash } from "node:crypto";
import type { CompletionRequest } from "../completion.ts";
import { quoted } from "../failure.ts";
import { toolCallsMax } from "../limits.ts";
import type { ToolCall } from "../model-event.ts";
import { ProviderError } from "../provider.ts";
import { identifierIn, isObject } from "./fields.ts";
import { toolArgumentsCharactersMax, toolArgumentsDepthMax, toolIdCharactersMax } from "./limits.ts";
import type { Peer } from "./peer.ts";
import type { JsonObject } from "./wire.ts";

/** Some of a call. What was said before stays, and arguments are added to. */
export interface ToolPart {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** The next part of the arguments as JSON. */
  readonly json?: string;
  /** The arguments whole, where they do not come as text. */
  readonly whole?: JsonObject | undefined;
}

interface Pending {
  id: string;
  name: string;
  json: string;
  whole: JsonObject | undefined;
}

export class ToolCalls {
  readonly #peer: Peer;
  readonly #offered: ReadonlySet<string>;
  readonly #pending: Pending[] = [];
  /** Which call a place in the answer stands for. */
  readonly #places = new Map<number, Pending>();

  constructor(peer: Peer, { tools = [] }: CompletionRequest) {
    this.#peer = peer;
    this.#offered = new Set(tools.map(({ name }) => name));
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /**
   * Adds to the call at a place in the answer, or begins it.
   * @throws {ProviderError} there is too much of it
   */
  add(place: number, part: ToolPart): void {
    const here = this.#places.get(place);
    // Some servers call every place 0, and tell two calls apart by their ids.
    const isOther = here !== undefined && part.id !== undefined && here.id !== "" && part.id !== here.id;
    const call = here === undefined || isOther ? this.#begin(place) : here;
    if (call.id === "") call.id = part.id ?? "";
    if (call.name === "") call.name = part.name ?? "";
    call.whole ??= part.whole;
    call.json += part.json ?? "";
    if (call.json.length > toolArgumentsCharactersMax) {
      throw new ProviderError(
        "protocol",
        `It wants a tool used with more than ${toolArgumentsCharactersMax} characters of arguments. Try again, or ask for less at a time.`,
      );
    }
  }

  /** A call that comes whole. */
  addWhole(part: ToolPart): void {
    this.add(this.#pending.length, part);
  }

  /**
   * The calls, in order.
   * @throws {ProviderError} one makes no sense: its tool was not offered, or its arguments are no JSON object
   */
  whole(): readonly ToolCall[] {
    const taken = new Set(this.#pending.map(({ id }) => id));
    const seen = new Set<string>();
    return this.#pending.map(({ id, name, json, whole }, at) => {
      if (!this.#offered.has(name)) {
        throw new ProviderError(
          "protocol",
          `It wants a tool used that was not offered to it: ${quoted(name, this.#peer.secrets)}. Try again, or choose another model.`,
        );
      }
      const own = identifierIn(id);
      const unique = own === undefined || seen.has(own) ? madeUpId(at, taken) : own;
      seen.add(unique);
      return { id: unique, name, arguments: whole ?? this.#argumentsIn(json, name) };
    });
  }

  #begin(place: number): Pending {
    if (this.#pending.length >= toolCallsMax) {
      throw new ProviderError(
        "protocol",
        `It wants more than ${toolCallsMax} tools used at once. Try again.`,
      );
    }
    const call = { id: "", name: "", json: "", whole: undefined };
    this.#pending.push(call);
    this.#places.set(place, call);
    return call;
  }

  /** A tool that takes nothing is often called with nothing. */
  #argumentsIn(json: string, name: string): JsonObject {
    try {
      const value: unknown = JSON.parse(json.trim() === "" ? "{}" : json);
      if (isObject(value) && !isDeeper(value, toolArgumentsDepthMax)) return value;
    } catch {
      // Said below, as for JSON that is no object.
    }
    const shown = quoted(json, this.#peer.secrets);
    throw new ProviderError(
      "protocol",
      `It wants the tool ${name} used with arguments that are no JSON object, or one that is nested deeper than ${toolArgumentsDepthMax}: ${shown}. Try again, or choose another model.`,
    );
  }
}

/** The id of a tool's use as every vendor takes it, whoever gave it: always the same one for the same. */
export function portableId(id: string): string {
  if (id.length <= toolIdCharactersMax && /^[A-Za-z0-9_-]+$/.test(id)) return id;
  return `call_${createHash("sha256").update(id).digest("hex").slice(0, 32)}`;
}

/** A loop, because what is nested deeply would overrun the stack. */
function isDeeper(value: unknown, depthMax: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthMax) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
    level = level.filter((item) => typeof item === "object" && item !== null);
  }
  return false;
}

function madeUpId(at: number, taken: ReadonlySet<string>): string {
  let id = `call_${at + 1}`;
  while (taken.has(id)) id += "x";
  return id;
}
