// The notifier's screen on a real terminal emulator, over made-up states.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openHeadlessTerminal } from '../../tests/screen/headless-terminal.ts';
import { sampleNotifierView } from '../../tests/screen/sample-notifier.ts';
import type { Screen } from '../../shared/screen/handle.ts';
import { openNotifierScreen } from './screen.ts';
import type { NotifierView } from './view.ts';

// A machine that is busy with other tests draws late, never wrong.
vi.setConfig({ testTimeout: 60_000 });

const NOW = 1_763_700_000_000;
const opened: Screen[] = [];
afterEach(() => {
  for (const screen of opened.splice(0)) screen.close();
});

function open(
  [columns, rows]: readonly [number, number], count = 3, change: Partial<NotifierView> = {},
): ReturnType<typeof openHeadlessTerminal> {
  const terminal = openHeadlessTerminal(columns, rows);
  opened.push(openNotifierScreen({
    view: () => ({ ...sampleNotifierView(count, NOW), ...change }), onQuit: () => undefined, actions: {},
    streams: terminal.streams, term: 'xterm-256color',
  }));
  return terminal;
}

describe.each([[80, 24], [200, 50]] as const)('the screen of a notifier at %i x %i', (columns, rows) => {
  it('shows its links, its channels, what is under way, and the log by ids', async () => {
    const text = await open([columns, rows]).waitFor((t) => t.includes('Messages'));
    for (const wanted of ['EV_Notifier', '812 sent', '2 dead letters', '+ up since', '127.0.0.1:9092',
      'email, sms, push', 'crm', '12 waiting, 3 in the air', 'charge-complete', 'driver-1', 'given up']) {
      expect(text).toContain(wanted);
    }
  });

  it('scrolls and filters a long log', async () => {
    const terminal = open([columns, rows], 500);
    await terminal.waitFor((t) => t.includes('driver-1'));
    terminal.type('/driver-499\r');
    await terminal.waitFor((t) => t.includes('driver-499') && !t.includes('driver-1 '));
  });
});

it('says loudly what is wrong', async () => {
  const terminal = open([80, 24], 0, {
    central: { state: 'refused', sinceMs: NOW - 4_000, why: 'the token is wrong' }, busUp: false, channels: [],
    unread: 7, endpoints: [],
  });
  await terminal.waitFor((t) => t.includes('EV_Central cannot be reached') && t.includes('the token is wrong')
    && t.includes('down: events wait there') && t.includes('nobody is told of anything')
    && t.includes('7 events that no key opens') && t.includes('Nothing was sent yet'));
});
