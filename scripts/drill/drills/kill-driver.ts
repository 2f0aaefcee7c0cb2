// kill -9 of drivers' clients in the middle of their charges, and of one whose driver waits.
import type { Drill } from '../drill.ts';
import { until } from '../patience.ts';
import { chargesAndQueue, momentToBreak } from '../scene.ts';

export const killDriver: Drill = {
  name: 'kill-driver',
  title: 'kill -9 of the clients of a driver who charges and of one who waits',
  row: 'driver client',
  expects: [
    'The charge goes on to its end; who waits is served in her turn, although nobody watches.',
    'At the next log-in every missed notice comes, each once, in order, and the tickets with them.',
  ],
  network: { clients: 3 },
  async run(stage) {
    const { network, chance, say, expect, figure } = stage;
    await network.open();
    const scene = await chargesAndQueue(stage, { energyWh: { from: 8_000, to: 12_000 } });
    const victim = await momentToBreak(stage, scene);
    const victims = [victim, chance.of(scene.waiting)];
    const clients = new Set(victims.map(({ driverId }) => network.driver(driverId).process));
    const away = network.driverIds.filter((id) => clients.has(network.driver(id).process));
    const numbersOf = (id: string): number[] => network.driver(id).notices
      .filter((notice) => notice.driverId === id).map((notice) => notice.number);
    const before = new Map(away.map((id) => [id, numbersOf(id)]));
    say(`kill -9 of the clients at which ${away.join(', ')} sit`);
    await Promise.all([...clients].map((client) => client.kill9()));
    const mine = [...scene.charges, ...scene.waiting].filter((charge) => away.includes(charge.driverId));
    await until(() => network.rows(['tickets']),
      (rows) => mine.every((charge) => rows.some((row) => row['driverId'] === charge.driverId)),
      { what: 'the tickets of who is away', timeoutMs: 60_000 });
    expect('the charges of who is away go on, and their tickets are made', true, `${mine.length} tickets`);
    figure('tickets while nobody watched', mine.length);
    say('they log in again');
    const startedMs = performance.now();
    await network.seat(away, 'drivers-again');
    await Promise.all(mine.map((charge) => charge.told('ticket')));
    const tookMs = Math.round(performance.now() - startedMs);
    let missed = 0;
    for (const id of away) {
      const again = numbersOf(id);
      const all = [...new Set([...before.get(id) ?? [], ...again])].sort((a, b) => a - b);
      missed += all.length - (before.get(id)?.length ?? 0);
      const inOrder = again.every((number, i) => i === 0 || number > (again[i - 1] ?? 0));
      expect(`${id} has every notice, none twice, in order`,
        inOrder && all.every((number, i) => number === i + 1), `1 to ${all.length}`);
    }
    figure('missed notices', `${missed}, all there ${tookMs} ms after the start of the new client`);
    await scene.settle();
    await stage.reconcile();
  },
};
