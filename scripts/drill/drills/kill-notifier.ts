// kill -9 of ev-notifier at moments from the seed, while it sends letters to a real mail server.
import { MOST_SENDING } from '../../../ev-notifier/core/handle.ts';
import { giveAddress, killWhileSending } from '../../network/letters.ts';
import { startNotifier, takeServiceKey } from '../../network/notifier.ts';
import { openPostOffice } from '../../network/post-office.ts';
import type { Drill } from '../drill.ts';

const LETTERS = 60;
const KILLS = 3;
/** So long the mail server takes for a letter: there is always one in the air. */
const TAKES_MS = 60;

export const killNotifier: Drill = {
  name: 'kill-notifier',
  title: `kill -9 of ev-notifier, ${KILLS} times while it sends ${LETTERS} letters`,
  row: null,
  expects: [
    'Started again, it sends what it had not sent, and reads on where it was: every letter arrives.',
    `Repeated is at most what was in the air at a kill (${MOST_SENDING} letters), under the same Message-ID.`,
  ],
  network: { points: 1, drivers: 1 },
  async run({ network, chance, say, expect, figure }) {
    const [userId = ''] = network.driverIds;
    giveAddress(network, userId, 'en');
    await network.startCentral();
    const office = await openPostOffice();
    try {
      const keyFile = await takeServiceKey(network);
      const notifier = await startNotifier(network, { keyFile, smtpUrl: office.url });
      office.delayMs = TAKES_MS;
      const part = Math.floor(LETTERS / (KILLS + 1));
      const kills = Array.from({ length: KILLS }, (_unused, i) => ({
        letters: i * part + chance.whole(1, part), afterMs: chance.whole(0, 2 * TAKES_MS),
      }));
      say(`${LETTERS} events whose letters go to ${userId}`);
      const seen = await killWhileSending(network, notifier, {
        office, keyFile, invoices: { userId, count: LETTERS, prefix: 'D' }, kills,
        onKill: (arrived) => say(`kill -9 of ev-notifier; ${arrived} letters have arrived`),
      });
      const repeated = seen.letters - seen.documents;
      expect('every letter has arrived', seen.documents === LETTERS, `${seen.documents} of ${LETTERS}`);
      expect('its log says so of each, once', seen.sent === LETTERS, `${seen.sent} sent`);
      expect('no more were in the air than may be', seen.inDoubt <= KILLS * MOST_SENDING, seen.inDoubt);
      expect('repeated is at most what was in the air', repeated <= seen.inDoubt, repeated);
      expect('a repeated letter has the same Message-ID', seen.messageIds === LETTERS, `${seen.messageIds} ids`);
      figure('letters', `${seen.letters} for ${LETTERS} events, ${repeated} repeated`);
      figure('in the air at the kills', seen.inDoubt);
      await seen.notifier.stop();
    } finally {
      await office.close();
    }
  },
};
