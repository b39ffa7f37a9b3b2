// Stands in for callers of an older shape of the packing, until they call packing.ts.
import { pack } from "./packing.ts";

export class DataWriter {
  #bytes = new Uint8Array(0);
  value(value: unknown, _depth: number): void {
    this.#bytes = new Uint8Array(pack(value));
  }
  take(): Uint8Array {
    return this.#bytes;
  }
}
