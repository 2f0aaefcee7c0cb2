// Everything dies at once, and is started again in an order drawn from the seed.
import type { Drill } from '../drill.ts';
import { until } from '../patience.ts';
import { chargesAndQueue, momentToBreak } from '../scene.ts';

export const killMachine: Drill = {
  name: 'kill-machine',
  title: 'the machine: kill -9 of every process at once while three points charge and two drivers wait',
  row: 'the machine',
  expects: [
    'Started again in any order, all is as it was: sessions, queue, money.',
    'The charges end with the true end from the engines’ journals, the queue is served, each ticket goes out once.',
  ],
  broker: 'own',
  async run(stage) {
    const { network, broker, chance, say, expect, figure } = stage;
    await network.open();
    const scene = await chargesAndQueue(stage, { energyWh: { from: 9_000, to: 14_000 } });
    await momentToBreak(stage, scene);
    say(`kill -9 of ${network.processes.size + 1} processes`);
    await Promise.all([broker.kill9(), ...[...network.processes].map((process) => process.kill9())]);
    const order = chance.shuffled(['broker', 'EV_Central', 'points'] as const);
    say(`everything is started again: ${order.join(', then ')}, then the drivers`);
    const startedMs = performance.now();
    for (const part of order) {
      if (part === 'broker') await broker.restart();
      else if (part === 'EV_Central') await network.startCentral();
      else await Promise.all(network.pointIds.map((id) => network.startPoint(id)));
    }
    await network.seatAll();
    figure('all processes up after', Math.round(performance.now() - startedMs), 'ms');
    const tickets = await Promise.all(scene.charges.map((charge) => charge.told('ticket')));
    expect('the charges end where their journals say', tickets.every(({ ticket }) =>
      ticket.endReason === 'engine-restarted'), tickets.map(({ ticket }) => `${ticket.energyWh} Wh`).join(', '));
    figure('every interrupted charge billed after', Math.round(performance.now() - startedMs), 'ms');
    await scene.settle();
    await until(() => network.statuses(), (all) => Object.values(all).every((status) => status === 'Available'),
      { what: 'every point is Available' });
    await stage.reconcile();
  },
};
