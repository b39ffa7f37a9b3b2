// What is sent one way, and how much of it is on its way at once.

export type Size = "small" | "kib" | "large";

/** Messages that are sent in one turn, and how many such batches may be without an answer: 3 MiB of the longer ones. */
export const inFlight: Readonly<Record<Size, { readonly batch: number; readonly batchesMax: number }>> = {
  small: { batch: 256, batchesMax: 16 },
  kib: { batch: 256, batchesMax: 12 },
  large: { batch: 8, batchesMax: 6 },
};

/** About 100 bytes as JSON. */
const reading = {
  id: 123_456,
  at: 1_732_309_200_123.5,
  kind: "reading",
  place: "room 12",
  value: 21.5,
  ok: true,
};

/** Data, as an application has it. */
export const payloads: Readonly<Record<Size, object>> = {
  small: reading,
  kib: { bytes: new Uint8Array(1_024) },
  large: { bytes: new Uint8Array(65_536) },
};

/** The same as bytes alone, for whoever knows nothing else. */
export const bare: Readonly<Record<Size, Uint8Array>> = {
  small: new Uint8Array(Buffer.from(JSON.stringify(reading))),
  kib: new Uint8Array(1_024),
  large: new Uint8Array(65_536),
};
