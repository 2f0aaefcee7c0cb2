// The engine's screen on a real terminal emulator, over made-up states.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openHeadlessTerminal } from '../../tests/screen/headless-terminal.ts';
import { sampleEngineView } from '../../tests/screen/sample-engine.ts';
import type { Screen } from '../../shared/screen/handle.ts';
import { openEngineScreen } from './screen.ts';
import type { EngineActionKind, EngineView } from './view.ts';

// A machine that is busy with other tests draws late, never wrong.
vi.setConfig({ testTimeout: 60_000 });

const NOW = 1_763_700_000_000;
const opened: Screen[] = [];
afterEach(() => {
  for (const screen of opened.splice(0)) screen.close();
});

function open(options: {
  size?: readonly [number, number]; points?: number; connectors?: number;
  change?: (view: EngineView) => EngineView; whyNot?: (kind: EngineActionKind) => string | null;
} = {}) {
  const [columns, rows] = options.size ?? [80, 24];
  const terminal = openHeadlessTerminal(columns, rows);
  const calls: unknown[][] = [];
  const note = (name: string) => (...args: unknown[]): { ok: true; text: string } => {
    calls.push([name, ...args]);
    return { ok: true, text: `done: ${name}` };
  };
  opened.push(openEngineScreen({
    view: () => (options.change ?? ((v) => v))(sampleEngineView(options.points ?? 1, NOW, options.connectors ?? 1)),
    onQuit: () => undefined, streams: terminal.streams, term: 'xterm-256color',
    actions: {
      plug: note('plug'), unplug: note('unplug'), request: note('request'), stop: note('stop'),
      toggleKo: note('toggleKo'), fault: note('fault'), clear: note('clear'), powerLoss: note('powerLoss'),
      powerBack: note('powerBack'), whyNot: options.whyNot ?? (() => null),
    },
  }));
  return { terminal, calls };
}

describe.each([[80, 24], [200, 50]] as const)('the screen of an engine at %i x %i', (columns, rows) => {
  it('shows state, vehicle, power, session, meter, links, key, journal and messages', async () => {
    const { terminal } = open({ size: [columns, rows] });
    const text = await terminal.waitFor((t) => t.includes('Messages'));
    for (const wanted of ['» SUPPLYING', 'Connector 1  Type 2  22 kW', '41 %', '11.0 kW', 'ana  4.12 kWh  1.73 EUR',
      '1204.311 kWh', 'Monitor', 'Bus', 'EV_Central', 'Key', 'everything accepted', 'Charging for ana']) {
      expect(text).toContain(wanted);
    }
  });

  it('shows a fleet of 500 as a list that scrolls and filters, and a point in full behind Enter', async () => {
    const { terminal } = open({ size: [columns, rows], points: 500 });
    await terminal.waitFor((t) => t.includes('>ALC-01'));
    terminal.type('\x1b[F');
    await terminal.waitFor((t) => t.includes('ALC-500'));
    terminal.type('/alc-23\r\r');
    await terminal.waitFor((t) => t.includes('Links') && t.includes('Vehicle'));
    terminal.type('\x1b');
    await terminal.waitFor((t) => t.includes('of 500'));
  });
});

describe('the menu of a point', () => {
  it('plugs a vehicle in with the chosen battery, and unplugs after a question', async () => {
    const { terminal, calls } = open();
    terminal.type('p\x1b[C\t\x7f\x7f73\r');
    await terminal.waitFor((t) => t.includes('done: plug'));
    terminal.type('u');
    await terminal.waitFor((t) => t.includes('Unplug the vehicle?'));
    terminal.type('y');
    await terminal.waitFor((t) => t.includes('done: unplug'));
    expect(calls).toEqual([
      ['plug', { index: 0, connectorNo: 1 }, { name: 'van', batteryWh: 75_000, maxPowerW: 120_000, socPercent: 73 }],
      ['unplug', { index: 0, connectorNo: 1 }],
    ]);
  });

  it('takes a request at the point with a masked PIN', async () => {
    const { terminal, calls } = open();
    terminal.type('cana\t4711');
    await terminal.waitFor((t) => t.includes('****') && t.includes('ana'));
    expect(terminal.text()).not.toContain('4711');
    terminal.type('\t7.5\r');
    await terminal.waitFor((t) => t.includes('done: request'));
    expect(calls).toEqual([['request', { index: 0, connectorNo: 1 }, {
      driverId: 'ana', pin: '4711', goal: { energyWh: 7_500, amountMinor: null, socPercent: null },
    }]]);
  });

  it('has the keys for KO, faults, repair and power loss', async () => {
    const { terminal, calls } = open();
    terminal.type('k');
    await terminal.waitFor(() => calls.length === 1);
    terminal.type('f3');
    await terminal.waitFor(() => calls.length === 2);
    terminal.type('r');
    await terminal.waitFor(() => calls.length === 3);
    terminal.type('ly');
    await terminal.waitFor(() => calls.length === 4);
    expect(calls.map(([name, , third]) => [name, third])).toEqual([
      ['toggleKo', undefined], ['fault', 'over-temperature'], ['clear', undefined], ['powerLoss', undefined],
    ]);
  });

  it('acts on the connector that Tab has chosen', async () => {
    const { terminal, calls } = open({ connectors: 4 });
    terminal.type('\t\ts');
    await terminal.waitFor(() => calls.length === 1);
    expect(calls).toEqual([['stop', { index: 0, connectorNo: 3 }]]);
  });

  it('shows what the state does not allow as disabled, with the reason', async () => {
    const { terminal, calls } = open({ whyNot: (kind) => (kind === 'request' ? 'the monitor is away' : null) });
    await terminal.waitFor((t) => t.includes('c(Charge here)'));
    terminal.type('c');
    await terminal.waitFor((t) => t.includes('Not now: Charge here: the monitor is away'));
    expect(calls).toEqual([]);
  });

  it('says why there is no key, that the bus is down and that facts wait', async () => {
    const { terminal } = open({ change: (view) => ({
      ...view, bus: { state: 'down', sinceMs: NOW - 5_000, why: 'connection refused' },
      points: view.points.map((p) => ({
        ...p, journalFacts: 7, key: { held: false, sinceMs: NOW - 9_000, why: 'revoked', expiresAtMs: null },
      })),
    }) });
    await terminal.waitFor((t) => t.includes('BUS DOWN') && t.includes('X no') && t.includes('revoked')
      && t.includes('7 facts wait'));
  });
});
