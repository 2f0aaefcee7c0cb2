// Whether each driver whose charge broke off was told that it goes on: once, whenever it does, and never once its end
// is final.
import type { State } from '../../ev-central/core/state.ts';
import type { SessionId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/notice.ts';

export class ToldEnds {
  /** What was told last of each session that had an end. */
  readonly #last = new Map<SessionId, 'broke-off' | 'goes-on' | 'final'>();
  /** How many charges went on after a break-off. */
  resumptions = 0;

  /** A notice is written. */
  told(notice: Notice): void {
    if (notice.type !== 'ended' && notice.type !== 'resumed') return;
    const { type, sessionId, driverId } = notice;
    const last = this.#last.get(sessionId) ?? 'nothing';
    const isBreak = type === 'ended' && notice.provisional;
    if (type === 'resumed' ? last !== 'broke-off' : isBreak && last === 'broke-off') {
      throw new Error(`${driverId} is told ${type} of ${sessionId} after ${last}`);
    }
    if (type === 'resumed') this.resumptions += 1;
    this.#last.set(sessionId, type === 'resumed' ? 'goes-on' : isBreak ? 'broke-off' : 'final');
  }

  /** After a commit, and after `told` of all its notices. */
  look(state: State): void {
    for (const { sessionId, driverId, state: is } of state.sessions.values()) {
      if ((is === 'charging' || is === 'suspended') && this.#last.get(sessionId) === 'broke-off') {
        throw new Error(`${sessionId} is ${is} again, and ${driverId} was not told`);
      }
    }
  }
}
