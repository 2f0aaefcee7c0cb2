// The broker dies and its log with it: stored offsets mean nothing any more. EV_Central may die with it, or stay.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Drill } from '../drill.ts';
import { pause } from '../patience.ts';
import { chargesAndQueue, momentToBreak } from '../scene.ts';

export const loseBrokerLog: Drill = {
  name: 'lose-broker-log',
  title: 'the broker’s log is lost while three points charge and two drivers wait',
  row: 'the machine',
  expects: [
    'EV_Central sees that the log is not the one that its offsets belong to, says so, and begins at its start.',
    'Every point is asked for its unaccepted facts; the outbox of the last 24 h goes out again; nothing counts twice.',
  ],
  broker: 'own',
  async run(stage) {
    const { network, broker, chance, say, expect, figure } = stage;
    await network.open();
    const scene = await chargesAndQueue(stage, { energyWh: { from: 7_000, to: 16_000 } });
    await momentToBreak(stage, scene);
    const centralDies = chance.of([true, false]);
    say(`kill -9 of the broker${centralDies ? ' and of EV_Central' : ''}; the broker’s log is removed`);
    await Promise.all([broker.kill9(), ...(centralDies ? [network.central.kill9()] : [])]);
    await rm(join(broker.dir, 'data'), { recursive: true });
    await pause(chance.whole(1, 6) * 1_000); // some charges end meanwhile: their facts wait in the journals
    say('an empty broker is started in its place');
    const startedMs = performance.now();
    await broker.restart();
    if (centralDies) await network.startCentral();
    await scene.settle();
    figure(centralDies ? 'EV_Central died too' : 'EV_Central stayed', `all tickets ${
      Math.round(performance.now() - startedMs)} ms after the broker’s start`);
    const [said] = (await network.rows(['audit', '--limit', '1000'])).filter((row) => row['action'] === 'log-lost');
    const words = JSON.stringify(said?.['parameters'] ?? 'nothing').slice(0, 120);
    expect('EV_Central says in its audit log that the log was lost', said !== undefined, words);
    await stage.reconcile();
  },
};
