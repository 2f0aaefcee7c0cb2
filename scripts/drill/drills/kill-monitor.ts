// kill -9 of a monitor in the middle of several charges, with drivers waiting.
import type { Drill } from '../drill.ts';
import { ask, atPoint, chargesAndQueue, idleDriver, momentToBreak } from '../scene.ts';
import { untilTold } from '../witness.ts';

export const killMonitor: Drill = {
  name: 'kill-monitor',
  title: 'kill -9 of a monitor while three points charge and two drivers wait',
  row: 'monitor',
  expects: [
    'Within 3 s the point is Disconnected. Its charge goes on to its end and is billed in full.',
    'Whoever asks for this point meanwhile is refused, with the reason.',
    'Started again, the monitor authenticates, and the point shows its true state.',
  ],
  async run(stage) {
    const { network, say, expect, figure } = stage;
    await network.open();
    const scene = await chargesAndQueue(stage);
    const victim = await momentToBreak(stage, scene);
    say(`kill -9 of the monitor of ${victim.pointId}, where ${victim.driverId} charges`);
    await network.pointOf(victim.pointId).monitor.kill9();
    const awayMs = await network.untilStatus(victim.pointId, 'Disconnected');
    expect('the point is Disconnected within 3 s', awayMs <= 3_000, `${awayMs} ms`);
    figure('Disconnected after', awayMs, 'ms');
    const late = await ask(stage, idleDriver(stage, scene), atPoint(victim.pointId), 1_000);
    const refused = await untilTold(late, 'refused');
    expect(`${late.driverId}, who asks for this point, is refused`, refused.notice.reason === 'point-disconnected',
      `${refused.notice.reason} after ${refused.tookMs} ms`);
    figure('a new request', `${refused.notice.reason} after ${refused.tookMs} ms`);
    const { ticket } = await victim.told('ticket');
    expect('the charge goes on to its end and is billed in full', ticket.energyWh === victim.energyWh,
      `${ticket.energyWh} Wh`);
    figure('ticket without monitor', ticket.energyWh, 'Wh');
    say('the monitor is started again');
    network.startMonitor(victim.pointId);
    const backMs = await network.untilStatus(victim.pointId, 'Available');
    figure('Available', backMs, 'ms after its restart');
    await scene.settle();
    await stage.reconcile();
  },
};
