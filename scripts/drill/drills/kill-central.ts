// kill -9 of EV_Central in the middle of several charges, with a queue waiting.
import type { Drill } from '../drill.ts';
import { pause, until } from '../patience.ts';
import { askInVain, chargesAndQueue, idleDriver, momentToBreak } from '../scene.ts';

export const killCentral: Drill = {
  name: 'kill-central',
  title: 'kill -9 of EV_Central while three points charge and two drivers wait',
  row: 'Central',
  expects: [
    'The charges go on without it. A driver who asks hears at once that EV_Central cannot be reached.',
    'Started again, queue and sessions are as they were; no point is shown faulted; nothing is lost or billed twice.',
  ],
  async run(stage) {
    const { network, chance, say, expect, figure } = stage;
    await network.open();
    // Short ones end while it is away: their facts wait in the journals.
    const scene = await chargesAndQueue(stage, { energyWh: { from: 7_000, to: 18_000 } });
    await momentToBreak(stage, scene);
    const queue = await network.queue();
    say('kill -9 of EV_Central');
    await network.central.kill9();
    const beforeWh = await network.deliveredWh();
    const idle = idleDriver(stage, scene);
    const answer = await until(() => askInVain(stage, idle), ({ ok }) => !ok, { what: 'a request fails' });
    expect(`${idle} asks and hears at once why not`, /reach/.test(answer.value.text) && answer.value.tookMs < 1_000,
      `“${answer.value.text}”`);
    await pause(chance.whole(4, 9) * 1_000);
    const flowedWh = await network.deliveredWh() - beforeWh;
    expect('energy flows while it is away', flowedWh > 0, `${flowedWh} Wh`);
    figure('delivered while away', flowedWh, 'Wh');
    say('EV_Central is started again');
    const startedMs = performance.now();
    await network.startCentral();
    figure('listens', Math.round(performance.now() - startedMs), 'ms after its restart');
    const again = await network.queue();
    // A charge that has ended meanwhile may have let the first of the queue in already.
    expect('the queue is as it was', again.every((id, i) => id === queue[queue.length - again.length + i]),
      `${queue.join(', ')} before, ${again.join(', ') || 'nobody'} after`);
    await until(() => network.statuses(), (all) => Object.values(all).every((s) => s !== 'Disconnected'),
      { what: 'every point is back' });
    figure('every point back', Math.round(performance.now() - startedMs), 'ms after its restart');
    await scene.settle();
    const billed = scene.charges.flatMap((charge) => charge.notices().filter((notice) => notice.type === 'ticket'));
    expect('every charge was billed in full, none was interrupted',
      scene.charges.every((charge) => billed.some(({ ticket }) => ticket.sessionId === charge.sessionId
        && ticket.energyWh === charge.energyWh)), `${billed.map(({ ticket }) => ticket.energyWh).join(', ')} Wh`);
    await stage.reconcile();
  },
};
