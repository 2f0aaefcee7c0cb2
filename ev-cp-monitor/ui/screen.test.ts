// The monitor's screen on a real terminal emulator, over made-up states.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openHeadlessTerminal } from '../../tests/screen/headless-terminal.ts';
import { sampleMonitorView } from '../../tests/screen/sample-monitor.ts';
import type { Screen } from '../../shared/screen/handle.ts';
import { openMonitorScreen } from './screen.ts';
import type { MonitorView } from './view.ts';

// A machine that is busy with other tests draws late, never wrong.
vi.setConfig({ testTimeout: 60_000 });

const NOW = 1_763_700_000_000;
const opened: Screen[] = [];
afterEach(() => {
  for (const screen of opened.splice(0)) screen.close();
});

function open(options: {
  size?: readonly [number, number]; points?: number; change?: (view: MonitorView) => MonitorView;
} = {}) {
  const [columns, rows] = options.size ?? [80, 24];
  const terminal = openHeadlessTerminal(columns, rows);
  const asked: string[] = [];
  opened.push(openMonitorScreen({
    view: () => (options.change ?? ((v) => v))(sampleMonitorView(options.points ?? 1, NOW)),
    onQuit: () => undefined, streams: terminal.streams, term: 'xterm-256color',
    actions: {
      authenticate: async (pointId) => {
        asked.push(pointId);
        return { ok: true, text: `${pointId} authenticated` };
      },
      whyNotAuthenticate: (pointId) => (pointId === 'ALC-04' ? null : 'it is authenticated'),
    },
  }));
  return { terminal, asked };
}

describe.each([[80, 24], [200, 50]] as const)('the screen of a monitor at %i x %i', (columns, rows) => {
  it('shows both links with since-when, the health of the last minute, site and key', async () => {
    const { terminal } = open({ size: [columns, rows] });
    const text = await terminal.waitFor((t) => t.includes('Messages'));
    for (const wanted of ['EV_CP_Monitor ALC-01', 'EV_Central', '+ up since', '127.0.0.1:8000', 'Last minute',
      '█XXXXXX████', 'Alicante, car park Mercado', 'Key until', 'Engine says KO']) expect(text).toContain(wanted);
  });

  it('shows a fleet of 500 as a list that scrolls and filters', async () => {
    const { terminal } = open({ size: [columns, rows], points: 500 });
    await terminal.waitFor((t) => t.includes('>ALC-01') && t.includes('500 points'));
    terminal.type('\x1b[F');
    await terminal.waitFor((t) => t.includes('>ALC-500'));
    terminal.type('/499\r\r');
    await terminal.waitFor((t) => t.includes('Point ALC-499'));
  });
});

describe('authentication by hand', () => {
  it('is disabled while the point is authenticated, with the reason', async () => {
    const { terminal, asked } = open();
    await terminal.waitFor((t) => t.includes('a(Authenticate)'));
    terminal.type('a');
    await terminal.waitFor((t) => t.includes('Not now: Authenticate: it is authenticated'));
    expect(asked).toEqual([]);
  });

  it('is asked for and done for the selected point after a revocation', async () => {
    const { terminal, asked } = open({ points: 10 });
    await terminal.waitFor((t) => t.includes('refused'));
    terminal.type('\x1b[B\x1b[B\x1b[Ba');
    await terminal.waitFor((t) => t.includes('Authenticate ALC-04'));
    terminal.type('y');
    await terminal.waitFor((t) => t.includes('ALC-04 authenticated'));
    expect(asked).toEqual(['ALC-04']);
  });

  it('says loudly that Central cannot be reached', async () => {
    const { terminal } = open({ change: (view) => ({ ...view, points: view.points.map((p) => ({
      ...p, central: { state: 'down', sinceMs: NOW - 4_000, why: 'connection refused' } })) }) });
    await terminal.waitFor((t) => t.includes('EV_Central cannot be reached') && t.includes('connection refused'));
  });
});
