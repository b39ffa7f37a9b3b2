// Messages of any length between a command and a node that take turns: in pieces, in order, each once, whatever gets lost. Pure.
import { pack, unpackOne } from "../../runtime/wire/packing.ts";
import { workspaceAccessLimits } from "./limits.ts";

export interface Piece {
  /** From 1 in its direction, without a gap. */
  readonly n: number;
  /** What it is a piece of. */
  readonly id: number;
  readonly isLast: boolean;
  readonly bytes: Uint8Array;
}

export interface Parcel {
  readonly id: number;
  /** Plain data; undefined for what is none. */
  readonly value: unknown;
}

/** The other side does not keep to what was agreed. */
export class ChannelBroken extends Error {}

/** One side of it. What was sent is sent again until the other side says that it came. */
export class ParcelChannel {
  #sent: Piece[] = [];
  #next = 1;
  #seen = 0;
  readonly #open = new Map<number, Uint8Array[]>();
  #openBytes = 0;

  /** The last piece that came. */
  get seen(): number {
    return this.#seen;
  }

  get hasPieces(): boolean {
    return this.#sent.length > 0;
  }

  /** @throws what msgpackr throws for what is no data */
  send(id: number, value: unknown): void {
    const bytes = Uint8Array.from(pack(value));
    const { pieceBytes } = workspaceAccessLimits;
    for (let at = 0; at === 0 || at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      this.#sent.push({ n: this.#next, id, isLast: at + pieceBytes >= bytes.length, bytes: piece });
      this.#next += 1;
    }
  }

  /** What goes next, from the first that has not been said to have come. */
  pieces(): readonly Piece[] {
    let bytes = 0;
    const fitting = this.#sent.findIndex((piece) => {
      bytes += piece.bytes.length;
      return bytes > workspaceAccessLimits.piecesBytesMax;
    });
    return fitting === -1 ? [...this.#sent] : this.#sent.slice(0, Math.max(1, fitting));
  }

  /** The other side has all pieces up to `seen`. */
  acknowledge(seen: number): void {
    const first = this.#sent.findIndex(({ n }) => n > seen);
    this.#sent = first === -1 ? [] : this.#sent.slice(first);
  }

  /**
   * What is whole with these pieces. One that came before is passed over, and so is what follows on one that is missing.
   * @throws {ChannelBroken} there is more of it than is ever sent
   */
  take(pieces: readonly Piece[]): readonly Parcel[] {
    const parcels: Parcel[] = [];
    for (const piece of pieces) {
      if (piece.n !== this.#seen + 1) continue;
      this.#seen = piece.n;
      const parts = this.#open.get(piece.id) ?? [];
      parts.push(piece.bytes);
      this.#open.set(piece.id, parts);
      this.#openBytes += piece.bytes.length;
      const bytes = parts.reduce((sum, { length }) => sum + length, 0);
      const { parcelBytesMax, openBytesMax } = workspaceAccessLimits;
      if (bytes > parcelBytesMax || this.#openBytes > openBytesMax)
        throw new ChannelBroken("More comes over it than is ever sent.");
      if (!piece.isLast) continue;
      this.#open.delete(piece.id);
      this.#openBytes -= bytes;
      parcels.push({ id: piece.id, value: unpackOne(Buffer.concat(parts)) });
    }
    return parcels;
  }
}
