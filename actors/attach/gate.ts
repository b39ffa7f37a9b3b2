// Who is let in: the version, the grant, the pace, and that no request is used twice.
import type { Carrier } from "../../runtime/carrier.ts";
import { sanitizeLine } from "../../runtime/observe/sanitize.ts";
import { attachVersion, type OpenAnswer, type OpenRequest } from "./frames.ts";
import { attachLimits as limits } from "./limits.ts";
import type { AttachOptions } from "./options.ts";

type Refusal = OpenAnswer & { readonly ok: false };

export class Gate {
  static readonly malformed: Refusal = {
    ok: false,
    code: "malformed",
    text: "The request could not be read. Update aiex here or there.",
  };
  static readonly full: Refusal = {
    ok: false,
    code: "busy",
    text: `The node has ${limits.sessionsMax} shells already, which is the most. Leave one of them first.`,
  };

  readonly #options: AttachOptions;
  /** Numbers of requests that were used, the oldest first. */
  readonly #nonces = new Set<string>();
  /** When shells were asked for over each carrier, within the window: who floods one leaves the others open. */
  readonly #askedAtMs = new Map<Carrier["kind"], readonly number[]>();

  constructor(options: AttachOptions) {
    this.#options = options;
  }

  /** Why this request gets no shell; undefined where it may have one. Notes that it was asked. */
  refusal(from: string, carrier: Carrier["kind"], request: OpenRequest | undefined): Refusal | undefined {
    const { node, allowed = onlyNearby } = this.#options;
    if (request === undefined) return Gate.malformed;
    if (request.version !== attachVersion) {
      const text = `Node ${node.name} speaks version ${attachVersion} of attached shells, and the command version ${request.version}. Update the older of them.`;
      return { ok: false, code: "version", text };
    }
    if (!allowed(from, carrier, request.mode)) {
      const text = `Node ${node.name} gives ${sanitizeLine(from)} no shell over ${carrier}: its configuration does not grant it. Run aiex attach on the machine of the node, or have its owner grant it.`;
      return { ok: false, code: "denied", text };
    }
    if (this.#nonces.has(request.nonce)) {
      return {
        ok: false,
        code: "replayed",
        text: "This request was used before. Every shell is asked for anew.",
      };
    }
    return this.#paced(carrier) ?? this.#used(request.nonce);
  }

  #paced(carrier: Carrier["kind"]): Refusal | undefined {
    const now = this.#options.node.world.clock.now();
    const asked = this.#askedAtMs.get(carrier) ?? [];
    const recent = asked.filter((atMs) => now - atMs < limits.openWindowMs);
    this.#askedAtMs.set(carrier, [...recent, now].slice(-limits.opensMax));
    if (recent.length < limits.opensMax) return undefined;
    const text = `More than ${limits.opensMax} shells were asked for within a minute. Wait a minute.`;
    return { ok: false, code: "busy", text };
  }

  #used(nonce: string): undefined {
    this.#nonces.add(nonce);
    for (const oldest of this.#nonces) {
      if (this.#nonces.size <= limits.rememberedNoncesMax) return;
      this.#nonces.delete(oldest);
    }
  }
}

/** A socket is the owner's, and memory is the program's own. */
function onlyNearby(_from: string, carrier: Carrier["kind"]): boolean {
  return carrier !== "nats";
}
