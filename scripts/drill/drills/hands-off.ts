// A run without any key press: every process in a terminal with its own screen, nobody types, and what happens is seen
// on the screens alone. Afterwards the books are compared as after every drill.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../broker/ports.ts';
import type { ProcessScreen } from '../../process-screen.ts';
import type { Drill, Stage } from '../drill.ts';
import { until } from '../patience.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SIZE = { columns: 100, rows: 30 } as const;
/** A car is full after some seconds: the drivers of a file want as much as there is room for. */
const SPEED = 600;
const PATIENCE_MS = 90_000;
/** A tile with power that flows, its amount and its driver. */
const LIVE = /[1-9]\d*\.\d kW +[1-9]\d*\.\d\d EUR [a-z]+/;
const TICKET = /Ticket \S+: \d+\.\d+ kWh at \S+, /;

type Screens = {
  readonly central: ProcessScreen;
  readonly points: readonly ProcessScreen[]; readonly drivers: readonly ProcessScreen[];
};
type Env = Readonly<Record<string, string>>;

export const handsOff: Drill = {
  name: 'hands-off',
  title: 'a run without any key press, seen on the screens of all processes',
  row: null,
  expects: [
    'On the screen of EV_Central the points turn from Disconnected to Activated to Supplying, with driver and figures.',
    'On the engine’s screen the charge runs; on the drivers’ screens comes the queue, the charge, and the ticket.',
  ],
  network: { points: 2, drivers: 3 },
  whyNot: async () => await import('../../process-screen.ts').then(() => null,
    () => 'this platform has no terminals for programs (node-pty could not be loaded)'),
  async run(stage) {
    const opened: ProcessScreen[] = [];
    const endAll = async (): Promise<void> => {
      for (const screen of opened) screen.end();
      await Promise.all(opened.map((screen) => screen.ended()));
    };
    stage.ended.addEventListener('abort', () => void endAll(), { once: true });
    try {
      await watch(stage, await openScreens(stage, opened));
    } finally {
      await endAll();
    }
    stage.say('every screen was closed; the books are compared without screens');
    await stage.network.open();
    await stage.reconcile();
  },
};

async function openScreens({ network, chance, say }: Stage, opened: ProcessScreen[]): Promise<Screens> {
  const { openProcessScreen } = await import('../../process-screen.ts');
  const open = (program: string, args: readonly string[], env: Env = {}): ProcessScreen => {
    const screen = openProcessScreen({
      ...SIZE, args: [join(ROOT, program, 'main.ts'), ...args], cwd: ROOT,
      env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...network.env, ...env },
    });
    opened.push(screen);
    return screen;
  };
  const { dir } = network.options;
  network.centralPort = await freePort();
  const central = open('ev-central', ['--port', String(network.centralPort), '--data-dir', network.centralDir]);
  await sees(central, /listening on/);
  const points: ProcessScreen[] = [];
  for (const id of network.pointIds) {
    const address = `127.0.0.1:${await freePort()}`;
    points.push(open('ev-cp-engine', [
      '--listen', address, '--id', id, '--data-dir', join(dir, 'engine', id), '--auto', '--speed', String(SPEED),
    ]));
    points.push(open('ev-cp-monitor', [address, network.centralAddress, id, '--data-dir', join(dir, 'monitor')],
      { EV_MONITOR_SECRET: network.secrets.points[id] ?? '' }));
  }
  for (const id of network.pointIds) await sees(central, new RegExp(`${id} +Activated`));
  say('EV_Central’s screen: every point is Activated');
  const drivers: ProcessScreen[] = [];
  for (const id of chance.shuffled(network.driverIds)) {
    const file = join(dir, `${id}.txt`);
    await writeFile(file, `${chance.of(network.pointIds)}\n`);
    drivers.push(open('ev-driver', [
      '--central', network.centralAddress, '--driver', id, '--file', file, '--data-dir', join(dir, 'driver'),
    ], { EV_DRIVER_PASSWORD: network.secrets.users[id]?.password ?? '' }));
  }
  return { central, points, drivers };
}

async function watch({ say, expect, figure }: Stage, { central, points, drivers }: Screens): Promise<void> {
  const tile = await sees(central, /Supplying/);
  expect('EV_Central’s screen shows a point Supplying', true, lineWith(tile, /Supplying/));
  const figures = await sees(central, LIVE);
  show(say, 'EV_Central', figures);
  figure('EV_Central’s screen:', `“${lineWith(figures, LIVE)}”`);
  const charging = await Promise.any(points.map((screen) => sees(screen, /CHARGING|SUPPLYING/)));
  show(say, 'an engine', charging);
  expect('an engine’s screen shows the charge', true, lineWith(charging, /CHARGING|SUPPLYING/));
  const told = await Promise.all(drivers.map((screen) => sees(screen, TICKET)));
  const [first = ''] = told;
  show(say, 'a driver', first);
  expect('every driver’s screen shows her ticket', true, lineWith(first, TICKET));
  figure('a driver’s screen:', `“${lineWith(first, TICKET)}”`);
  figure('keys pressed', 0);
}

async function sees(screen: ProcessScreen, wanted: RegExp): Promise<string> {
  const { value } = await until(() => screen.text(), (text) => wanted.test(text),
    { what: `a screen that shows ${String(wanted)}`, timeoutMs: PATIENCE_MS });
  return value;
}

/** The screen as it is, for whoever follows the drill. */
function show(say: (text: string) => void, whose: string, text: string): void {
  say(`the screen of ${whose}:`);
  for (const line of text.split('\n')) if (line.trim() !== '') say(`│ ${line}`);
}

function lineWith(text: string, wanted: RegExp): string {
  return (text.split('\n').find((line) => wanted.test(line)) ?? '').replaceAll(/[│|─┌┐└┘]/g, ' ')
    .replaceAll(/ {2,}/g, '  ').trim();
}
