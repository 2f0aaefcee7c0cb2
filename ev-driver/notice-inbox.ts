// Notices in strict order of their numbers, each once, whichever way they came (the topic, the log-in link). One that
// is ahead waits until the missing ones have been asked for. Pure.
import type { Notice } from '../shared/messages/notice.ts';

export type NoticeInbox = {
  /** The number of the last notice that was applied; 0: none. */
  last: number;
  /** The network that it came from; null: none yet. A new database counts from 1 again. */
  installation: string | null;
  readonly ahead: Map<number, Notice>;
};

export function createInbox(last = 0, installation: string | null = null): NoticeInbox {
  return { last, installation, ahead: new Map() };
}

/** Takes one notice in; returns those that can be applied now, in order. */
export function takeNotice(inbox: NoticeInbox, notice: Notice): Notice[] {
  if (notice.number <= inbox.last) return [];
  inbox.ahead.set(notice.number, notice);
  return drain(inbox);
}

/**
 * Takes what Central answered to "everything after `inbox.last`", which is all that it still has. So what is missing
 * before the first one is gone for good, and is skipped.
 */
export function takeAnswer(inbox: NoticeInbox, notices: readonly Notice[]): { apply: Notice[]; skipped: number } {
  const later = notices.filter((notice) => notice.number > inbox.last);
  for (const notice of later) inbox.ahead.set(notice.number, notice);
  const first = Math.min(...later.map((notice) => notice.number));
  const skipped = Number.isFinite(first) ? first - inbox.last - 1 : 0;
  inbox.last += skipped;
  return { apply: drain(inbox), skipped };
}

/** True when something is missing. */
export function hasGap(inbox: NoticeInbox): boolean {
  return inbox.ahead.size > 0;
}

/** Which network's database gave a notice its id (`<installation>-<counter>`). */
export function installationOf(notice: Pick<Notice, 'id'>): string {
  return notice.id.slice(0, Math.max(0, notice.id.lastIndexOf('-')));
}

function drain(inbox: NoticeInbox): Notice[] {
  const apply: Notice[] = [];
  for (let next = inbox.ahead.get(inbox.last + 1); next !== undefined; next = inbox.ahead.get(inbox.last + 1)) {
    inbox.ahead.delete(next.number);
    inbox.last = next.number;
    inbox.installation = installationOf(next);
    apply.push(next);
  }
  return apply;
}
