// TCP links that trickle: slow enough to be a nuisance, then so slow that no frame is whole in time.
import { BACK_MS, inWords, linkEnds } from '../cables.ts';
import type { Drill } from '../drill.ts';
import { onEachLink } from '../link-phases.ts';
import { LONG_CHARGES } from '../long-charges.ts';
import { pause, until } from '../patience.ts';

const SLOW_BYTES = 1_000;
const TOO_SLOW_BYTES = 12;
const SLOW_FOR_MS = 4_000;
/** A frame must be whole within 5 s; one may just have begun, and the ticker ticks ten times a second. */
const GIVEN_UP_MS = 12_000;

export const linkSlow: Drill = {
  name: 'link-slow',
  title: 'TCP links byte by byte: 1,000 bytes a second, then 12, in the middle of charges',
  row: null,
  expects: [
    'At 1,000 bytes a second every link lives on: slow is not dead.',
    'At 12 bytes a second no frame is whole within 5 s: the link is ended, with “slow-frame” or “no-ack” in the log.',
    'When the cable is well the client is back by itself; the charges go on, each with one ticket.',
  ],
  network: LONG_CHARGES,
  async run(stage) {
    const { network } = stage;
    await onEachLink(stage, async (link) => {
      stage.say(`${link.name}: ${SLOW_BYTES} bytes a second for ${SLOW_FOR_MS / 1_000} s`);
      const slowMs = Date.now();
      link.cable.setMode({ kind: 'slow', bytesPerSecond: SLOW_BYTES });
      await pause(SLOW_FOR_MS);
      const ended = inWords(await linkEnds(network, slowMs));
      stage.expect(`${link.name}: no link ends of slowness`, ended === '', ended);

      stage.say(`${link.name}: ${TOO_SLOW_BYTES} bytes a second`);
      const tooSlowMs = Date.now();
      link.cable.setMode({ kind: 'slow', bytesPerSecond: TOO_SLOW_BYTES });
      const lost = await link.lost(tooSlowMs);
      // A monitor calls its engine unreachable when no answer comes for 3 s; the link itself ends later.
      const { value: why, tookMs } = await until(async () => inWords(await linkEnds(network, tooSlowMs)),
        (reasons) => reasons !== '', { what: `an end of ${link.name} in the log` });
      stage.expect(`${link.name}: given up, with the reason in the log`,
        lost.tookMs <= GIVEN_UP_MS && tookMs <= GIVEN_UP_MS && /slow-frame|no-ack/.test(why),
        `after ${lost.tookMs} ms: “${lost.why}”; ${why}`);
      stage.figure(`${link.name} given up after`, lost.tookMs, 'ms');
      const wellMs = Date.now();
      link.cable.setMode({ kind: 'pass' });
      const back = await link.back(wellMs);
      stage.expect(`${link.name}: back by itself`, back.tookMs <= BACK_MS, `${back.tookMs} ms after it was well again`);
      stage.figure(`${link.name} back after`, back.tookMs, 'ms');
    });
  },
};
