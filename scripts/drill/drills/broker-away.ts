// The broker dies (kill -9), or is stopped properly, in the middle of several charges and with a queue waiting.
import type { Drill, Stage } from '../drill.ts';
import { pause, until } from '../patience.ts';
import { askInVain, chargesAndQueue, idleDriver, momentToBreak } from '../scene.ts';

const EXPECTS = [
  'The charges go on; every client says “bus down”. A request fails at once with the reason and is never sent later.',
  'When Kafka is back, all reconnect by themselves; journals and outbox drain; every charge is billed in full.',
] as const;

export const killBroker: Drill = {
  name: 'kill-broker', title: 'kill -9 of the Kafka broker while three points charge and two drivers wait',
  row: 'Kafka', expects: EXPECTS, broker: 'own',
  run: (stage) => brokerAway(stage, 'kill -9 of the broker', () => stage.broker.kill9()),
};

export const stopBroker: Drill = {
  name: 'stop-broker', title: 'Kafka is stopped properly and started again while three points charge and two wait',
  row: 'Kafka', expects: EXPECTS, broker: 'own',
  run: (stage) => brokerAway(stage, 'the broker is stopped', () => stage.broker.stop()),
};

async function brokerAway(stage: Stage, how: string, away: () => Promise<void>): Promise<void> {
  const { network, chance, say, expect, figure, broker } = stage;
  await network.open();
  const scene = await chargesAndQueue(stage, { energyWh: { from: 9_000, to: 18_000 } });
  await momentToBreak(stage, scene);
  say(how);
  const idle = network.driver(idleDriver(stage, scene));
  const downAtMs = performance.now();
  await away();
  await until(() => idle.busState(), (state) => state === 'down', { what: 'the clients know it' });
  figure('clients say “bus down” after', Math.round(performance.now() - downAtMs), 'ms');
  const beforeWh = await network.deliveredWh();
  const answer = await askInVain(stage, idle.driverId);
  expect(`${idle.driverId} asks and hears at once why not`, !answer.ok && /bus/i.test(answer.text)
    && answer.tookMs < 1_000, `“${answer.text}” after ${answer.tookMs} ms`);
  await pause(chance.whole(2, 7) * 1_000);
  const flowedWh = await network.deliveredWh() - beforeWh;
  expect('energy flows while it is away', flowedWh > 0, `${flowedWh} Wh`);
  figure('delivered while away', flowedWh, 'Wh');
  say('the broker is started again');
  const startedMs = performance.now();
  await broker.restart();
  const upMs = performance.now();
  await until(() => idle.busState(), (state) => state === 'up',
    { what: 'the client is on the bus again', timeoutMs: 60_000 });
  const brokerMs = Math.round(upMs - startedMs);
  figure('clients back', Math.round(performance.now() - upMs), `ms after the broker (itself ${brokerMs} ms)`);
  await scene.settle();
  const full = scene.charges.every((charge) => charge.notices()
    .some((notice) => notice.type === 'ticket' && notice.ticket.energyWh === charge.energyWh));
  expect('every charge was billed in full, none was interrupted', full);
  const late = idle.notices.filter((notice) => notice.requestId === `${idle.driverId}-in-vain`);
  expect('the request that had failed was not sent later', late.every(({ type }) => type === 'refused'),
    late.map(({ type }) => type).join(', ') || 'nothing was heard of it');
  await stage.reconcile();
}
