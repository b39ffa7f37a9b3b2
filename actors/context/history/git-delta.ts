// Applies a difference of Git's packs to what it is a difference from (gitformat-pack, "Deltified representation"). Any bytes may be given.

/** Undefined where it does not fit, or what comes of it is longer than that. */
export function applyDelta(base: Buffer, delta: Buffer, bytesMax: number): Buffer | undefined {
  const from = sizeAt(delta, 0);
  const to = from === undefined ? undefined : sizeAt(delta, from.next);
  if (from?.size !== base.length || to === undefined || to.size > bytesMax) return undefined;
  const result = Buffer.alloc(to.size);
  let length = 0;
  for (let at = to.next; at < delta.length; ) {
    const step = stepAt(delta, at);
    if (step === undefined) return undefined;
    const source = step.isCopy ? base : delta;
    const end = step.from + step.size;
    if (end > source.length || length + step.size > result.length) return undefined;
    source.copy(result, length, step.from, end);
    length += step.size;
    at = step.next;
  }
  return length === result.length ? result : undefined;
}

interface Step {
  /** From what it is a difference from; else from the difference itself. */
  readonly isCopy: boolean;
  readonly from: number;
  /** At least 1, so that the steps of a difference come to an end. */
  readonly size: number;
  readonly next: number;
}

function stepAt(delta: Buffer, start: number): Step | undefined {
  const order = delta[start] ?? 0;
  let at = start + 1;
  if (order === 0) return undefined;
  if (order < 0x80) return { isCopy: false, from: at, size: order, next: at + order };
  // Its lower bits say which bytes of the place and of the size are there: the others are 0.
  const values = [0, 0, 0, 0, 0, 0, 0];
  for (const bit of values.keys()) {
    if ((order & (1 << bit)) === 0) continue;
    const byte = delta[at];
    if (byte === undefined) return undefined;
    values[bit] = byte;
    at += 1;
  }
  const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0, z = 0] = values;
  const size = x + y * 2 ** 8 + z * 2 ** 16;
  return {
    isCopy: true,
    from: a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24,
    size: size === 0 ? 0x10000 : size,
    next: at,
  };
}

function sizeAt(delta: Buffer, start: number): { readonly size: number; readonly next: number } | undefined {
  let size = 0;
  let scale = 1;
  for (let at = start; scale < 2 ** 42; at += 1, scale *= 128) {
    const byte = delta[at];
    if (byte === undefined) return undefined;
    size += (byte & 0x7f) * scale;
    if (byte < 0x80) return { size, next: at + 1 };
  }
  return undefined;
}
