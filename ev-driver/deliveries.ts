// What Central delivers, taken in: notices, each once and in order, from the topic or from the link, and live figures.
// Pure.
import type { Notice } from '../shared/messages/notice.ts';
import type { Progress } from '../shared/messages/progress.ts';
import { noticeText } from '../shared/words.ts';
import { applyNotice, applyProgress, chargeOfNotice, isOver, levelOf } from './charges.ts';
import { centralTime, putCharge, say, type ClientEffect, type ClientState, type Now } from './client-state.ts';
import { createInbox, hasGap, installationOf, takeNotice } from './notice-inbox.ts';
import { askNotices } from './questions.ts';

/** Live figures older than this are dropped (design.md, "Topics"). */
const STALE_MS = 3_000;
/** With an open charge and no news for so long, the notices are asked for over the link too. */
const NEWS_EVERY_MS = 10_000;
/** A gap that closes by itself within this time (records overtake frames) is not asked for. */
const GAP_MS = 500;

/** A notice came over the topic. */
export function noticeCame(state: ClientState, notice: Notice, now: Now, out: ClientEffect[]): void {
  const { installation } = state.inbox;
  if (installation !== null && installationOf(notice) !== installation) forgetNetwork(state, out);
  for (const next of takeNotice(state.inbox, notice)) applied(state, next, now, out);
}

/** One notice is next: it is kept first, then acted on. */
export function applied(state: ClientState, notice: Notice, now: Now, out: ClientEffect[]): void {
  state.newsAwakeMs = now.awakeMs;
  out.push({ kind: 'keep-notice', notice });
  const text = noticeText(notice, state.timeZone);
  const { type, number, requestId: id, corr } = notice;
  out.push({ kind: 'note', level: 'info', event: 'notice', fields: {
    driverId: state.driverId, type, number, requestId: id, corr, text,
  } });
  say(state, { atMs: notice.atMs, level: levelOf(notice), text });
  if (state.interests.sessions && notice.type !== 'queued') state.sessionsStale = true;
  if (notice.type === 'ticket' && state.account !== null) state.account.balanceMinor = notice.balanceMinor;
  out.push({ kind: 'event', event: { kind: 'notice', notice, text } });
  const ordered = id === null ? undefined : state.orders.get(id);
  const charge = ordered === undefined ? chargeOfNotice(state.charges, notice) : state.charges.get(ordered);
  if (charge === null || charge === undefined) return;
  putCharge(state, applyNotice(charge, notice, state.timeZone), out);
  state.answerBy.delete(charge.requestId);
}

/** Live figures came; old ones are dropped. */
export function progressCame(state: ClientState, progress: Progress, now: Now, out: ClientEffect[]): void {
  if (centralTime(now) - progress.atMs > STALE_MS) return;
  state.newsAwakeMs = now.awakeMs;
  out.push({ kind: 'event', event: { kind: 'progress', progress } });
  for (const charge of state.charges.values()) {
    if (charge.sessionId === progress.sessionId) state.charges.set(charge.requestId, applyProgress(charge, progress));
  }
}

/** Asks for notices that should be here: a gap, a number that Central has named, a long silence in an open charge. */
export function askForMissing(state: ClientState, now: Now, out: ClientEffect[]): void {
  if (!hasGap(state.inbox) && state.centralLast <= state.inbox.last) state.gapSinceAwakeMs = null;
  else {
    state.gapSinceAwakeMs ??= now.awakeMs;
    if (now.awakeMs - state.gapSinceAwakeMs >= GAP_MS) return askNotices(state, now, out);
  }
  const open = [...state.charges.values()].some((charge) => !isOver(charge));
  if (open && now.awakeMs - state.newsAwakeMs >= NEWS_EVERY_MS) {
    state.newsAwakeMs = now.awakeMs;
    askNotices(state, now, out);
  }
}

/** The database of the network is another one: its notices count from 1 again. */
export function forgetNetwork(state: ClientState, out: ClientEffect[]): void {
  const { driverId } = state;
  state.inbox = createInbox();
  out.push({ kind: 'forget-notices' });
  out.push({ kind: 'note', level: 'warn', event: 'other-network', fields: { driverId } });
}
