// The auditor of a program: any of its processes has it note what happened, and nodes have each other note what they wrote last.

import { FileError } from "../../runtime/file-system.ts";
import {
  cast,
  groupMembers,
  joinGroup,
  type Name,
  named,
  noReply,
  ok,
  type Pid,
  type Protocol,
  self,
  send,
  sendAfter,
  server,
} from "../../runtime/index.ts";
import type { AuditLog } from "./audit-log.ts";
import type { AuditWord } from "./record.ts";

/** What happened, for the log. */
export interface AuditNote {
  readonly what: AuditWord;
  readonly about: object;
  /** What was sent itself: written only where that is configured. */
  readonly content?: string | undefined;
}

export interface Auditor extends Protocol {
  readonly calls: Record<never, never>;
  readonly casts: { readonly note: AuditNote };
  readonly messages: { readonly type: string };
}

export const auditorName = "audit.log";
const auditorAt: Name<Auditor> = named(auditorName);

/** Has it noted, where the program audits. Nobody waits for it. */
export function audited(what: AuditWord, about: object, content?: string): void {
  cast(auditorAt, "note", { what, about, ...(content === undefined ? {} : { content }) });
}

/** The scope of groups in which the auditors of nodes find each other. */
export const auditScope = "audit";
const group = "auditors";

/** How often a node tells what it wrote last: what may be cut off in secret is what happened since. */
const headsEveryMs = 60_000;

export interface AuditorOptions {
  /** Undefined where nothing is audited. */
  readonly log: AuditLog | undefined;
  /** The name of the node, where others are to note what it wrote last; it then stands beside a scope `audit`. */
  readonly node: string | undefined;
  /** Hears once in a row, in a sentence for people, that something could not be written. */
  readonly onLost: (sentence: string) => void;
}

interface HeadMessage {
  readonly type: "head";
  readonly node: string;
  readonly head: string;
}

export function auditor(options: AuditorOptions) {
  return server(auditorName, {
    init: () => ok(new Noting(options)),
    casts: {
      note: async (noting: Noting, note: AuditNote) => {
        await noting.note(note);
        return noReply(noting);
      },
    },
    info: async (noting, message) => {
      await noting.hear(message as HeadMessage | { readonly type: "tell_head" });
      return noReply(noting);
    },
    formatState: ({ shown }) => shown,
  });
}

class Noting {
  readonly #options: AuditorOptions;
  readonly #me: Pid = self();
  #hasNews = false;
  #isLosing = false;

  constructor(options: AuditorOptions) {
    this.#options = options;
    if (options.node === undefined) return;
    joinGroup(auditScope, group, this.#me);
    this.#rest();
  }

  get shown(): unknown {
    return { audits: this.#options.log !== undefined, losing: this.#isLosing };
  }

  async note({ what, about, content }: AuditNote): Promise<void> {
    if (await this.#written(what, about, content)) this.#hasNews = true;
  }

  async hear(message: HeadMessage | { readonly type: "tell_head" }): Promise<void> {
    if (message.type === "tell_head") await this.#tell();
    else if (message.type === "head" && isHead(message))
      // What others noted is no news for them in turn: it would never end.
      await this.#written("head_noted", { node: message.node, head: message.head });
  }

  async #tell(): Promise<void> {
    const { log, node } = this.#options;
    if (this.#hasNews && log !== undefined && node !== undefined) {
      this.#hasNews = false;
      const head = log.head;
      const others = groupMembers(auditScope, group).filter((pid) => pid.node !== this.#me.node);
      if (head !== undefined) for (const other of others) send(other, { type: "head", node, head } as never);
    }
    this.#rest();
  }

  #rest(): void {
    sendAfter(this.#me, { type: "tell_head" } as never, headsEveryMs);
  }

  async #written(what: AuditWord, about: object, content?: string): Promise<boolean> {
    try {
      await this.#options.log?.note(what, about, content);
      this.#isLosing = false;
      return true;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (!this.#isLosing)
        this.#options.onLost(`The audit log misses what happens from now on: ${error.message}`);
      this.#isLosing = true;
      return false;
    }
  }
}

function isHead({ node, head }: HeadMessage): boolean {
  return typeof node === "string" && node.length <= 300 && /^[0-9a-f]{64}$/.test(`${head}`);
}
