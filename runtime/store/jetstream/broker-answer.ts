// What a broker's stream API answers: its errors by what they mean for whoever asked.

export interface BrokerError {
  readonly code: number;
  readonly number: number;
  readonly words: string;
}

export type BrokerAnswer =
  | { readonly kind: "ok"; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: "error"; readonly error: BrokerError };

/** Numbers of errors that are looked for, as the broker's own list has them. */
export const brokerErrors = {
  noConsumer: 10_014,
  noMessage: 10_037,
  streamExists: 10_058,
  noStream: 10_059,
  /** The last message of the subject is another one than was expected. */
  wrongPosition: 10_071,
  replicasWithoutSet: 10_074,
  /** The disk failed, or there is no room. Its code is that of what passes by itself. */
  notStored: 10_077,
  /** A message of the same subject is being agreed on: which will be the last one is not known yet. */
  positionInMotion: 10_164,
} as const;

/** @returns undefined for what is no answer of this API */
export function readAnswer(payload: Uint8Array): BrokerAnswer | undefined {
  let body: unknown;
  try {
    body = JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isRecord(body)) return undefined;
  const { error } = body;
  if (error === undefined || error === null) return { kind: "ok", body };
  if (!isRecord(error)) return undefined;
  const { code, err_code: number, description } = error;
  return {
    kind: "error",
    error: {
      code: typeof code === "number" ? code : 0,
      number: typeof number === "number" ? number : 0,
      words: typeof description === "string" ? description : "an error without words",
    },
  };
}

/** Nothing was done, and it may be different in a moment: no leader, no majority, not up yet, or others were under way. */
export function isForTheMoment({ code, number }: BrokerError): boolean {
  return code === 503 || number === brokerErrors.positionInMotion;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
