// A second EV_Central is started by mistake on the same database; then the first one is killed.
import type { Drill } from '../drill.ts';
import { until } from '../patience.ts';
import { chargesAndQueue, momentToBreak } from '../scene.ts';

export const secondCentral: Drill = {
  name: 'second-central',
  title: 'a second EV_Central on the same database, by mistake; then the first is killed',
  row: null,
  expects: [
    'The second one touches nothing: it says that it waits as a standby.',
    'It takes over within 2 s of the death of the first; points and drivers find it; nothing is lost or billed twice.',
  ],
  async run(stage) {
    const { network, say, expect, figure } = stage;
    await network.open();
    const scene = await chargesAndQueue(stage);
    say('a second EV_Central is started on the same database and port');
    const first = network.central;
    const second = network.start('ev-central', 'second EV_Central', [
      '--port', String(network.centralPort), '--data-dir', network.centralDir, '--no-ui',
      ...(network.options.centralArgs ?? []),
    ]);
    const line = await second.untilLine('standby');
    expect('it says that it waits as a standby', second.isRunning && first.isRunning,
      `“${messageOf(line)}”`);
    await momentToBreak(stage, scene);
    expect('it does not listen while the first one lives', !second.lines.some((each) => each.includes('listening')));
    const queue = await network.queue();
    say('kill -9 of the first one');
    const killedMs = performance.now();
    await first.kill9();
    await second.untilLine('listening');
    const tookMs = Math.round(performance.now() - killedMs);
    expect('the second one takes over within 2 s', tookMs <= 2_000, `${tookMs} ms`);
    figure('took over after', tookMs, 'ms');
    const after = await network.queue();
    expect('the queue is as it was', after.every((id, i) => id === queue[queue.length - after.length + i]),
      `${queue.join(', ')} before, ${after.join(', ') || 'nobody'} after`);
    await until(() => network.statuses(), (all) => !Object.values(all).includes('Disconnected'),
      { what: 'every point has found the second one' });
    figure('every point there after', Math.round(performance.now() - killedMs), 'ms');
    await scene.settle();
    await stage.reconcile();
  },
};

/** The words of a line of the log. */
function messageOf(line: string): string {
  return line.slice(line.search(/[Ss]tandby|Another/)).slice(0, 160);
}
