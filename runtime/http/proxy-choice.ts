// Which proxy a request goes through, if any.
import { BlockList, isIP } from "node:net";
import { Secret } from "../secret.ts";

export interface ProxyOptions {
  /** For https: the URL of a proxy, with name and password where it wants them. */
  readonly https?: string | Secret | undefined;
  /** For http, the same; what it gets it reads. */
  readonly http?: string | Secret | undefined;
  /**
   * Hosts that are reached without, with commas or spaces between: names, which stand for all below them too, addresses and
   * ranges such as 10.0.0.0/8, each with a port where only that is meant; or `*`.
   */
  readonly noProxy?: string | undefined;
}

export interface WebProxy {
  /** Such as http://proxy.example.com:3128, without name and password. */
  readonly origin: string;
  readonly url: URL;
  /** The value of its header `proxy-authorization`. */
  readonly authorization: Secret | undefined;
}

/** Says for a URL which proxy it goes through. This machine is always reached without one. @throws {TypeError} no URL */
export function proxyChoice({ https, http, noProxy = "" }: ProxyOptions): (url: URL) => WebProxy | undefined {
  const proxies: Partial<Record<string, WebProxy | undefined>> = {
    "https:": proxyOf(https),
    "http:": proxyOf(http),
  };
  const exceptions = noProxy.split(/[\s,]+/).flatMap((word) => (word === "" ? [] : [exceptionOf(word)]));
  return (url) => {
    const proxy = proxies[url.protocol];
    if (proxy === undefined || thisMachine(hostOf(url))) return undefined;
    return exceptions.some((isException) => isException(hostOf(url), portOf(url))) ? undefined : proxy;
  };
}

type Exception = (host: string, port: string) => boolean;

function exceptionOf(word: string): Exception {
  if (word === "*") return () => true;
  const [, range, bits] = /^(.+)\/(\d+)$/.exec(word) ?? [];
  if (range !== undefined && isIP(range) !== 0) return inRange(range, Number(bits));
  const [, host = word, wanted] = isIP(word) === 6 ? [] : (/^(.+):(\d+)$/.exec(word) ?? []);
  const name = host
    .replace(/^\*?\./, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
  return (given, port) =>
    (wanted === undefined || wanted === port) && (given === name || given.endsWith(`.${name}`));
}

function inRange(range: string, bits: number): Exception {
  const type = isIP(range) === 6 ? "ipv6" : "ipv4";
  const list = new BlockList();
  if (bits > (type === "ipv6" ? 128 : 32)) return () => false;
  list.addSubnet(range, bits, type);
  return (host) => isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

function thisMachine(host: string): boolean {
  return /^(.+\.)?localhost$/.test(host) || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Without the brackets of an IPv6 address, and without the dot that may end a name. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === "https:" ? "443" : "80");
}

function proxyOf(given: string | Secret | undefined): WebProxy | undefined {
  if (given === undefined) return undefined;
  const url = new URL(given instanceof Secret ? given.reveal() : given);
  const { username, password, origin } = url;
  const authorization =
    username === ""
      ? undefined
      : new Secret(
          `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`,
        );
  url.username = "";
  url.password = "";
  return { origin, url, authorization };
}
