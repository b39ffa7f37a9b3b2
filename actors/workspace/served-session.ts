// One command that has a workspace, as its node sees it: what it is to find out, what it has found out, and who waits for it. Pure.
import type { OwnerAnswer, OwnerRequest } from "./owner-request.ts";
import { ownerAnswerIn } from "./owner-request.ts";
import { type Parcel, ParcelChannel, type Piece } from "./parcel-channel.ts";

/** An answer for `asker`; undefined where the command is away. */
export interface Answered<Asker> {
  readonly asker: Asker;
  readonly answer: OwnerAnswer | undefined;
}

interface Open<Asker> {
  readonly asker: Asker;
  readonly what: OwnerRequest["what"];
}

export class ServedSession<Asker> {
  readonly id: string;
  readonly workspace: string;
  /** When it was heard of last, and none of its polls waits; undefined while one does. */
  quietSinceMs: number | undefined;
  readonly #channel = new ParcelChannel();
  readonly #open = new Map<number, Open<Asker>>();
  #next = 1;

  constructor(id: string, workspace: string, nowMs: number) {
    this.id = id;
    this.workspace = workspace;
    this.quietSinceMs = nowMs;
  }

  /** Requests without an answer. */
  get waiting(): number {
    return this.#open.size;
  }

  get hasPieces(): boolean {
    return this.#channel.hasPieces;
  }

  ask(asker: Asker, request: OwnerRequest): void {
    const id = this.#next;
    this.#next += 1;
    this.#open.set(id, { asker, what: request.what });
    this.#channel.send(id, request);
  }

  /** @throws {ChannelBroken} */
  take(pieces: readonly Piece[], seen: number): readonly Answered<Asker>[] {
    this.#channel.acknowledge(seen);
    return this.#channel.take(pieces).flatMap((parcel) => this.#answered(parcel));
  }

  /** What goes to the command now. */
  reply(): { readonly session: string; readonly pieces: readonly Piece[]; readonly seen: number } {
    return { session: this.id, pieces: this.#channel.pieces(), seen: this.#channel.seen };
  }

  /** It is over: whoever waits is told. */
  end(): readonly Answered<Asker>[] {
    const open = [...this.#open.values()];
    this.#open.clear();
    return open.map(({ asker }) => ({ asker, answer: undefined }));
  }

  #answered({ id, value }: Parcel): readonly Answered<Asker>[] {
    const open = this.#open.get(id);
    if (open === undefined) return [];
    this.#open.delete(id);
    const { asker, what } = open;
    return [{ asker, answer: ownerAnswerIn(what, value) ?? strangeAnswer(what) }];
  }
}

function strangeAnswer(what: OwnerRequest["what"]): OwnerAnswer {
  const message =
    "The command that has these files answered with what is no answer. It may be of another version of aiex: update both.";
  return what === "apply" || what === "apply_all" || what === "settle"
    ? { ok: false, code: "failed", message }
    : { ok: false, code: "file_failed", message };
}
