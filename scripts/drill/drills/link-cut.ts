// TCP links cut in the middle of charges: once, by RST or FIN, and once for some seconds in which nobody can connect.
import { BACK_MS } from '../cables.ts';
import type { Drill } from '../drill.ts';
import { onEachLink } from '../link-phases.ts';
import { LONG_CHARGES } from '../long-charges.ts';
import { pause } from '../patience.ts';

const SOON_MS = 2_000;
const OUT_MS = 4_000;

export const linkCut: Drill = {
  name: 'link-cut',
  title: 'TCP links cut (RST, FIN, then for 4 s) in the middle of charges: monitor, driver, engine',
  row: null,
  expects: [
    'Whoever loses a link knows at once, says why, and comes back by itself after a pause with jitter: within 2 s '
      + 'after a short cut, within 5 s and a try after a long one.',
    'Clients of one cable do not all come back in the same instant.',
    'The charges go on, end when their drivers stop them, each with one ticket, and the queue is served in its order.',
  ],
  network: LONG_CHARGES,
  async run(stage) {
    const { chance } = stage;
    await onEachLink(stage, async (link) => {
      const how = chance.of(['rst', 'fin'] as const);
      stage.say(`${link.name}: cut by ${how.toUpperCase()}`);
      const cutMs = Date.now();
      link.cable.cut(how);
      const [lost, again] = [await link.lost(cutMs), await link.back(cutMs)];
      stage.expect(`${link.name}: the loss is known at once`, lost.tookMs <= 1_000, `${lost.tookMs} ms, “${lost.why}”`);
      stage.expect(`${link.name}: back within 2 s`, again.tookMs <= SOON_MS,
        `${again.firstMs} to ${again.tookMs} ms after the cut`);
      stage.figure(`${link.name} back after a cut`, again.tookMs, 'ms');
      if (link.clients > 1) {
        stage.expect(`${link.name}: the ${link.clients} clients come back one by one`, again.tookMs > again.firstMs,
          `spread over ${again.tookMs - again.firstMs} ms`);
      }

      stage.say(`${link.name}: the cable is out for ${OUT_MS / 1_000} s`);
      const outMs = Date.now();
      link.cable.setMode({ kind: 'refuse' });
      link.cable.cut('rst');
      await link.lost(outMs);
      await pause(OUT_MS);
      const inMs = Date.now();
      link.cable.setMode({ kind: 'pass' });
      const back = await link.back(inMs);
      stage.expect(`${link.name}: back after the long cut`, back.tookMs <= BACK_MS,
        `${back.firstMs} to ${back.tookMs} ms after the cable was in again`);
      stage.figure(`${link.name} back after 4 s without`, back.tookMs, 'ms');
    });
  },
};
