// Whether a request goes where an answer sends it. It goes to the same origin only: what it carries, a key and other people's code,
// is meant for the address that somebody configured, and for no other.

/** Undefined where the answer is to be given as it is. */
export function redirectTarget(
  from: URL,
  { status, location, method }: { status: number; location: string | undefined; method: string },
): URL | undefined {
  // The other three turn a POST into a GET, which no interface means.
  const keepsMethod = status === 307 || status === 308;
  const isLook = (method === "GET" || method === "HEAD") && [301, 302, 303].includes(status);
  if (location === undefined || !(keepsMethod || isLook) || !URL.canParse(location, from.href))
    return undefined;
  const target = new URL(location, from);
  return target.origin === from.origin && target.username === "" && target.password === ""
    ? target
    : undefined;
}
