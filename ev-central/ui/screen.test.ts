// The operator's screen on a real terminal emulator, over made-up states of Central.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openHeadlessTerminal } from '../../tests/screen/headless-terminal.ts';
import { sampleCentralView, sampleFigures, sampleRows } from '../../tests/screen/sample-central.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Screen } from '../../shared/screen/handle.ts';
import { openCentralScreen } from './screen.ts';
import type { CentralView } from './view.ts';

// A machine that is busy with other tests draws late, never wrong.
vi.setConfig({ testTimeout: 60_000 });

const NOW = 1_763_700_000_000;
const SIZES = [[80, 24], [200, 50]] as const;
const opened: Screen[] = [];
afterEach(() => {
  for (const screen of opened.splice(0)) screen.close();
});

function open(options: {
  columns?: number; rows?: number; points?: number; change?: (view: CentralView) => CentralView;
  whyNot?: (order: Order) => string | null; reservations?: number; figures?: typeof sampleFigures;
} = {}) {
  const terminal = openHeadlessTerminal(options.columns ?? 80, options.rows ?? 24);
  const orders: Order[] = [];
  const queries: { what: string; filter: object; after: string | null }[] = [];
  const screen = openCentralScreen({
    view: () => (options.change ?? ((v) => v))(sampleCentralView(options.points ?? 12, NOW)),
    onQuit: () => undefined, streams: terminal.streams, term: 'xterm-256color',
    actions: {
      order(order) {
        orders.push(order);
        return { ok: true, text: `done: ${order.kind}` };
      },
      whyNot: options.whyNot ?? (() => null),
      query(what, filter, after, limit) {
        queries.push({ what, filter, after });
        if (what === 'figures') return options.figures?.(filter) ?? sampleFigures(filter);
        return sampleRows(what, what === 'reservations' ? options.reservations ?? 14 : 250, NOW)(after, limit);
      },
    },
  });
  opened.push(screen);
  return { terminal, orders, queries, screen };
}

describe.each(SIZES)('the panel of Central at %i x %i', (columns, rows) => {
  it('shows a tile a point: id, state, place, price, and live kW, amount and driver while it supplies', async () => {
    const { terminal } = open({ columns, rows });
    const text = await terminal.waitFor((t) => t.includes('ALC-02'));
    for (const wanted of ['o ALC-01', 'Activated', '» ALC-02', 'Supplying', 'Level 1, bay 2', '0.42 EUR/kWh',
      '11.0 kW 1.73 EUR bob', 'ALC  Alicante, Mercado  4 points, 2 charging']) expect(text).toContain(wanted);
  });

  it('gives states their colours: green, orange, red, grey', async () => {
    const { terminal } = open({ columns, rows });
    await terminal.waitFor((t) => t.includes('Disconnected'));
    expect(terminal.lookOf('o ALC-01')?.bg).toBe(28);
    expect(terminal.lookOf('» ALC-02')?.bg).toBe(40);
    expect(terminal.lookOf('- BEN-05')?.bg).toBe(208);
    expect(terminal.lookOf('! BEN-06')?.bg).toBe(160);
    expect(terminal.lookOf('? BEN-07')?.bg).toBe(240);
  });

  it('lists on-going requests with date, start time, user, point, state and place, and the messages', async () => {
    const { terminal } = open({ columns, rows });
    const text = await terminal.waitFor((t) => t.includes('Messages'));
    expect(text).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d eva +ALC \(Site\) +waiting: place 2, ~9 min/);
    expect(text).toContain('Ticket k7f2-120 to ana: 10.000 kWh, 4.20 EUR');
  });

  it('sums the network up in its header, and shouts when the bus is down', async () => {
    const { terminal } = open({ columns, rows, change: (v) => ({
      ...v, bus: { state: 'down', sinceMs: NOW - 9_000, why: 'refused' } }) });
    const text = await terminal.waitFor((t) => t.includes('BUS DOWN since'));
    expect(text).toContain('11/12 up');
    expect(terminal.lookOf('BUS DOWN')?.bg).toBe(160);
  });

  it('scrolls and filters 500 points, as tiles and as a list', async () => {
    const { terminal } = open({ columns, rows, points: 500 });
    await terminal.waitFor((t) => t.includes('ALC-01'));
    terminal.type('\x1b[F');
    await terminal.waitFor((t) => t.includes('ELX-500'));
    terminal.type('/benidorm broken\r');
    await terminal.waitFor((t) => t.includes('14 of 500') && t.includes('BEN-174'));
    terminal.type('v');
    await terminal.waitFor((t) => t.includes('Since') && t.includes('14 of 500'));
    terminal.type('\x1b[F');
    await terminal.waitFor((t) => t.includes('>BEN-330'));
  });

  it.each([
    ['2', 'Requested', 'carla'], ['3', 'Place', 'waiting'], ['4', '127.0.0.1:50001', 'bob'],
    ['5', 'not understandable (wrong key)', 'ALC-01'], ['6', 'set-operative', 'console'], ['7', 'session', 'charging'],
    ['8', 'k7f2-t0', '4.20 EUR'],
  ])('shows the list behind key %s', async (key, first, second) => {
    const { terminal } = open({ columns, rows });
    terminal.type(key);
    await terminal.waitFor((t) => (first === 'Requested' || t.includes(first)) && t.includes(second));
  });
});

describe('orders from the screen', () => {
  it('stops the selected point with a note, after the form has said what ends', async () => {
    const { terminal, orders } = open();
    terminal.type('\x1b[Cs');
    await terminal.waitFor((t) => t.includes('1 running charge ends at once'));
    terminal.type('\tfire drill\r');
    await terminal.waitFor((t) => t.includes('done: set-operative'));
    expect(orders).toEqual([{
      kind: 'set-operative', scope: { kind: 'points', pointIds: ['ALC-02'] }, operative: false, note: 'fire drill',
      planned: false,
    }]);
  });

  it('resumes marked points, and asks once more before it acts on the whole network', async () => {
    const { terminal, orders } = open();
    terminal.type('  r');
    await terminal.waitFor((t) => t.includes('marked points (2)'));
    terminal.type('\r');
    await terminal.waitFor(() => orders.length === 1);
    terminal.type('sall\r'); // "a" jumps to "all points"
    await terminal.waitFor((t) => t.includes('This is the whole network'));
    terminal.type('n');
    await terminal.waitFor((t) => !t.includes('This is the whole network'));
    expect(orders).toEqual([
      {
        kind: 'set-operative', scope: { kind: 'points', pointIds: ['ALC-01', 'ALC-02'] }, operative: true, note: '',
        planned: false,
      },
    ]);
  });

  it('asks for a note before maintenance', async () => {
    const { terminal, orders } = open();
    terminal.type('m\r');
    await terminal.waitFor((t) => t.includes('Maintenance needs a note'));
    terminal.type('\tcable\r');
    await terminal.waitFor(() => orders.length === 1);
    expect(orders[0]).toMatchObject({ operative: false, note: 'cable', planned: true });
  });

  it('shows what a state does not allow as disabled, with the reason', async () => {
    const { terminal, orders } = open({ whyNot: (o) => (o.kind === 'unbar-point' ? 'it is not barred' : null) });
    await terminal.waitFor((t) => t.includes('e(End session)'));
    terminal.type('e');
    await terminal.waitFor((t) => t.includes('Not now: End session: no session there'));
    terminal.type('o');
    await terminal.waitFor((t) => t.includes('(Unbar: it is not barred)'));
    terminal.type('b');
    await terminal.waitFor((t) => t.includes('Not now: Unbar: it is not barred'));
    expect(orders).toEqual([]);
  });

  it('ends a session, revokes a key, takes a driver out of the queue, each after a question', async () => {
    const { terminal, orders } = open();
    terminal.type('\x1b[Ce');
    await terminal.waitFor((t) => t.includes('the driver gets the ticket'));
    terminal.type('\r');
    await terminal.waitFor(() => orders.length === 1);
    terminal.type('ok');
    await terminal.waitFor((t) => t.includes('out of service until somebody uses the menu'));
    terminal.type('lost\r');
    await terminal.waitFor(() => orders.length === 2);
    terminal.type('3x');
    await terminal.waitFor((t) => t.includes('loses her place'));
    terminal.type('\r');
    await terminal.waitFor(() => orders.length === 3);
    expect(orders.map((o) => o.kind)).toEqual(['end-session', 'revoke-point-key', 'leave-queue']);
  });

  it('calls the operator to a point with two monitors', async () => {
    const { terminal } = open({ points: 20 });
    await terminal.waitFor((t) => t.includes('1 barred'));
  });
});

describe('lists and details', () => {
  it('shows one point with its connectors, then its events, then its commands', async () => {
    const { terminal, queries } = open();
    terminal.type('\x1b[C\r');
    await terminal.waitFor((t) => t.includes('Connectors') && t.includes('bob  charging') && t.includes('Events'));
    terminal.type('c');
    await terminal.waitFor((t) => t.includes('Commands') && t.includes('authorize'));
    expect(queries.map((q) => [q.what, q.filter])).toEqual([
      ['events', { pointId: 'ALC-02' }], ['commands', { pointId: 'ALC-02' }],
    ]);
    terminal.type('\x1b');
    await terminal.waitFor((t) => t.includes('On-going'));
  });

  it('reads the next page when the selection comes near the end, and for a filter', async () => {
    const { terminal, queries } = open();
    terminal.type('2');
    await terminal.waitFor((t) => t.includes('carla'));
    terminal.type('\x1b[F');
    await terminal.waitFor(() => queries.some((q) => q.after === '100'));
    terminal.type('/k7f2-249');
    await terminal.waitFor((t) => t.includes('1 of 250'));
  });

  it('opens a row in full, and a ticket as a receipt', async () => {
    const { terminal } = open();
    terminal.type('5');
    await terminal.waitFor((t) => t.includes('wrong key'));
    terminal.type('\r');
    await terminal.waitFor((t) => t.includes('payload base64') && t.includes('ev.facts/3@0'));
    terminal.type('\x1b');
    await terminal.waitFor((t) => !t.includes('payload base64'));
    terminal.type('8');
    await terminal.waitFor((t) => t.includes('k7f2-t0'));
    terminal.type('\r');
    await terminal.waitFor((t) => t.includes('10.000 kWh x 0.42'));
  });

  it('says why a list cannot be read', async () => {
    const terminal = openHeadlessTerminal(80, 24);
    opened.push(openCentralScreen({
      view: () => sampleCentralView(3, NOW), onQuit: () => undefined, streams: terminal.streams, term: 'xterm',
      actions: {
        order: () => ({ ok: true, text: '' }), whyNot: () => null,
        query: async () => ({ rows: [], next: null, error: 'the database is busy' }),
      },
    }));
    terminal.type('6');
    await terminal.waitFor((t) => t.includes('the database is busy'));
  });
});

describe.each(SIZES)('the calendar at %i x %i', (columns, rows) => {
  it('has a line a connector with what is booked, in use and missed, and the list of the chosen one', async () => {
    const { terminal, queries } = open({ columns, rows });
    terminal.type('9');
    const text = await terminal.waitFor((t) => t.includes('k7f2-142') && t.includes('ALC Alicante, Mercado'));
    expect(text).toMatch(/2025-11-21 {2}ALC Alicante, Mercado {2}\d+ reservations/);
    expect(text).toMatch(/>ALC-01\/1 +·[^\n]*▒[^\n]*█[^\n]*x/);
    expect(text).toMatch(/08:40-09:40 +in use +bob/);
    expect(queries.find(({ what }) => what === 'reservations')?.filter).toEqual({
      siteId: 'ALC', sinceMs: Date.parse('2025-11-19T23:00:00Z'), untilMs: Date.parse('2025-11-21T23:00:00Z'),
    });
  });

  it('goes to the next day, another site and back to today', async () => {
    const { terminal } = open({ columns, rows });
    terminal.type('9');
    await terminal.waitFor((t) => t.includes('2025-11-21  ALC'));
    terminal.type('\x1b[C');
    await terminal.waitFor((t) => t.includes('2025-11-22  ALC'));
    terminal.type('g');
    await terminal.waitFor((t) => t.includes('Show which site?'));
    terminal.type('2');
    await terminal.waitFor((t) => t.includes('2025-11-22  BEN') && t.includes('BEN-05/1'));
    terminal.type('t');
    await terminal.waitFor((t) => t.includes('2025-11-21  BEN'));
  });

  it('reads all of 450 reservations, and says so when there are none', async () => {
    const many = open({ columns, rows, reservations: 450 });
    many.terminal.type('9');
    await many.terminal.waitFor((t) => /ALC Alicante, Mercado {2}3\d\d reservations/.test(t));
    expect(many.queries.filter(({ what, after }) => what === 'reservations' && after === '400')).not.toEqual([]);
    const none = open({ columns, rows, reservations: 0 });
    none.terminal.type('9');
    await none.terminal.waitFor((t) => t.includes('0 reservations') && t.includes('no reservation there on this day'));
  });

  it('shows the figures with their aims and bars, for a site and a span', async () => {
    const { terminal, queries } = open({ columns, rows });
    terminal.type('0');
    const text = await terminal.waitFor((t) => t.includes('96.50 kWh'));
    for (const wanted of ['every site, Today', '812.34 kWh', '353.28 EUR (288.50 EUR net, 4.20 EUR given back)',
      '88.89 % of 45', '3 waits, 10 min on average, 66.67 % served', '+ 99.715 %', '! 98.2 % misses the aim',
      '█']) expect(text).toContain(wanted);
    terminal.type('yg');
    await terminal.waitFor((t) => t.includes('Show which site?'));
    terminal.type('1');
    await terminal.waitFor((t) => t.includes('ALC Alicante, Mercado, 12 months') && t.includes('96.50 kWh'));
    expect(queries.at(-1)).toMatchObject({ what: 'figures', filter: {
      report: 'use', by: 'month', from: '2024-11-22', to: '2025-11-21', siteId: 'ALC',
    } });
  });
});

describe('orders about reservations', () => {
  it('cancels one for nothing, with a note', async () => {
    const { terminal, orders } = open();
    terminal.type('9');
    await terminal.waitFor((t) => t.includes('k7f2-142'));
    terminal.type('x');
    await terminal.waitFor((t) => t.includes('what its terms say: 100 % = 4.00 EUR') && t.includes('ana, ALC-01/1'));
    terminal.type('\t\x1b[C\tworks there\r');
    await terminal.waitFor((t) => t.includes('done: cancel-reservation'));
    expect(orders)
      .toEqual([{ kind: 'cancel-reservation', reservationId: 'k7f2-140', free: true, note: 'works there' }]);
  });

  it('says why one that is over cannot be cancelled, and ends a recurring one', async () => {
    const { terminal, orders } = open();
    terminal.type('9');
    await terminal.waitFor((t) => t.includes('k7f2-142'));
    terminal.type('\t\x1b[B\x1b[Bx');
    await terminal.waitFor((t) => t.includes('Cancel reservation: it is no-show'));
    terminal.type('\x1b[Ax\x1b\x1b[Ax');
    await terminal.waitFor((t) => t.includes('only this one'));
    terminal.type('\x1b[C\r');
    await terminal.waitFor((t) => t.includes('done: cancel-reservation-series'));
    expect(orders).toEqual([{ kind: 'cancel-reservation-series', seriesId: 'k7f2-150', note: '' }]);
  });
});

describe('figures and calendar that may not be read', () => {
  it('say why', async () => {
    const { terminal } = open({
      figures: () => Promise.resolve({ rows: [], next: null, error: 'the list figures is for operators' }),
    });
    terminal.type('0');
    await terminal.waitFor((t) => t.includes('the list figures is for operators'));
  });
});
