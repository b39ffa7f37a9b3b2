// The real domain name system, asked directly: nothing is remembered between two questions.
import { promises } from "node:dns";
import { Resolver as Client } from "node:dns/promises";
import { type Resolver, ResolverError, type ResolverErrorCode } from "../discovery/resolver.ts";

export interface ResolverOptions {
  /** `address:port` of servers for names. Default: the system's, with its file of hosts too. */
  readonly servers?: readonly string[];
  /** Milliseconds for one question to one server, and how often it is asked. */
  readonly timeoutMs: number;
  readonly tries: number;
}

export function realResolver({ servers, timeoutMs, tries }: ResolverOptions): Resolver {
  const client = new Client({ timeout: timeoutMs, tries });
  if (servers !== undefined) client.setServers([...servers]);
  return {
    addresses: async (name) => {
      // The system's own way knows its file of hosts, and the domains that it tries in turn.
      if (servers === undefined) {
        const found = await asked(name, promises.lookup(name, { all: true }));
        return found.map(({ address }) => address);
      }
      const [four, six] = await Promise.allSettled([
        asked(name, client.resolve4(name)),
        asked(name, client.resolve6(name)),
      ]);
      const found = [four, six].flatMap((one) => (one.status === "fulfilled" ? one.value : []));
      if (found.length > 0) return found;
      // That a name has no address of one kind is no news where the other question failed.
      const failures = [four, six].flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
      throw failures.find((failure) => (failure as ResolverError).code === "unanswered") ?? failures[0];
    },
    services: async (name) => asked(name, client.resolveSrv(name)),
  };
}

async function asked<T>(name: string, question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    const errno = (error as { readonly code?: string }).code ?? "";
    throw new ResolverError(codeOf(errno), `${errno || "failed"} for ${JSON.stringify(name)}`, error);
  }
}

function codeOf(errno: string): ResolverErrorCode {
  if (errno === "ENOTFOUND" || errno === "ENODATA") return "not_found";
  return errno === "EBADNAME" || errno === "EBADSTR" || errno === "ERR_INVALID_ARG_VALUE"
    ? "bad_name"
    : "unanswered";
}
