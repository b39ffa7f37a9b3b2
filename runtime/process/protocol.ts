// What a process understands, as types: its calls with their replies, its casts, and the plain messages it takes.

/** Any message. Like an XState event it is an object with a `type`. */
export interface Message {
  readonly type: string;
}

/** A message of which no more is known: the second shape lets a literal carry fields, the first takes any declared type. */
export type AnyMessage = Message | (Message & { readonly [field: string]: unknown });

export interface Protocol {
  readonly calls: object;
  readonly casts: object;
  readonly messages: unknown;
}

/** The protocol of an address whose process is not known at compile time. */
export interface AnyProtocol {
  readonly calls: Readonly<Record<string, { readonly payload: unknown; readonly reply: unknown }>>;
  readonly casts: Readonly<Record<string, unknown>>;
  readonly messages: AnyMessage;
}

export type CallName<P extends Protocol> = keyof P["calls"] & string;
export type CastName<P extends Protocol> = keyof P["casts"] & string;
export type CallPayload<P extends Protocol, K extends CallName<P>> = P["calls"][K] extends {
  readonly payload: infer Payload;
}
  ? Payload
  : never;
export type CallReply<P extends Protocol, K extends CallName<P>> = P["calls"][K] extends {
  readonly reply: infer Reply;
}
  ? Reply
  : never;
export type CastPayload<P extends Protocol, K extends CastName<P>> = P["casts"][K];

/** Arguments behind the message's name: the payload may be left out where there is none. */
export type PayloadArguments<Payload, Options = never> = unknown extends Payload
  ? [payload?: unknown, options?: Options]
  : undefined extends Payload
    ? [payload?: Payload, options?: Options]
    : [payload: Payload, options?: Options];
