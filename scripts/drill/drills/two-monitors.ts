// Two monitors with one identity: a copied secret, or a spare that somebody forgot to switch off.
import type { ManagedProcess } from '../../network/managed-process.ts';
import type { Drill, Stage } from '../drill.ts';
import { endByDrivers, LONG_CHARGE_WH, LONG_CHARGES } from '../long-charges.ts';
import { until } from '../patience.ts';
import { askMonitor, authenticateByHand, startOtherMonitor, untilMonitorIs } from '../point-sight.ts';
import { ask, atPoint, type Charge, chargesAndQueue } from '../scene.ts';

/** The third eviction within this time bars. */
const WINDOW_MS = 60_000;

export const twoMonitors: Drill = {
  name: 'two-monitors',
  title: 'two monitors with one identity, while the point charges',
  row: null,
  expects: [
    'The newer one wins at once; the older is told “replaced”, leaves it the engine, and does not come back by itself.',
    'The third eviction within a minute bars the identity: both are put out, and the operator is asked.',
    'While it is barred nobody gets in, not even by hand, and nothing new starts; the running charge goes on.',
    'The operator unbars, one of the two authenticates by hand, and the point works again; one ticket.',
  ],
  network: { points: 1, drivers: 2, ...LONG_CHARGES },
  async run(stage) {
    const { network } = stage;
    await network.open();
    const scene = await chargesAndQueue(stage, { waiting: 0, energyWh: LONG_CHARGE_WH });
    const [charge] = scene.charges;
    if (charge === undefined) throw new Error('nobody charges');
    const first = network.pointOf(charge.pointId).monitor;
    const second = await threeEvictions(stage, charge.pointId, first);
    await whileBarred(stage, charge, [first, second]);
    await unbarred(stage, charge.pointId, { first, second });
    await endByDrivers(stage, scene.charges);
    await scene.settle();
    const next = await ask(stage, charge.driverId, atPoint(charge.pointId), 1_000);
    const last = await next.told('ticket');
    stage.expect('the point serves the next charge', last.ticket.energyWh === 1_000, `${last.ticket.energyWh} Wh`);
    await stage.reconcile();
  },
};

/** The two take the point from one another three times; the value is the second monitor. */
async function threeEvictions(stage: Stage, pointId: string, first: ManagedProcess): Promise<ManagedProcess> {
  const { network } = stage;
  const startedMs = performance.now();
  stage.say(`a second monitor of ${pointId} starts, with the same secret`);
  const secret = network.secrets.points[pointId] ?? '';
  const second = await startOtherMonitor(network, { pointId, label: 'second monitor', secret });
  await untilMonitorIs(second, 'authenticated');
  const { value: out, tookMs } = await untilMonitorIs(first, 'refused');
  stage.expect('the first is put out and told why, and waits for a hand', out.authentication.needsHand,
    `after ${tookMs} ms: “${out.authentication.why}”`);
  const { value: taken } = await until(() => askMonitor(second), ({ health }) => health.engine === 'ok', {
    what: 'the second monitor reaches the engine',
  });
  stage.expect('the second has taken the engine over', taken.engine.state === 'up', taken.engine.state);
  stage.say('somebody uses the menu of the first monitor');
  await authenticateByHand(first);
  await untilMonitorIs(second, 'refused');
  await untilMonitorIs(first, 'authenticated');
  stage.say('somebody uses the menu of the second monitor');
  await authenticateByHand(second);
  const both = await Promise.all([untilMonitorIs(first, 'refused'), untilMonitorIs(second, 'refused')]);
  const tookAllMs = Math.round(performance.now() - startedMs);
  stage.expect('the third eviction puts both out', tookAllMs < WINDOW_MS,
    both.map(({ value }) => `“${value.authentication.why}”`).join(' and '));
  stage.figure('three evictions in', tookAllMs, 'ms');
  return second;
}

async function whileBarred(stage: Stage, charge: Charge, monitors: readonly ManagedProcess[]): Promise<void> {
  const { network } = stage;
  const { pointId } = charge;
  await network.untilStatus(pointId, 'Disconnected');
  const events = await network.rows(['events', '--point', pointId, '--kind', 'access']);
  stage.expect('the operator is told: two monitors with one identity', JSON.stringify(events).includes('two-monitors'),
    `${events.length} such event`);
  for (const monitor of monitors) {
    await authenticateByHand(monitor);
    const { value } = await untilMonitorIs(monitor, 'refused');
    stage.expect(`${monitor.label} is refused while it is barred`, value.authentication.needsHand,
      `“${value.authentication.why}”`);
  }
  const other = network.driverIds.find((id) => id !== charge.driverId) ?? '';
  const wish = await ask(stage, other, atPoint(pointId), 1_000);
  const { reason } = await wish.told('refused');
  stage.expect('a new charge there is refused with its reason', reason === 'point-barred', reason);
  stage.expect('the running charge goes on', !charge.isOver(), `${charge.driverId} at ${pointId}`);
}

async function unbarred(
  stage: Stage, pointId: string, { first, second }: { first: ManagedProcess; second: ManagedProcess },
): Promise<void> {
  const { network } = stage;
  stage.say('the second monitor is switched off; the operator unbars the point; somebody uses the first one’s menu');
  await second.stop();
  await network.tool(['ctl', 'unbar', pointId, '--note', 'the spare was switched off']);
  await authenticateByHand(first);
  const { tookMs } = await untilMonitorIs(first, 'authenticated');
  stage.expect('the first is let in again', true, `${tookMs} ms`);
  await until(() => network.statuses(), (all) => !['Disconnected', 'Faulted'].includes(all[pointId] ?? ''), {
    what: `${pointId} shows its true state`,
  });
}
