// A conversation as a run: what it is asked to be, who answers in it, and whether naming a file is consent to send it.
import { resolve } from "node:path";
import {
  type Allowed,
  type ChatTerms,
  type ConversationType,
  conversationTypes,
} from "../../actors/chat/conversation.ts";
import { chatLimits } from "../../actors/chat/limits.ts";
import { completionMsDefault } from "../../actors/llm/limits.ts";
import { planOfChat } from "../../actors/operations/chat.ts";
import type { Reviewer } from "../../actors/review/reviewer.ts";
import type { WorkspaceRef } from "../../actors/runs/run-spec.ts";
import { AiexError } from "../../runtime/errors.ts";
import { FileError } from "../../runtime/file-system.ts";
import type { Configuration } from "../config.ts";
import { chooseReviewer, UnknownProvider } from "../reviewer.ts";
import { type SessionChoice, sessionRef } from "../sessions.ts";
import type { AnalysisPlace } from "./analysis.ts";
import type { RunOrder } from "./runs.ts";

/** What a run is called that is a conversation. */
export const chatKind = "chat";

export interface PartnerChoice {
  /** The entry of llm.providers; else llm.default_provider, else one whose key or address is in the environment. */
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
}

export interface ChatOrder extends PartnerChoice {
  readonly type?: ConversationType | undefined;
  /** Files and folders that it is about. */
  readonly paths?: readonly string[] | undefined;
  /** Default: "ask". */
  readonly allowed?: Allowed | undefined;
  /** Milliseconds for one answer. */
  readonly deadlineMs?: number | undefined;
  /** US dollars for all of it. */
  readonly costUsdMax?: number | undefined;
  /** Whose files they are, as for an analysis. */
  readonly workspace?: WorkspaceRef | undefined;
  /** Which session it belongs to; left out for none. */
  readonly session?: SessionChoice | undefined;
}

export interface Partner {
  readonly partner: Reviewer;
  /** True where a person has chosen who answers, so that what is named for it may be sent there. */
  readonly maySendNamed: boolean;
}

/** A path that cannot belong to a conversation. */
class PathRefused extends AiexError {
  readonly code = "path_refused";
}

/** @throws {UnknownProvider}; {PathRefused} */
export async function chatOrder(place: AnalysisPlace, order: ChatOrder): Promise<RunOrder> {
  const {
    type = conversationTypes[0],
    paths = [],
    allowed = "ask",
    deadlineMs,
    costUsdMax,
    workspace,
  } = order;
  if (paths.length > chatLimits.pathsMax)
    throw new PathRefused(
      `${paths.length} paths were named, and ${chatLimits.pathsMax} are the most. Name a folder.`,
    );
  if (workspace?.id.startsWith("node:") !== true) for (const path of paths) await checkPath(place, path);
  const session = order.session && (await sessionRef(place, order.session));
  const terms: ChatTerms = {
    ...choosePartner(place.configuration, order),
    ...{ type, allowed, paths, answerMs: deadlineMs ?? completionMsDefault, since: 1 },
    contextTokensMax: place.configuration.values.operations.context_tokens,
  };
  const about = paths.length === 0 ? "" : ` about ${paths.join(", ")}`;
  return {
    kind: chatKind,
    title: `Chat with ${terms.partner.provider}${about}`,
    plan: planOfChat(terms),
    ...{
      workspace,
      session,
      costUsdMax,
      asks: true,
      request: { chat: { type, provider: terms.partner.provider } },
    },
  };
}

/** @throws {UnknownProvider} there is nobody who could answer */
export function choosePartner(configuration: Configuration, { provider, model }: PartnerChoice): Partner {
  const partner = chooseReviewer(configuration, { provider, model, isOneFile: true });
  if (partner === undefined)
    throw new UnknownProvider(
      "A conversation needs a model that answers, and none is chosen: name one with --provider, or set llm.default_provider.",
      Object.keys(configuration.values.llm.providers),
    );
  const isChosen = provider !== undefined || configuration.values.llm.default_provider !== undefined;
  return { partner, maySendNamed: isChosen };
}

async function checkPath({ files, directory }: AnalysisPlace, path: string): Promise<void> {
  try {
    await files.status(resolve(directory, path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new PathRefused(`${JSON.stringify(path)} cannot belong to the conversation: ${error.message}`);
  }
}
