// A request as it is given to `fetch`, with what the HTTP client needs of it.

export interface Asked {
  readonly url: URL;
  readonly method: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  readonly signal: AbortSignal | undefined;
  readonly redirect: string;
}

/**
 * A promise of it only where its body has to be read first.
 * @throws {TypeError} the address is no URL of http or https, or holds a password
 */
export function askedOf(resource: string | URL | Request, init: RequestInit = {}): Asked | Promise<Asked> {
  const given = resource instanceof Request ? { ...partsOf(resource), ...init } : init;
  const url = new URL(resource instanceof Request ? resource.url : resource);
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new TypeError(
      "fetch takes URLs that begin with http:// or https:// and hold no name and password.",
    );
  }
  const { body = null } = given;
  const asked = {
    url,
    method: (given.method ?? "GET").toUpperCase(),
    headers: headersOf(given.headers),
    signal: given.signal ?? undefined,
    redirect: given.redirect ?? "follow",
  };
  return body === null || typeof body === "string" || body instanceof Uint8Array
    ? { ...asked, body }
    : withBytes(asked, new Response(body));
}

/** Some guards of servers turn away whoever has no name; more than that about this machine is nobody's business. */
const defaults = { "user-agent": "aiex", "accept-encoding": "identity" };

function partsOf({ method, headers, body, signal, redirect }: Request): RequestInit {
  return { method, headers, body, signal, redirect };
}

/** An object whose names are in small letters already is taken as it is: the standard's own `Headers` takes longer than all else. */
function headersOf(given: RequestInit["headers"]): Record<string, string> {
  const isPlain =
    given !== undefined &&
    Object.getPrototypeOf(given) === Object.prototype &&
    Object.entries(given).every(([name, value]) => typeof value === "string" && !/[A-Z]/.test(name));
  const own = isPlain ? (given as Record<string, string>) : Object.fromEntries(new Headers(given));
  return { ...defaults, ...own };
}

/** A body in one of the rarer forms, by the standard's own rules, which give some a type. */
async function withBytes(asked: Omit<Asked, "body">, whole: Response): Promise<Asked> {
  const type = whole.headers.get("content-type");
  const headers = { ...(type === null ? {} : { "content-type": type }), ...asked.headers };
  return { ...asked, headers, body: new Uint8Array(await whole.arrayBuffer()) };
}
