// SIGSTOP for ten seconds of each kind of process, one after the other in an order drawn from the seed, each in the
// middle of charges and with somebody waiting.
import type { Drill, Frozen, Stage } from '../drill.ts';
import { pause, until } from '../patience.ts';
import { type Charge, chargesAndQueue, momentToBreak } from '../scene.ts';

const FROZEN_MS = 10_000;
/** Two points are enough to see that the other goes on. */
const SCENE = { waiting: 1, energyWh: { from: 13_000, to: 16_000 } } as const;

type Kind = 'engine' | 'monitor' | 'drivers’ client' | 'EV_Central' | 'broker';
/** What Central must show of the victim's point while it lasts; null: Central cannot be asked. */
const SHOWN: Readonly<Record<Kind, string | null>> = {
  engine: 'Faulted', monitor: 'Disconnected', 'drivers’ client': 'Charging', 'EV_Central': null, broker: 'Charging',
};

const WELL: ReadonlySet<string> = new Set(['Charging', 'Available', 'Preparing', 'Finishing']);

export const freeze: Drill = {
  name: 'freeze',
  title: 'SIGSTOP for 10 s of engine, monitor, client, EV_Central and broker, one after the other',
  row: null,
  expects: [
    'While it lasts, the others see what they would see if it were dead: an engine Faulted, a monitor Disconnected.',
    'Running again, each reads what has waited before it judges its own deadlines: no false fault, nothing lost.',
    'The charge of the engine goes on, and its driver is told so.',
  ],
  broker: 'own',
  network: { points: 2, drivers: 4 },
  async run(stage) {
    await stage.network.open();
    const kinds: readonly Kind[] = ['engine', 'monitor', 'drivers’ client', 'EV_Central', 'broker'];
    for (const kind of stage.chance.shuffled(kinds)) await freezeOne(stage, kind);
    await stage.reconcile();
  },
};

async function freezeOne(stage: Stage, kind: Kind): Promise<void> {
  const { network, say, expect, figure } = stage;
  const scene = await chargesAndQueue(stage, SCENE);
  const victim = await momentToBreak(stage, scene);
  const frozen = processOf(stage, kind, victim);
  say(`SIGSTOP: the ${kind} of ${victim.pointId} stands still for 10 s`);
  stage.freeze(frozen);
  const untilMs = performance.now() + FROZEN_MS;
  const wanted = SHOWN[kind];
  if (wanted !== null) {
    const tookMs = await network.untilStatus(victim.pointId, wanted, FROZEN_MS);
    if (wanted !== 'Charging') {
      // A second between two pings, three of silence, and a tick.
      expect(`the point is ${wanted} within 5 s`, tookMs <= 5_000, `${tookMs} ms`);
      figure(`${kind} frozen:`, `${wanted} after ${tookMs} ms`);
    }
  }
  await pause(Math.max(0, untilMs - performance.now()));
  say(`SIGCONT: the ${kind} goes on`);
  stage.thaw(frozen);
  const startedMs = performance.now();
  await until(() => network.statuses(), (all) => Object.values(all).every((status) => WELL.has(status)),
    { what: 'every point is well again' });
  figure(wanted === null || wanted === 'Charging' ? `${kind} frozen:` : '',
    `all well ${Math.round(performance.now() - startedMs)} ms after it goes on`);
  await scene.settle();
  const broken = scene.charges.filter((charge) => charge.notices()
    .some((notice) => notice.type === 'ended' && notice.state === 'interrupted'));
  const expected = kind === 'engine' ? [victim] : [];
  expect(kind === 'engine' ? 'no other charge is interrupted' : 'no charge is interrupted',
    broken.every((charge) => expected.includes(charge)), broken.map((charge) => charge.pointId).join(', '));
  if (kind === 'engine') {
    const told = victim.notices().map(({ type }) => type).filter((type) => type === 'ended' || type === 'resumed');
    expect('the driver is told that it broke off, that it goes on, and its end',
      told.join() === 'ended,resumed,ended', told.join(', '));
  }
  await network.untilAll('Available');
}

function processOf({ network, broker }: Stage, kind: Kind, { pointId, driverId }: Charge): Frozen {
  switch (kind) {
    case 'engine': return network.pointOf(pointId).engine;
    case 'monitor': return network.pointOf(pointId).monitor;
    case 'drivers’ client': return network.driver(driverId).process;
    case 'EV_Central': return network.central;
    case 'broker': return broker.pid();
  }
}
