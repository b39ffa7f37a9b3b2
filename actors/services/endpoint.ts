// What a service offers to plain NATS clients: endpoints that take JSON and give JSON, or say why not.
import type { z } from "zod";
import { AiexError } from "../../runtime/index.ts";

/** Status numbers are those of HTTP, which the tools for NATS services know. */
export type Status = 400 | 404 | 413 | 422 | 429 | 500 | 502 | 503 | 504;

export interface Problem {
  readonly status: Status;
  /** For programs; stable. */
  readonly code: string;
  readonly message: string;
  /** True where the same request may succeed later without a change. */
  readonly retryable: boolean;
}

export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem };

export interface Endpoint {
  readonly name: string;
  readonly description: string;
  /** Milliseconds for one request. */
  readonly timeoutMs: number;
  /** The outcome of a request, in a process of its own. `payload` is any JSON. What this throws is a fault of ours. */
  readonly answer: (payload: unknown) => Promise<Outcome>;
}

export interface ServiceDefinition {
  /** Its token in the subject. */
  readonly name: string;
  readonly description: string;
  readonly endpoints: readonly Endpoint[];
  /** The endpoint that answers at the service's own subject too. */
  readonly main: string;
}

export interface EndpointOptions<Payload> {
  readonly description: string;
  readonly timeoutMs: number;
  /** The form of the payload. Nothing beyond it is taken. */
  readonly payload: z.ZodType<Payload>;
  readonly answer: (payload: Payload) => Promise<Outcome>;
}

/** Defines an endpoint whose payload is checked before it is worked on. */
export function endpoint<Payload>(name: string, options: EndpointOptions<Payload>): Endpoint {
  const { description, timeoutMs, payload: form } = options;
  return {
    name,
    description,
    timeoutMs,
    answer: async (payload) => {
      const checked = form.safeParse(payload);
      if (checked.success) return options.answer(checked.data);
      const [issue] = checked.error.issues;
      const where = issue?.path.join(".") || "the payload";
      return failed(
        400,
        "bad_request",
        `${where}: ${issue?.message ?? "it is not accepted"}. ${description}`,
      );
    },
  };
}

export function answered(value: unknown): Outcome {
  return { ok: true, value };
}

export function failed(status: Status, code: string, message: string, retryable = false): Outcome {
  return { ok: false, problem: { status, code, message, retryable } };
}

/** A part of this program that is not there or does not answer, as it is just being started again: worth another try. */
export async function fromPart(asking: Promise<unknown>): Promise<Outcome> {
  try {
    return answered(await asking);
  } catch (error) {
    return unavailable(error);
  }
}

/** @throws what is no expected failure */
export function unavailable(error: unknown): Outcome {
  if (!(error instanceof AiexError) || error.code === "misuse") throw error;
  return failed(503, error.code, error.message, true);
}
