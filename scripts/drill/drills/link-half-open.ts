// TCP links that swallow everything and stay: no end is heard, so only heartbeats can tell.
import { BACK_MS, DEAD_MS } from '../cables.ts';
import type { Drill } from '../drill.ts';
import { onEachLink } from '../link-phases.ts';
import { LONG_CHARGES } from '../long-charges.ts';

export const linkHalfOpen: Drill = {
  name: 'link-half-open',
  title: 'TCP links half-open (everything is swallowed, no end is heard) in the middle of charges',
  row: null,
  expects: [
    'Both ends find out by their heartbeats: dead after 3 s without a byte.',
    'When the cable carries again the client is back by itself, within its next try.',
    'The charges go on, end when their drivers stop them, each with one ticket, and the queue is served in its order.',
  ],
  network: LONG_CHARGES,
  async run(stage) {
    await onEachLink(stage, async (link) => {
      stage.say(`${link.name}: half-open from now on`);
      const sinceMs = Date.now();
      link.cable.setMode({ kind: 'half-open' });
      const lost = await link.lost(sinceMs);
      stage.expect(`${link.name}: dead within 3 s`, lost.tookMs <= DEAD_MS, `${lost.tookMs} ms, “${lost.why}”`);
      stage.figure(`${link.name} known dead after`, lost.tookMs, 'ms');
      const wellMs = Date.now();
      link.cable.setMode({ kind: 'pass' });
      const back = await link.back(wellMs);
      stage.expect(`${link.name}: back by itself`, back.tookMs <= BACK_MS,
        `${back.firstMs} to ${back.tookMs} ms after it carried again`);
      stage.figure(`${link.name} back after`, back.tookMs, 'ms');
    });
  },
};
