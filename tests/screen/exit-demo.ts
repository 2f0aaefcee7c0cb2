// A process with a screen that ends as its argument says; for tests/unit/screen-exit.test.ts.
import { openMonitorScreen } from '../../ev-cp-monitor/ui/screen.ts';
import { sampleMonitorView } from './sample-monitor.ts';

const [mode = 'plain'] = process.argv.slice(2);

// As the real processes do: a handler of their own, once, that ends in order, which takes a moment.
if (mode === 'own-handler') process.once('SIGTERM', () => setTimeout(() => process.exit(7), 50));

const screen = openMonitorScreen({
  view: () => sampleMonitorView(1, Date.now()),
  onQuit: () => {
    screen.close();
    process.exit(0);
  },
  actions: {
    authenticate: () => ({ ok: true, text: '' }),
    // The key bar asks at every frame; the key "a" is what the test presses.
    whyNotAuthenticate: () => 'demo',
  },
});

process.stdin.on('data', (data: Buffer) => {
  if (data.toString() !== 'a') return;
  if (mode === 'throw') throw new Error('on purpose');
  if (mode === 'reject') void Promise.reject(new Error('on purpose'));
  if (mode === 'stray') process.stderr.write('a library talks\n');
});
