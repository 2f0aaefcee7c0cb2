// TCP links that damage bytes: a few packets, which repetition mends, then nearly all, which ends the link.
import { BACK_MS, inWords, linkEnds, untilAllAreWell } from '../cables.ts';
import type { Drill } from '../drill.ts';
import { onEachLink } from '../link-phases.ts';
import { LONG_CHARGES } from '../long-charges.ts';
import { pause, until } from '../patience.ts';

const FEW_PERCENT = 10;
const MOST_PERCENT = 90;
const FEW_FOR_MS = 4_000;
const REASONS = /malformed-frame|no-ack|slow-frame|oversized-frame|dead-peer/;

export const linkGarbage: Drill = {
  name: 'link-garbage',
  title: 'TCP links that damage bytes, 10 then 90 of 100 packets, in the middle of charges',
  row: null,
  expects: [
    'With a few damaged packets NACK and repetition mend the frames; what cannot be mended ends the link with a '
      + 'reason, and the client comes back.',
    'With nearly all packets damaged the link ends with a reason in the log; nobody crashes or is refused for good.',
    'When the cable is well all are back by themselves; the charges go on, each with one ticket.',
  ],
  network: LONG_CHARGES,
  async run(stage) {
    const { network } = stage;
    await onEachLink(stage, async (link) => {
      stage.say(`${link.name}: ${FEW_PERCENT} % of the packets are damaged for ${FEW_FOR_MS / 1_000} s`);
      const fewMs = Date.now();
      link.cable.setMode({ kind: 'garbage', percent: FEW_PERCENT });
      await pause(FEW_FOR_MS);
      const few = link.cable.spoilt();
      stage.say(`${few} packets damaged; links ended: ${inWords(await linkEnds(network, fewMs)) || 'none'}`);
      link.cable.setMode({ kind: 'pass' });
      await untilAllAreWell(network);

      stage.say(`${link.name}: ${MOST_PERCENT} % of the packets are damaged`);
      const mostMs = Date.now();
      link.cable.setMode({ kind: 'garbage', percent: MOST_PERCENT });
      const lost = await link.lost(mostMs);
      const { value: why } = await until(async () => inWords(await linkEnds(network, mostMs)),
        (reasons) => REASONS.test(reasons), { what: `the reason of the end of ${link.name} in the log` });
      stage.expect(`${link.name}: ended, with the reason in the log`, true, `${lost.tookMs} ms: ${why}`);
      stage.figure(`${link.name} ended by garbage`, why);
      const wellMs = Date.now();
      link.cable.setMode({ kind: 'pass' });
      const back = await link.back(wellMs);
      const damaged = `${link.cable.spoilt()} packets damaged`;
      stage.expect(`${link.name}: back by itself`, back.tookMs <= BACK_MS,
        `${back.tookMs} ms after it was well again; ${damaged}`);
      const dead = [...network.processes].filter((process) => !process.isRunning).map((process) => process.label);
      stage.expect(`${link.name}: nobody has crashed`, dead.length === 0, dead.join(', '));
    });
  },
};
