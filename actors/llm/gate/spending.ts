// Which budgets an attempt counts against. No process and no clock is touched here.
import { createHash } from "node:crypto";
import { encodeToken } from "../../../runtime/wire/token.ts";
import type { BudgetsConfiguration } from "../config.ts";
import { type Nano, nanoPerUsd } from "./account.ts";

export interface Spender {
  /** Undefined where the program is alone: all programs of the person are one then. */
  readonly node: string | undefined;
  readonly run: string | undefined;
  readonly user: string | undefined;
}

export interface Budget {
  readonly account: string;
  readonly most: Nano;
  /** The key of the configuration. */
  readonly what: string;
  /** Milliseconds until it renews itself; null where it does not. */
  readonly retryInMs: number | null;
}

const dayMs = 86_400_000;

/** The day in UTC, so that all nodes have the same one: "2026-11-23". */
export function dayOf(wallMs: number): string {
  // Days are counted from the first of March of the year 0, so that a leap day is the last one of its year (H. Hinnant,
  // "chrono-Compatible Low-Level Date Algorithms").
  const days = Math.floor(wallMs / dayMs) + 719_468;
  const era = Math.floor(days / 146_097);
  const ofEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return [`${year}`.padStart(4, "0"), `${month}`.padStart(2, "0"), `${day}`.padStart(2, "0")].join("-");
}

/** The last days, the latest first. */
export function lastDays(wallMs: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, back) => dayOf(wallMs - back * dayMs));
}

export function budgetsOf(
  configured: BudgetsConfiguration,
  spender: Spender,
  wallMs: number,
): readonly Budget[] {
  const { per_run_usd, per_user_day_usd, per_day_usd, cluster_day_usd } = configured;
  const { node, run, user } = spender;
  const day = dayOf(wallMs);
  const retryInMs = dayMs - (wallMs % dayMs);
  const daily = (key: string, usd: number | undefined, account: string): readonly Budget[] =>
    usd === undefined
      ? []
      : [{ account: `${account}.${day}`, most: nanoOf(usd), what: `llm.budgets.${key}`, retryInMs }];
  // What fewer share comes first: most often it is there that there is not enough.
  return [
    ...(per_run_usd === undefined || run === undefined
      ? []
      : [
          {
            ...{ account: `run.${encodeToken(run)}`, most: nanoOf(per_run_usd) },
            ...{ what: "llm.budgets.per_run_usd", retryInMs: null },
          },
        ]),
    ...(user === undefined ? [] : daily("per_user_day_usd", per_user_day_usd, `user.${hashed(user)}`)),
    ...daily("per_day_usd", per_day_usd, node === undefined ? "day" : `node.${encodeToken(node)}`),
    ...daily("cluster_day_usd", cluster_day_usd, "cluster"),
  ];
}

export function isAnyBudget(configured: BudgetsConfiguration): boolean {
  return Object.values(configured).some((usd) => usd !== undefined);
}

/** Rounded up: what is reserved is never less than what it may cost. */
export function nanoOf(usd: number): Nano {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(usd * nanoPerUsd));
}

/** A person may be called anything, and is nobody's business who reads the store. */
function hashed(user: string): string {
  return createHash("sha256").update(user).digest("hex").slice(0, 32);
}
