// An answer over HTTP as `fetch` gives it. Its headers and its stream are made when somebody asks for them: the standard's own
// `Response` takes longer to make than a short answer takes to come.
import { BodyStream } from "./body-stream.ts";
import type { ReceivedBody } from "./received-body.ts";

/** What came of a request, as the HTTP client has it. */
export interface Answer {
  readonly statusCode: number;
  readonly statusText: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: ReceivedBody;
}

export class HttpResponse implements Response {
  readonly status: number;
  readonly statusText: string;
  readonly redirected: boolean;
  readonly type = "basic";
  readonly #answer: Answer;
  readonly #url: URL;
  #headers: Headers | undefined;
  #body: BodyStream | undefined;
  #whole: Response | undefined;

  /** `url` answered; `redirected`: it is not the one that was asked. */
  constructor(answer: Answer, url: URL, redirected: boolean) {
    this.status = answer.statusCode;
    this.statusText = answer.statusText;
    this.#url = url;
    this.redirected = redirected;
    this.#answer = answer;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get url(): string {
    return this.#url.href;
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#answer.headers);
    return this.#headers;
  }

  /** What `headers` says too, without making them. `name` in small letters. */
  header(name: string): string | null {
    const value = this.#answer.headers[name];
    return typeof value === "string" ? value : (value?.join(", ") ?? null);
  }

  /** Whoever cancels it, or stops reading, closes the connection. */
  get body(): BodyStream {
    this.#body ??= new BodyStream(this.#answer.body);
    return this.#body;
  }

  get bodyUsed(): boolean {
    return this.#answer.body.isDisturbed;
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#standard.arrayBuffer();
  }

  blob(): Promise<Blob> {
    return this.#standard.blob();
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.arrayBuffer().then((buffer) => new Uint8Array(buffer));
  }

  clone(): Response {
    return this.#standard.clone();
  }

  formData(): Promise<FormData> {
    return this.#standard.formData();
  }

  json(): Promise<unknown> {
    return this.#standard.json();
  }

  text(): Promise<string> {
    return this.#standard.text();
  }

  /** The same as the standard's own, for what is asked for seldom. */
  get #standard(): Response {
    this.#whole ??= new Response(isWithoutBody(this.status) ? null : this.body.standard, this);
    return this.#whole;
  }
}

function headersOf(given: Answer["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "string") headers.append(name, value);
    else for (const one of value ?? []) headers.append(name, one);
  }
  return headers;
}

function isWithoutBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
