// When a site's queue is looked at again although nothing happened there: somebody has aged, a connector has rested.
import type { SiteId } from '../../shared/ids.ts';
import type { State } from './state.ts';

/** Makes sure that the queue is looked at by then; one entry a site, however often it is asked for. */
export function reviewQueueAt(state: State, siteId: SiteId, atMs: number): void {
  const planned = state.queueReviewMs.get(siteId);
  if (planned !== undefined && planned <= atMs) return;
  state.queueReviewMs.set(siteId, atMs);
  state.deadlines.add('queue-review', siteId, atMs);
}
