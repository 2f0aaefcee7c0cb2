// Shows one screen over made-up data in this terminal:
// `node tests/screen/demo.ts monitor|engine|central|driver|notifier [N]`.
import { sampleMonitorView } from './sample-monitor.ts';
import { openMonitorScreen } from '../../ev-cp-monitor/ui/screen.ts';
import { sampleEngineView } from './sample-engine.ts';
import { openEngineScreen } from '../../ev-cp-engine/ui/screen.ts';
import { sampleCentralView, sampleFigures, sampleRows } from './sample-central.ts';
import { openCentralScreen } from '../../ev-central/ui/screen.ts';
import { sampleDriverView, sampleSlots } from './sample-driver.ts';
import { openDriverScreen } from '../../ev-driver/ui/screen.ts';
import { sampleNotifierView } from './sample-notifier.ts';
import { openNotifierScreen } from '../../ev-notifier/ui/screen.ts';
import type { Screen } from '../../shared/screen/handle.ts';

const [kind = 'central', count = '12', more = '1'] = process.argv.slice(2);
const n = Number(count);

const openers: Record<string, (quit: () => void) => Screen> = {
  monitor: (onQuit) => openMonitorScreen({
    view: () => sampleMonitorView(n, Date.now()), onQuit,
    actions: {
      authenticate: async (id) => ({ ok: true, text: `${id} authenticated` }),
      whyNotAuthenticate: (id) => (id.endsWith('04') ? null : 'it is authenticated'),
    },
  }),
};

openers['notifier'] = (onQuit) => openNotifierScreen({
  view: () => sampleNotifierView(n, Date.now()), onQuit, actions: {},
});

const done = (text: string) => (): { ok: true; text: string } => ({ ok: true, text });
openers['engine'] = (onQuit) => openEngineScreen({
  view: () => sampleEngineView(n, Date.now(), Number(more)), onQuit,
  actions: {
    plug: (_at, v) => ({ ok: true, text: `plugged in: ${v.name} at ${v.socPercent} %` }),
    unplug: done('unplugged'), request: (_at, r) => ({ ok: true, text: `asked for ${r.driverId}` }),
    stop: done('stopped'), toggleKo: done('KO'), fault: (_at, code) => ({ ok: true, text: code }),
    clear: done('repaired'), powerLoss: done('dark'), powerBack: done('light'),
    whyNot: (kind, at) => (kind === 'plug' && at.connectorNo === 1 ? 'a vehicle is plugged in already'
      : kind === 'clear' ? 'nothing is broken' : null),
  },
});
openers['central'] = (onQuit) => openCentralScreen({
  view: () => {
    const view = sampleCentralView(n, Date.now());
    return more === 'down'
      ? { ...view, bus: { state: 'down', sinceMs: Date.now() - 9_000, why: 'connection refused' } } : view;
  },
  onQuit,
  actions: {
    order: (order) => ({ ok: true, text: JSON.stringify(order) }),
    whyNot: (order) => (order.kind === 'unbar-point' ? 'the point is not barred' : null),
    query: (what, filter, after, limit) => (what === 'figures' ? sampleFigures(filter)
      : sampleRows(what, what === 'reservations' ? 20 : 250, Date.now())(after, limit)),
  },
});
openers['driver'] = (onQuit) => {
  let loggedIn = more !== 'login';
  return openDriverScreen({
    view: () => {
      const view = sampleDriverView(n, Date.now(), (more === '1' || more === 'login' ? 'none' : more) as 'charging');
      return loggedIn ? view
        : { ...view, driverId: null, balance: null, points: [], login: { state: 'needed', text: 'Wrong password.' } };
    },
    onQuit,
    actions: {
      login: async () => {
        loggedIn = true;
        return { ok: true, text: 'Logged in' };
      },
      request: (wish) => ({ ok: true, text: JSON.stringify(wish) }),
      whyNotRequest: () => null, stop: done('stopped'), whyNotStop: () => null, cancel: done('cancelled'),
      whyNotCancel: () => 'the charge is running: stop it', reload: () => undefined, estimate: () => undefined,
      moreHistory: () => undefined,
      book: (wish) => ({ ok: true, text: JSON.stringify(wish) }), whyNotBook: () => null,
      change: done('changed'), checkIn: done('checked in'), cancelReservation: done('cancelled'),
      cancelSeries: done('cancelled'),
      freeSlots: async () => ({ rows: sampleSlots(Date.now()), next: null, error: null }),
    },
  });
};
const opener = openers[kind];
if (opener === undefined) throw new Error(`one of ${Object.keys(openers).join(', ')}`);
const screen = opener(() => {
  screen.close();
  process.exit(0);
});
