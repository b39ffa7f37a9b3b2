// What language models cost: reserved before each attempt, settled after it, never more than the configuration allows; and what they
// were used for, by day, entry and model.
import {
  type ClusterStore,
  demonitor,
  monitor,
  named,
  noReply,
  ok,
  type Pid,
  type Protocol,
  type Ref,
  reply,
  self,
  sendAfter,
  server,
} from "../../../runtime/index.ts";
import { formatPid } from "../../../runtime/process/pid.ts";
import type { BudgetsConfiguration } from "../config.ts";
import type { Usage } from "../model-event.ts";
import { ownWorld } from "../own-world.ts";
import {
  type Accounts,
  type Nano,
  nanoPerUsd,
  summed,
  type Use,
  type UsedDay,
  usedDay,
  withUse,
} from "./account.ts";
import { ClusterAccounts } from "./cluster-accounts.ts";
import { FileAccounts } from "./file-accounts.ts";
import { settleTriesMax, storePauseMs, usageDaysMax, usageWriteMs } from "./limits.ts";
import { MemoryAccounts } from "./memory-accounts.ts";
import { type Budget, budgetsOf, dayOf, isAnyBudget, lastDays, nanoOf } from "./spending.ts";

export interface BudgetOptions {
  readonly budgets: BudgetsConfiguration;
  /** What the cluster keeps; undefined while the node is alone. */
  readonly store: () => ClusterStore | undefined;
  /** Where a program that is alone keeps what was spent; undefined where that ends with it. */
  readonly folder: string | undefined;
}

export interface BudgetAsk {
  /** What the request is known by from now on; made by whoever asks, and used once. */
  readonly permit: string;
  readonly entry: string;
  readonly model: string;
  /** US dollars at the most; null where no price is known. */
  readonly costMaxUsd: number | null;
  readonly run: string | undefined;
  readonly user: string | undefined;
  readonly holder: Pid;
}

export type BudgetAnswer =
  | { readonly granted: true }
  | { readonly granted: false; readonly retryInMs: number | null; readonly what: string };

export interface BudgetReport {
  readonly permit: string;
  /** False where the provider was not asked. */
  readonly wasSent: boolean;
  /** Undefined where nobody knows: what was reserved counts then. */
  readonly costUsd: number | undefined;
  readonly usage: Usage | undefined;
}

export type UsageAnswer =
  | { readonly ok: true; readonly days: readonly UsedDay[] }
  | { readonly ok: false; readonly message: string };

export interface BudgetProtocol extends Protocol {
  readonly calls: {
    readonly reserve: { readonly payload: BudgetAsk; readonly reply: BudgetAnswer };
    /** What was used in so many days, today the first; by the whole cluster, or by all programs of the person. */
    readonly usage: { readonly payload: { readonly days: number }; readonly reply: UsageAnswer };
  };
  readonly casts: {
    /** As `reserve`, for who waits for no answer because there is no budget. */
    readonly begin: BudgetAsk;
    readonly report: BudgetReport;
  };
  readonly messages: { readonly type: string };
}

export const budgetName = "llm.budget";
export const budgetAt = named<BudgetProtocol>(budgetName);

type BudgetMessage = { readonly type: "write" } | ({ readonly type: "settle" } & Settling);

interface Settling {
  readonly account: string;
  readonly nano: Nano;
  readonly tries: number;
}

interface Reserved {
  readonly entry: string;
  readonly model: string;
  /** The watch over its holder. */
  readonly watch: Ref;
  readonly nano: Nano;
  readonly budgets: readonly Budget[];
}

/** Defines the process `llm.budget`. */
export function llmBudget(options: BudgetOptions) {
  return server("llm_budget", {
    init: () => ok(new Budgets(options)),
    calls: {
      reserve: (budgets: Budgets, ask: BudgetAsk, from: Ref) => {
        void budgets.reserve(ask).then((answer) => reply(from, answer));
        return noReply(budgets);
      },
      usage: (budgets: Budgets, { days }: { readonly days: number }, from: Ref) => {
        void budgets.usage(days).then((answer) => reply(from, answer));
        return noReply(budgets);
      },
    },
    casts: {
      begin: (budgets: Budgets, ask: BudgetAsk) => {
        budgets.begin(ask, []);
        return noReply(budgets);
      },
      report: (budgets: Budgets, report: BudgetReport) => {
        budgets.report(report);
        return noReply(budgets);
      },
    },
    info: (budgets, message) => {
      budgets.hear(message as unknown as BudgetMessage);
      return noReply(budgets);
    },
    terminate: (budgets) => budgets.close(),
    formatState: (budgets) => budgets.shown,
  });
}

class Budgets {
  readonly #options: BudgetOptions;
  readonly #world = ownWorld();
  readonly #self = self();
  readonly #reserved = new Map<string, Reserved>();
  /** What is not written yet, by day. */
  #used = new Map<string, readonly Use[]>();
  #isWriting = false;
  /** One after the other, so that whoever waits for one has waited for all. */
  #writing: Promise<void> = Promise.resolve();
  #isClosing = false;
  #alone: Accounts | undefined;
  #shared: { readonly of: ClusterStore; readonly accounts: Accounts } | undefined;

  constructor(options: BudgetOptions) {
    this.#options = options;
  }

  get shown(): unknown {
    return {
      reserved: [...this.#reserved.values()].map(({ entry, nano }) => ({ entry, usd: nano / nanoPerUsd })),
    };
  }

  async reserve(ask: BudgetAsk): Promise<BudgetAnswer> {
    const { permit, costMaxUsd, run, user } = ask;
    const { budgets: configured, store } = this.#options;
    const isLimited = isAnyBudget(configured);
    if (isLimited && costMaxUsd === null) return { granted: false, retryInMs: null, what: noPrice };
    const nano = nanoOf(costMaxUsd ?? 0);
    const node = store() === undefined ? undefined : this.#self.node;
    const budgets =
      nano === 0 ? [] : budgetsOf(configured, { node, run, user }, this.#world.clock.wallTime());
    this.begin(ask, budgets);
    const full = await this.#add(budgets, nano);
    if (full === undefined) {
      // Its holder has ended meanwhile, and nobody will report.
      if (!this.#reserved.has(permit)) this.#give(budgets, -nano);
      return { granted: true };
    }
    this.#forget(permit);
    return { granted: false, ...full };
  }

  /** From now on the request is known, and what becomes of it is noted. */
  begin({ permit, entry, model, costMaxUsd, holder }: BudgetAsk, budgets: readonly Budget[]): void {
    const watch = monitor(holder, () => this.#lost(permit));
    this.#reserved.set(permit, { entry, model, watch, nano: nanoOf(costMaxUsd ?? 0), budgets });
  }

  report({ permit, wasSent, costUsd, usage }: BudgetReport): void {
    const reserved = this.#forget(permit);
    if (reserved === undefined) return;
    const nano = wasSent && costUsd === undefined ? reserved.nano : nanoOf(costUsd ?? 0);
    if (nano !== reserved.nano) this.#give(reserved.budgets, nano - reserved.nano);
    if (wasSent) this.#note(reserved, nano, costUsd === undefined, usage);
  }

  hear(message: BudgetMessage): void {
    if (message.type === "write") void this.write();
    else if (message.type === "settle") void this.#settle(message);
  }

  async usage(days: number): Promise<UsageAnswer> {
    const count = Number.isSafeInteger(days) ? Math.min(usageDaysMax, Math.max(1, days)) : 1;
    const known = lastDays(this.#world.clock.wallTime(), count);
    try {
      await this.write();
      const accounts = this.#accounts();
      const read = known.map(async (day) =>
        usedDay(day, summed([...(await accounts.uses(day)), ...this.#usedOn(day)])),
      );
      return { ok: true, days: await Promise.all(read) };
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : `${error}` };
    }
  }

  /** Writes what was used; what cannot be written now is written later. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeNow());
    return this.#writing;
  }

  /** Resolves when nothing is being written any more: what is under way ends with its program otherwise. */
  close(): Promise<void> {
    this.#isClosing = true;
    return this.write();
  }

  async #writeNow(): Promise<void> {
    this.#isWriting = false;
    const used = this.#used;
    this.#used = new Map();
    for (const [day, uses] of used) {
      try {
        await this.#accounts().note(day, uses);
      } catch {
        this.#used.set(day, summed([...uses, ...this.#usedOn(day)]));
        this.#writeSoon();
      }
    }
  }

  /** What is in the way; undefined where it was added to all of them. */
  async #add(budgets: readonly Budget[], nano: Nano) {
    const accounts = this.#accounts();
    for (const [index, { account, most, what, retryInMs }] of budgets.entries()) {
      let isAdded: boolean;
      try {
        isAdded = await accounts.add({ account, nano, most });
      } catch (error) {
        this.#give(budgets.slice(0, index), -nano);
        const why = error instanceof Error ? error.message : `${error}`;
        return { retryInMs: storePauseMs, what: `${what}, of which is not known what is left: ${why}` };
      }
      if (isAdded) continue;
      this.#give(budgets.slice(0, index), -nano);
      return { retryInMs, what };
    }
    return undefined;
  }

  /** Adds without asking whether there is enough: it was spent, or was not. */
  #give(budgets: readonly Budget[], nano: Nano): void {
    for (const { account } of budgets) void this.#settle({ account, nano, tries: 0 });
  }

  async #settle({ account, nano, tries }: Settling): Promise<void> {
    try {
      await this.#accounts().add({ account, nano, most: Number.POSITIVE_INFINITY });
    } catch {
      if (tries >= settleTriesMax) return;
      const again = { type: "settle", account, nano, tries: tries + 1 };
      sendAfter(this.#self, again as never, storePauseMs * (tries + 1));
    }
  }

  #note({ entry, model }: Reserved, nano: Nano, isUnknown: boolean, usage: Usage | undefined): void {
    const day = dayOf(this.#world.clock.wallTime());
    const use: Use = {
      entry,
      model,
      requests: 1,
      unknown: isUnknown ? 1 : 0,
      nano,
      input_tokens: usage?.input_tokens ?? 0,
      cached_tokens: usage?.cached_tokens ?? 0,
      output_tokens: usage?.output_tokens ?? 0,
    };
    this.#used.set(day, withUse(this.#usedOn(day), use));
    this.#writeSoon();
  }

  #usedOn(day: string): readonly Use[] {
    return this.#used.get(day) ?? [];
  }

  #writeSoon(): void {
    if (this.#isWriting || this.#isClosing) return;
    this.#isWriting = true;
    sendAfter(this.#self, { type: "write" } as never, usageWriteMs);
  }

  /** Its holder has ended without a report. What was reserved stays so: nobody knows what it cost. */
  #lost(permit: string): void {
    const reserved = this.#forget(permit);
    if (reserved !== undefined) this.#note(reserved, reserved.nano, true, undefined);
  }

  #forget(permit: string): Reserved | undefined {
    const reserved = this.#reserved.get(permit);
    if (reserved === undefined) return undefined;
    this.#reserved.delete(permit);
    demonitor(reserved.watch, { flush: true });
    return reserved;
  }

  #accounts(): Accounts {
    const { folder } = this.#options;
    const world = this.#world;
    const writer = `${formatPid(this.#self)}/${world.clock.wallTime()}`;
    const store = this.#options.store();
    if (store === undefined) {
      this.#alone ??=
        folder === undefined
          ? new MemoryAccounts()
          : new FileAccounts({ files: world.files, folder, writer });
      return this.#alone;
    }
    if (this.#shared?.of !== store) {
      const accounts = new ClusterAccounts({ world, store, node: this.#self.node, writer });
      this.#shared = { of: store, accounts };
    }
    return this.#shared.accounts;
  }
}

const noPrice =
  "llm.budgets, which cannot be kept to where no price is known; set input_usd_per_million_tokens and output_usd_per_million_tokens of the entry";
