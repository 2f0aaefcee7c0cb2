// kill -9 of an engine in the middle of several charges, with drivers waiting.
import type { Drill } from '../drill.ts';
import { chargesAndQueue, momentToBreak } from '../scene.ts';
import { untilTold } from '../witness.ts';

export const killEngine: Drill = {
  name: 'kill-engine',
  title: 'kill -9 of an engine while three points charge and two drivers wait',
  row: 'engine',
  expects: [
    'Within 3 s the point is Faulted and its charge is interrupted at the last meter value; its driver is told so.',
    'The other charges go on, and who waits keeps waiting.',
    'Started again, the engine reports the true end from its journal: one ticket; the point serves the queue.',
  ],
  async run(stage) {
    const { network, say, expect, figure } = stage;
    await network.open();
    const scene = await chargesAndQueue(stage);
    const victim = await momentToBreak(stage, scene);
    say(`kill -9 of the engine of ${victim.pointId}, where ${victim.driverId} charges`);
    await network.pointOf(victim.pointId).engine.kill9();
    const [faultedMs, told] = await Promise.all([
      network.untilStatus(victim.pointId, 'Faulted'), untilTold(victim, 'ended'),
    ]);
    expect('the point is Faulted within 3 s', faultedMs <= 3_000, `${faultedMs} ms`);
    figure('Faulted after', faultedMs, 'ms');
    expect('the driver is told: interrupted, provisional', told.notice.provisional
      && told.notice.state === 'interrupted', `${told.notice.energyWh} Wh, after ${told.tookMs} ms`);
    figure('told', `interrupted at ${told.notice.energyWh} Wh after ${told.tookMs} ms`);
    const others = scene.charges.filter((charge) => charge !== victim);
    expect('the other charges go on', others.every((other) => !other.isOver()), `${others.length} of them`);
    say('the engine is started again');
    await network.startEngine(victim.pointId);
    const { notice: { ticket }, tookMs } = await untilTold(victim, 'ticket');
    expect('the ticket bills the true end from the journal', ticket.endReason === 'engine-restarted'
      && ticket.energyWh >= told.notice.energyWh, `${ticket.energyWh} Wh`);
    figure('ticket', `${ticket.energyWh} Wh, ${tookMs} ms after its restart`);
    await scene.settle();
    await network.untilStatus(victim.pointId, 'Available');
    await stage.reconcile();
  },
};
