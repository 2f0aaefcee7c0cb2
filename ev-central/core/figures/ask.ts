// What can be asked of the figures, and what the store answers.
import type { CountName, Scope, SUMS } from './figure.ts';

/** By time, or by whom it counts for; `total` is one row. */
export const TIMES = ['hour', 'day', 'month', 'year'] as const;
export const OWNERS = ['site', 'point', 'user', 'group', 'connector'] as const;
export const GROUPINGS = [...TIMES, ...OWNERS, 'total'] as const;
export const UTILISATION_GROUPINGS = ['hour', 'day', 'month', 'year', 'site', 'point', 'total'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Counts, money or causes of some place or person within some days. */
export type FigureAsk = {
  readonly kind: 'counts' | 'money' | 'causes';
  readonly by: Grouping;
  /** Whose they are; by owner: of which kind each row is. */
  readonly scope: Scope;
  /** `''`: all of the scope, by owner; else the network. */
  readonly id: string;
  /** By points: only those of this site. */
  readonly siteId: string | null;
  /** Days, both included; by hours: hours of UTC. */
  readonly from: string; readonly to: string;
  readonly offset: number; readonly limit: number;
};

type Sums = { readonly [N in (typeof SUMS)[number]]: number };
/** `key`: the bucket of time, the id of the owner, or `''` for the total. */
export type CountsRow = { readonly key: string } & { readonly [N in CountName]: number };
export type MoneyRow = { readonly key: string; readonly currency: string } & Sums;
export type CauseRow = {
  readonly key: string; readonly what: string; readonly cause: string; readonly times: number; readonly ms: number;
};
export type FigureAnswer = { readonly rows: readonly (CountsRow | MoneyRow | CauseRow)[]; readonly more: boolean };
