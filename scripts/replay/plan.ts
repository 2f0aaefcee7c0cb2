// The order of a replay. Pure. Each station has one connector, so a session that begins before the one before it at its
// station has ended waits in the queue and starts at that end, as long as recorded. The rest follows from the times:
// whatever of a driver or of a station comes earlier in them also comes earlier in the replay; everything else is free.
import { invariant } from '../../shared/assert.ts';
import type { RecordedSession } from './recorded-sessions.ts';

/** How far another session must be: it waits or more, it charges or more, its ticket is there. */
export type Milestone = 'queued' | 'started' | 'over';
export type After = { readonly index: number; readonly reached: Milestone };

export type PlannedSession = {
  /** Place in the plan: the order of the requests. */
  readonly index: number;
  readonly recorded: RecordedSession;
  /** When it is asked for; later than recorded only when somebody at its station asks late: see `planStation`. */
  readonly askAtMs: number;
  /** When it charges: later than recorded when it waits. */
  readonly startAtMs: number; readonly endAtMs: number;
  readonly waits: boolean;
  /** What must have happened before it is asked for, and before it is stopped. */
  readonly askAfter: readonly After[];
  readonly stopAfter: readonly After[];
};

export type Plan = {
  readonly sessions: readonly PlannedSession[];
  /** The most sessions that each driver has open at once, waiting ones included. */
  readonly openAtOnce: ReadonlyMap<string, number>;
  readonly queued: number;
  /** Of the queued ones, those whose station was still taken by the recorded end of the session before. */
  readonly queuedByRecord: number;
};

type Draft = {
  index: number; readonly recorded: RecordedSession; askAtMs: number; startAtMs: number; endAtMs: number;
  waits: boolean; byRecord: boolean; before: Draft | null; readonly askAfter: After[]; readonly stopAfter: After[];
};

/** Plans a replay. Every `After` points back in time (or, at the same time, to a lower index): it cannot deadlock. */
export function planReplay(recorded: readonly RecordedSession[]): Plan {
  const drafts: Draft[] = [];
  for (const station of groups(recorded, (session) => session.stationId)) drafts.push(...planStation(station));
  drafts.sort((a, b) => a.askAtMs - b.askAtMs || a.endAtMs - b.endAtMs || byRecord(a.recorded, b.recorded));
  for (const [index, draft] of drafts.entries()) draft.index = index;
  for (const draft of drafts) orderAtStation(draft);
  const openAtOnce = new Map<string, number>();
  for (const own of groups(drafts, (draft) => draft.recorded.driverId)) {
    openAtOnce.set(own[0]?.recorded.driverId ?? '', orderOfDriver(own));
  }
  const queued = drafts.filter((draft) => draft.waits);
  return {
    sessions: drafts, openAtOnce, queued: queued.length, queuedByRecord: queued.filter((d) => d.byRecord).length,
  };
}

/** When the sessions of one station run, one after the other. */
function planStation(station: readonly RecordedSession[]): Draft[] {
  const drafts: Draft[] = [];
  for (const recorded of [...station].sort(byRecord)) {
    const before = drafts.at(-1) ?? null;
    // A driver stands in the line of a point once: she asks again when her first wait is over.
    const own = drafts.filter((d) => d.waits && d.recorded.driverId === recorded.driverId);
    const isTaken = before !== null && recorded.startAtMs < before.endAtMs;
    const askAtMs = isTaken
      ? Math.max(recorded.startAtMs, before.askAtMs, ...own.map((d) => d.startAtMs)) : recorded.startAtMs;
    const waits = before !== null && askAtMs < before.endAtMs;
    const startAtMs = waits ? before.endAtMs : askAtMs;
    drafts.push({
      index: -1, recorded, askAtMs, startAtMs, endAtMs: startAtMs + recorded.endAtMs - recorded.startAtMs, waits,
      byRecord: waits && recorded.startAtMs < before.recorded.endAtMs, before, askAfter: [], stopAfter: [],
    });
  }
  return drafts;
}

/** A station's own order: ask when it is free, or while it is taken if one is to wait. */
function orderAtStation(draft: Draft): void {
  const { before } = draft;
  if (before === null) return;
  if (!draft.waits) {
    add(draft.askAfter, before, 'over');
    return;
  }
  add(draft.askAfter, before, before.startAtMs <= draft.askAtMs ? 'started' : 'queued');
  // Whoever charges when this one asks goes on until it stands in the line.
  for (let earlier: Draft | null = before; earlier !== null; earlier = earlier.before) {
    if (earlier.startAtMs > draft.askAtMs) continue;
    add(earlier.stopAfter, draft, 'queued');
    return;
  }
}

/** A driver's own order; `own` is in the order of asking. Returns the most that are open at once. */
function orderOfDriver(own: readonly Draft[]): number {
  let open: Draft[] = [];
  let most = 0;
  for (const draft of own) {
    for (const earlier of open) {
      const isOver = earlier.endAtMs <= draft.askAtMs;
      add(draft.askAfter, earlier, isOver ? 'over' : earlier.startAtMs <= draft.askAtMs ? 'started' : 'queued');
      if (isOver) continue;
      // Both run at once in the recorded times, so they do here.
      add(earlier.stopAfter, draft, draft.startAtMs < earlier.endAtMs ? 'started' : 'queued');
    }
    open = [...open.filter((earlier) => earlier.endAtMs > draft.askAtMs), draft];
    most = Math.max(most, open.length);
  }
  return most;
}

function add(list: After[], { index }: Draft, reached: Milestone): void {
  if (!list.some((after) => after.index === index && after.reached === reached)) list.push({ index, reached });
}

function byRecord(a: RecordedSession, b: RecordedSession): number {
  return a.startAtMs - b.startAtMs || a.endAtMs - b.endAtMs || a.line - b.line;
}

function groups<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const group = found.get(key(item));
    if (group === undefined) found.set(key(item), [item]);
    else group.push(item);
  }
  return [...found.values()];
}

/** Whether the plan can be carried out to its end. Throws `BugError` when sessions wait for each other in a circle. */
export function assertPlan({ sessions }: Plan): void {
  // Three events a session, in this order: asked (and so queued), started, stopped (and so over).
  const nodes = sessions.length * 3;
  const next: number[][] = Array.from({ length: nodes }, () => []);
  const waitsFor = new Array<number>(nodes).fill(0);
  const order = (before: number, after: number): void => {
    next[before]?.push(after);
    waitsFor[after] = (waitsFor[after] ?? 0) + 1;
  };
  const place = { queued: 0, started: 1, over: 2 } as const;
  const lastAt = new Map<string, number>();
  for (const { index, recorded, askAfter, stopAfter } of sessions) {
    order(index * 3, index * 3 + 1);
    order(index * 3 + 1, index * 3 + 2);
    const before = lastAt.get(recorded.stationId);
    if (before !== undefined) order(before * 3 + 2, index * 3 + 1);
    lastAt.set(recorded.stationId, index);
    for (const { index: other, reached } of askAfter) order(other * 3 + place[reached], index * 3);
    for (const { index: other, reached } of stopAfter) order(other * 3 + place[reached], index * 3 + 2);
  }
  const free = waitsFor.flatMap((count, node) => (count === 0 ? [node] : []));
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    for (const after of next[node] ?? []) {
      const left = (waitsFor[after] ?? 0) - 1;
      waitsFor[after] = left;
      if (left === 0) free.push(after);
    }
  }
  const stuck = waitsFor.findIndex((count) => count > 0);
  const line = sessions[Math.floor(stuck / 3)]?.recorded.line;
  invariant(stuck === -1, `the plan of a replay has no circle (line ${line})`);
}
