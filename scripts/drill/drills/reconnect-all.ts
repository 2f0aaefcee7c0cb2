// EV_Central dies under a fleet of some hundreds of points and is started again: all of them come back at once.
import type { Drill } from '../drill.ts';
import type { DrillNetwork } from '../drill-network.ts';
import { until } from '../patience.ts';
import { chargesAndQueue, momentToBreak } from '../scene.ts';

const POINTS = 300;
const BACK_MS = 10_000;

export const reconnectAll: Drill = {
  name: 'reconnect-all',
  title: `EV_Central is killed under ${POINTS} points, which all come back at once`,
  row: null,
  expects: [
    `All ${POINTS} points are authenticated again within 10 s from when EV_Central listens.`,
    'None is shown faulted, and no charge is touched.',
  ],
  network: { points: POINTS, drivers: 8 },
  async run(stage) {
    const { network, say, expect, figure } = stage;
    await network.openFleet();
    const scene = await chargesAndQueue(stage, { charging: 8, waiting: 0 });
    await momentToBreak(stage, scene);
    const faults = await faultsSoFar(network);
    say('kill -9 of EV_Central');
    await network.central.kill9();
    await network.startCentral();
    const listensMs = performance.now();
    say('EV_Central listens again');
    await until(async () => Number(JSON.parse(await network.tool(['ctl', 'status', '--json']))['monitors']),
      (count) => count === POINTS, { what: `${POINTS} monitors are back`, timeoutMs: 60_000 });
    const tookMs = Math.round(performance.now() - listensMs);
    expect(`all ${POINTS} points are back within 10 s`, tookMs <= BACK_MS, `${tookMs} ms`);
    figure(`${POINTS} points back after`, tookMs, 'ms');
    await scene.settle();
    const now = await faultsSoFar(network);
    expect('no point was shown faulted', now === faults, `${now - faults} false faults`);
    const touched = scene.charges.filter((charge) => !charge.notices()
      .some((notice) => notice.type === 'ticket' && notice.ticket.energyWh === charge.energyWh));
    expect('no charge was touched: each was billed in full', touched.length === 0,
      `${scene.charges.length - touched.length} of ${scene.charges.length}`);
    await stage.reconcile();
  },
};

async function faultsSoFar(network: DrillNetwork): Promise<number> {
  const events = await network.rows(['events', '--kind', 'point-status', '--limit', '10000']);
  return events.filter((event) => JSON.stringify(event['data']).includes('"to":"Faulted"')).length;
}
