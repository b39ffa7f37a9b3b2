// What every store of blobs has to do, whatever it is made of: the same tests for all of them.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Misuse } from "../../../../runtime/process/failures.ts";
import { blobHash } from "../../../../runtime/store/blob-guard.ts";
import type { Blobs } from "../../../../runtime/store/blobs.ts";
import { storeLimits } from "../../../../runtime/store/limits.ts";

export interface BlobsScene {
  /** Looked up anew for each call, since `reopen` may put another store in its place. */
  of(scope: string): Blobs;
  /** Puts other bytes in the place of one piece, or none. Gives those that were there. */
  change(
    scope: string,
    hash: string,
    piece: "first" | "last" | "head",
    make: (was: Uint8Array) => Uint8Array | undefined,
  ): Promise<void>;
  /** Another store on the same blobs, in the place of this one. */
  readonly reopen?: () => Promise<void>;
  until<T>(promise: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

let scopes = 0;

/** @param hasPieces false where a blob is one piece, without a head */
export function itKeepsBlobs(
  name: string,
  open: () => Promise<BlobsScene>,
  { hasPieces = true }: { readonly hasPieces?: boolean } = {},
): void {
  describe(name, () => {
    let scene: BlobsScene;
    let scope: string;

    beforeEach(async () => {
      scene = await open();
      scopes += 1;
      scope = `run/${scopes}`;
    });
    afterEach(() => scene.close());

    const call = <T>(run: (blobs: Blobs) => Promise<T>, of = scope): Promise<T> =>
      scene.until(run(scene.of(of)));
    const put = (bytes: Uint8Array, of = scope) => call((blobs) => blobs.put(bytes), of);
    const get = (hash: string, of = scope) => call((blobs) => blobs.get(hash), of);
    const has = (hash: string, of = scope) => call((blobs) => blobs.has(hash), of);
    const list = (of = scope) => call((blobs) => blobs.list(), of);

    const mebibyte = 1024 * 1024;
    it.each([0, 1, 255, mebibyte / 2, mebibyte / 2 + 1, mebibyte - 1, mebibyte, mebibyte + 1, 3_500_000])(
      "keep %i bytes under their hash",
      async (length) => {
        const bytes = sample(length);
        expect(await put(bytes)).toBe(blobHash(bytes));
        expect(sameBytes(await get(blobHash(bytes)), bytes)).toBe(true);
        expect(await has(blobHash(bytes))).toBe(true);
      },
    );

    it("refuse more than may be", async () => {
      const bytes = new Uint8Array(storeLimits.blobBytesMax + 1);
      await expect(put(bytes)).rejects.toThrow(Misuse);
      expect(await list()).toEqual([]);
    });

    it("have the same bytes once, whoever puts them at once, and as often", async () => {
      const bytes = sample(700_000);
      const hashes = await Promise.all([put(bytes), put(bytes), put(bytes)]);
      const first = await list();
      expect(await put(bytes)).toBe(hashes[0]);
      expect(new Set(hashes)).toEqual(new Set([blobHash(bytes)]));
      expect(first).toEqual([{ hash: blobHash(bytes), bytes: 700_000, at: expect.any(Number) }]);
      expect(await list()).toEqual(first);
    });

    it("have taken the bytes when put returns, and give bytes that nobody else has", async () => {
      const bytes = sample(1_000);
      const before = Uint8Array.from(bytes);
      const putting = put(bytes);
      bytes.fill(0);
      const hash = await putting;
      expect(hash).toBe(blobHash(before));
      (await get(hash))?.fill(0);
      expect(await get(hash)).toEqual(before);
    });

    it("are apart from those of every other scope", async () => {
      const others = [`${scope} `, scope.slice(0, -1), `${scope}/a`, "a".repeat(200), "*", "ä"];
      const bytes = sample(100);
      const hash = await put(bytes);
      for (const other of others) {
        expect(await get(hash, other)).toBeUndefined();
        expect(await list(other)).toEqual([]);
        await put(sample(50), other);
      }
      await call((blobs) => blobs.clear());
      for (const other of others) {
        expect(await get(blobHash(sample(50)), other)).toEqual(sample(50));
        await call((blobs) => blobs.clear(), other);
      }
    });

    it.each(["", ">", "*", "../x", "A".repeat(64), "0".repeat(63), "0".repeat(64), "0".repeat(65)])(
      "have nothing under %j",
      async (hash) => {
        await put(sample(10));
        expect(await get(hash)).toBeUndefined();
        expect(await has(hash)).toBe(false);
        await call((blobs) => blobs.remove(hash));
        expect(await list()).toHaveLength(1);
      },
    );

    it("refuse a scope that cannot be", async () => {
      for (const bad of ["", "x".repeat(201), "\ud800"]) expect(() => scene.of(bad)).toThrow(Misuse);
    });

    it("are gone when they are removed, and there when they are put again", async () => {
      const [gone, kept] = [sample(1_500_000), sample(20)];
      const hashes = [await put(gone), await put(kept)] as const;
      await call((blobs) => blobs.remove(hashes[0]));
      await call((blobs) => blobs.remove(hashes[0]));
      expect(await get(hashes[0])).toBeUndefined();
      expect(await has(hashes[0])).toBe(false);
      expect((await list()).map(({ hash }) => hash)).toEqual([hashes[1]]);
      await put(gone);
      expect(sameBytes(await get(hashes[0]), gone)).toBe(true);
    });

    it("are gone all together when they are cleared", async () => {
      const hashes: string[] = [];
      for (const length of [0, 1, 1_200_000]) hashes.push(await put(sample(length)));
      await call((blobs) => blobs.clear());
      await call((blobs) => blobs.clear());
      expect(await list()).toEqual([]);
      for (const hash of hashes) expect(await get(hash)).toBeUndefined();
    });

    it("are listed with their sizes", async () => {
      const sizes = [0, 3, 600_000, 1_100_000];
      for (const length of sizes) await put(sample(length));
      const found = await list();
      const expected = sizes.map((length): [string, number] => [blobHash(sample(length)), length]);
      expect(new Map(found.map(({ hash, bytes }) => [hash, bytes]))).toEqual(new Map(expected));
    });

    it("are there when the store is opened again", async () => {
      const hash = await put(sample(1_300_000));
      await scene.reopen?.();
      expect(sameBytes(await get(hash), sample(1_300_000))).toBe(true);
    });

    const pieces = hasPieces ? (["first", "last", "head"] as const) : (["first"] as const);
    const changes: readonly (readonly [string, (was: Uint8Array) => Uint8Array | undefined])[] = [
      ["flipped in one bit", (was) => was.map((byte, at) => (at === was.length - 3 ? byte ^ 4 : byte))],
      ["torn", (was) => was.subarray(0, was.length / 2)],
      ["longer than it was", (was) => Buffer.concat([was, Buffer.of(0)])],
      ["empty", () => new Uint8Array()],
      ["gone", () => undefined],
    ];
    const damages = pieces.flatMap((piece) => changes.map(([how, make]) => [piece, how, make] as const));
    it.each(damages)(
      "whose %s piece is %s are not there, until they are put again",
      async (piece, _, make) => {
        const bytes = sample(1_300_000);
        const hash = await put(bytes);
        await put(sample(9));
        await scene.change(scope, hash, piece, make);
        // A head says more than what is needed to read the rest.
        if (piece !== "head") expect(await get(hash)).toBeUndefined();
        else expect([undefined, hash]).toContain(hashOf(await get(hash)));
        expect(await put(bytes)).toBe(hash);
        expect(sameBytes(await get(hash), bytes)).toBe(true);
        expect(await get(blobHash(sample(9)))).toEqual(sample(9));
      },
    );
  });
}

/** The same ones for a length, and no others. */
export function sample(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0, state = length + 1; at < length; at += 1) {
    state = (state * 48_271) % 2_147_483_647;
    bytes[at] = state;
  }
  return bytes;
}

/** What a failed comparison of a mebibyte would print is of no use to anybody. */
export function sameBytes(got: Uint8Array | undefined, expected: Uint8Array): boolean {
  return got !== undefined && Buffer.compare(got, expected) === 0;
}

function hashOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && blobHash(bytes);
}
