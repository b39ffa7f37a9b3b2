// Carries out what a person types behind a slash: some of it here, some of it as an order that the run keeps.
import { orderText } from "../../actors/chat/order.ts";
import { isRecord } from "../../runtime/wire/shape.ts";
import type { RunQuestion } from "../../supervisors/runs/runs.ts";
import { writeReport } from "../destination.ts";
import type { Host, Settings } from "../host.ts";
import { type Slash, slashHelp } from "./slash.ts";
import { transcriptJson, transcriptMarkdown, transcriptText } from "./transcript.ts";
import type { ChatView } from "./view.ts";

export interface ChatCommandsOptions {
  readonly host: Host;
  readonly settings: Settings;
  readonly view: ChatView;
  readonly note: (text: string) => Promise<void>;
}

/** How the conversation stands, as its question for the next message says. */
interface Standing {
  readonly provider: string;
  readonly model: string;
  readonly host: string;
  readonly paths: readonly string[];
  /** True where nothing leaves the machine. */
  readonly isHere: boolean;
}

const nothing: Standing = { provider: "", model: "", host: "", paths: [], isHere: false };

export class ChatCommands {
  readonly #options: ChatCommandsOptions;
  #standing = nothing;

  constructor(options: ChatCommandsOptions) {
    this.#options = options;
  }

  /** The conversation waits for a message. @returns where that goes, for people */
  asked({ about }: Pick<RunQuestion, "about">): string {
    this.#standing = standingIn(about);
    const { provider, model, host, isHere } = this.#standing;
    const who = `${provider}${model === "" ? "" : `, ${model}`}`;
    return `What you say goes to ${who}, at ${host}${isHere ? ", which is this machine" : ""}. /help lists the commands.`;
  }

  /**
   * Gives what the run is to be told; undefined where there is nothing.
   * @throws {UnknownProvider}; {FileError} the conversation cannot be saved there
   */
  async carryOut({ name, rest }: Slash): Promise<string | undefined> {
    const { note, view, settings } = this.#options;
    const { provider, model, host, paths } = this.#standing;
    switch (name) {
      case "help":
        await note(slashHelp());
        return undefined;
      case "clear":
      case "undo":
        return orderText({ order: name });
      case "context": {
        if (rest !== "") return orderText({ order: "context", path: rest });
        await note(
          paths.length === 0 ? "No file or folder was named. /context PATH adds one." : paths.join("\n"),
        );
        return undefined;
      }
      case "model": {
        if (rest !== "")
          return orderText({ order: "partner", ...(await settings.partner({ provider, model: rest })) });
        await note(`${provider}${model === "" ? "" : `, ${model}`}, at ${host}`);
        return undefined;
      }
      case "provider":
        return orderText({ order: "partner", ...(await settings.partner({ provider: rest })) });
      case "history":
        await note(transcriptText(await view.transcript()) || "Nothing was said yet.");
        return undefined;
      case "cost":
        await note(`${view.answered} answers, ${view.taken}`);
        return undefined;
      case "save":
        await this.#save(rest);
        return undefined;
      case "quit":
        return undefined;
    }
  }

  async #save(path: string): Promise<void> {
    const { view, host, note } = this.#options;
    const transcript = await view.transcript();
    const text = path.endsWith(".json") ? transcriptJson(transcript) : transcriptMarkdown(transcript);
    await writeReport(host.world.files, path, text);
    await note(`Saved to ${path}.`);
  }
}

function standingIn(about: unknown): Standing {
  if (!isRecord(about)) return nothing;
  const { provider, model, host, paths, place } = about;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const named = Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [];
  return {
    provider: text(provider),
    model: text(model),
    host: text(host),
    paths: named,
    isHere: place === "machine",
  };
}
