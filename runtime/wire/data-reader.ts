// Stands in for callers of an older shape of the packing, until they call packing.ts.
import { unpackAll } from "./packing.ts";

export { Refusal as ReadRefusal } from "./screen.ts";

export class DataReader {
  isAtEnd = false;
  readonly #bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  value(depth: number): unknown {
    const values = unpackAll(this.#bytes, depth);
    this.isAtEnd = values.length === 1;
    return values[0];
  }
}
