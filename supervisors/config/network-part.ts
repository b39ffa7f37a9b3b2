// What a person can configure about how hosts elsewhere are reached over HTTP.
import { z } from "zod";
import { Secret } from "../../runtime/secret.ts";

const flag = z.preprocess(
  (given) => (given === "true" ? true : given === "false" ? false : given),
  z.boolean(),
);

/** What holds a password is shown to nobody; an address without one is no secret. */
const proxy = z
  .string()
  .refine(
    (text) => isProxyUrl(withScheme(text)),
    "must be a URL such as http://proxy.example.com:3128 or http://NAME:PASSWORD@HOST:PORT",
  )
  .transform((text) => {
    const url = withScheme(text);
    return new URL(url).username === "" ? url : new Secret(url);
  })
  .optional();

export const networkConfiguration = z.strictObject({
  proxy: proxy.meta({ description: "URL of the proxy for requests by https", secret: true }),
  http_proxy: proxy.meta({
    description: "URL of the proxy for requests by http, which can read them",
    secret: true,
  }),
  no_proxy: z
    .string()
    .max(10_000)
    .optional()
    .describe(
      "Hosts that are reached without a proxy, with commas between: names with all below them, addresses, ranges such as 10.0.0.0/8; * for all",
    ),
  ca_file: z
    .string()
    .min(1)
    .refine((text) => !text.includes("\0"), "must hold no NUL character")
    .optional()
    .describe("File with certificates (PEM) that vouch for servers, beside those that Node.js trusts"),
  verify_tls: flag
    .default(true)
    .describe(
      "False where any certificate will do, so that whoever is on the way can read and change everything",
    ),
  follow_redirects: flag
    .default(false)
    .describe(
      "Whether a server may send a request to another place of its own; to another host it never goes",
    ),
  connect_timeout_ms: z
    .int()
    .min(100)
    .max(600_000)
    .default(10_000)
    .describe("Milliseconds until there is a connection; a proxy has as many again"),
});

export type NetworkConfiguration = z.output<typeof networkConfiguration>;

/** Environment variables and the keys, below this part, that they set. Those in small letters are the older ones, and go first. */
export const networkVariables = {
  HTTPS_PROXY: "proxy",
  https_proxy: "proxy",
  HTTP_PROXY: "http_proxy",
  http_proxy: "http_proxy",
  NO_PROXY: "no_proxy",
  no_proxy: "no_proxy",
  AIEX_CA_FILE: "ca_file",
} as const;

/** Sentences for stderr about what is less safe than it could be. */
export function networkWarnings({ verify_tls, ca_file }: NetworkConfiguration): string[] {
  if (verify_tls) return [];
  const also = ca_file === undefined ? "" : " network.ca_file has no effect then.";
  return [
    `network.verify_tls is off: whoever is on the way to a provider can read the key and the code that are sent, and change what comes back. To trust a server of your own, turn it on and name its certificate in network.ca_file.${also}`,
  ];
}

/** Other programs take a host and a port alone, so environments have them. */
function withScheme(text: string): string {
  return text.includes("://") ? text : `http://${text}`;
}

function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  return (
    /^https?:$/.test(protocol) &&
    pathname === "/" &&
    `${search}${hash}` === "" &&
    isEncoded(username + password)
  );
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
