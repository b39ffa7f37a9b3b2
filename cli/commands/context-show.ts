// `aiex context show`: what a model would be given of a project for a question, and why; or what a session remembers.
import type { Asking } from "../asking.ts";
import { shownEntriesDefault } from "../command-tables/project.ts";
import { withContext } from "../context-places.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { withLibrary } from "../library.ts";
import { numberValue, optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { renderPacked } from "../render/packed-text.ts";
import { renderSession, renderSessionMarkdown } from "../render/session-text.ts";
import { sessionName } from "../session-choice.ts";
import { readSettings } from "../settings.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

export function contextShow(asking: Asking): Promise<ExitCode> {
  return asking.parsed.options.has("session") ? showSession(asking) : showPacked(asking);
}

async function showPacked({ parsed, host, interruption }: Asking): Promise<ExitCode> {
  refuse(parsed.options, ["limit", "on", "nats", "credentials", "timeout"], "only for --session");
  const format = optionValue(parsed, "format");
  if (format === "markdown") throw new UsageError("--format markdown is only for --session.", topic);
  const settings = await readSettings(host, interruption);
  const budgetTokens = numberValue(parsed, "budget");
  const request = {
    paths: parsed.arguments,
    query: optionValue(parsed, "query") ?? "",
    ...(budgetTokens === undefined ? {} : { budgetTokens }),
    signal: interruption.signal,
  };
  const packed = await withLibrary(settings, host, interruption, ({ context }) => context.pack(request));
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  const isWhy = parsed.options.has("why");
  await host.stdout.write(
    format === "json"
      ? renderJson({ schema: "aiex.context/1", ...packed })
      : renderPacked(packed, { isWhy }, terminal),
  );
  return exitCodes.ok;
}

async function showSession(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  refuse(parsed.options, ["query", "budget", "why"], "not for --session");
  const [path] = parsed.arguments;
  if (path !== undefined)
    throw new UsageError(`A session is shown as a whole: leave out ${JSON.stringify(path)}.`, topic);
  const given = parsed.options.get("session");
  const choice = typeof given === "string" ? { name: sessionName(given) } : {};
  const limit = numberValue(parsed, "limit") ?? shownEntriesDefault;
  const { node, session } = await withContext(asking, async (place) => ({
    node: place.node,
    session: await place.show(await place.idOf(choice), limit),
  }));
  const written = {
    json: () => renderJson({ schema: "aiex.context-session/1", node, session }),
    markdown: () => renderSessionMarkdown(session),
    text: () =>
      renderSession(session, host.world.clock.wallTime(), terminalOf(host.stdout, host.env, host.platform)),
  };
  await host.stdout.write(written[optionValue(parsed, "format") as keyof typeof written]());
  return exitCodes.ok;
}

function refuse(options: ReadonlyMap<string, unknown>, names: readonly string[], when: string): void {
  const name = names.find((one) => options.has(one));
  if (name !== undefined) throw new UsageError(`--${name} is ${when}.`, topic);
}

const topic = "context show";
