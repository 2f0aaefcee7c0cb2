// Records of the bus written again, by somebody who can read and write all of it: the same, in another partition, in
// another topic, under another name; in the middle of charges, and after them.
import type { BusRecord } from '../../../shared/bus/port.ts';
import type { Topic } from '../../../shared/bus/topics.ts';
import { type BusTap, copyOf, type Forged, keyElsewhere, tapBus } from '../bus-tap.ts';
import type { Drill, Stage } from '../drill.ts';
import { endByDrivers, LONG_CHARGE_WH, LONG_CHARGES } from '../long-charges.ts';
import { until } from '../patience.ts';
import { ask, atPoint, type Charge, chargesAndQueue, type Scene } from '../scene.ts';

const INTAKE = ['requests', 'facts', 'meter'] as const satisfies readonly Topic[];

export const replayedRecord: Drill = {
  name: 'replayed-record',
  title: 'captured Kafka records written again, as they are and altered, during charges and after them',
  row: null,
  expects: [
    'A record that is written again as it is, in its own partition or another, has no effect a second time.',
    'A record that is moved to another topic, or put under another name, is a dead letter.',
    'The same holds for commands and notices: no point and no driver takes one twice.',
    'The charges go on, each with one ticket.',
  ],
  network: LONG_CHARGES,
  async run(stage) {
    const { network } = stage;
    await network.open();
    const tap = await tapBus(network);
    try {
      const scene = await chargesAndQueue(stage, { waiting: 0, energyWh: LONG_CHARGE_WH });
      await during(stage, tap, scene);
      await endByDrivers(stage, scene.charges);
      await scene.settle();
      await afterwards(stage, tap, scene);
      await stage.reconcile();
    } finally {
      await tap.close();
    }
  },
};

async function during(stage: Stage, tap: BusTap, scene: Scene): Promise<void> {
  const { network } = stage;
  const charge = stage.chance.of(scene.charges);
  const captured = await until(() => capturedOf(tap, charge), (found) => found !== null, {
    what: `a request, facts and meter samples of ${charge.pointId}`,
  });
  if (captured.value === null) throw new Error('nothing was captured');
  const again = captured.value.flatMap(({ topic, record }) => [
    copyOf(record, topic), copyOf(record, topic), copyOf(record, topic, { key: keyElsewhere(record.key) }),
  ]);
  const names = [...network.driverIds, ...network.pointIds];
  stage.say(`${again.length} copies of the records of ${charge.driverId} at ${charge.pointId} are written`);
  await tap.write(again);
  await tap.untilRead();
  const known = await tap.deadLetters(names);
  stage.expect('copies in their own and another partition are known: no dead letter', known.length === 0,
    `${again.length} copies`);
  const altered = captured.value.flatMap(({ topic, record }) => alterations(topic, record, scene, charge));
  stage.say(`${altered.length} altered copies are written: other topic, sender, receiver, message id, key id`);
  await tap.write(altered);
  await tap.untilRead();
  const letters = await tap.deadLetters(names);
  stage.expect('each altered copy is a dead letter', letters.length === altered.length,
    `${letters.length} of ${altered.length}: ${[...new Set(letters)].join(', ')}`);
  const states = Object.values(await network.sessionStates());
  stage.expect('no charge has begun or ended by it', states.length === scene.charges.length
    && states.every((state) => state === 'charging' || state === 'suspended'), states.join(', '));
}

async function afterwards(stage: Stage, tap: BusTap, scene: Scene): Promise<void> {
  const { network, chance } = stage;
  for (const id of network.pointIds) await network.untilStatus(id, 'Available');
  const before = await effects(stage);
  const all = [...INTAKE, 'commands' as const, 'notices' as const].flatMap((topic) =>
    tap.records(topic).filter(({ headers }) => !(headers['from'] ?? '').startsWith('drill-marker'))
      .map((record) => copyOf(record, topic)));
  const again = chance.shuffled([...all, ...all]);
  stage.say(`everything that was on the bus is written again, twice, in another order: ${again.length} records`);
  await tap.write(again);
  await tap.untilRead();
  const charge = chance.of(scene.charges);
  const next = await ask(stage, charge.driverId, atPoint(charge.pointId), 1_000);
  await next.told('ticket');
  await network.untilStatus(charge.pointId, 'Available');
  const after = await effects(stage);
  const expected = { ...before, sessions: before.sessions + 1, tickets: before.tickets + 1,
    ledger: before.ledger + 1, ticketsTold: before.ticketsTold + 1, deliveredWh: before.deliveredWh + 1_000 };
  stage.expect('nothing has an effect twice; the next charge is the only one', same(after, expected),
    Object.entries(after).map(([name, count]) => `${name} ${count}`).join(', '));
  stage.figure('records replayed', again.length);
}

type Effects = Readonly<Record<'sessions' | 'tickets' | 'ledger' | 'ticketsTold' | 'deliveredWh', number>>;

/** What there must be one of for each charge. */
async function effects({ network }: Stage): Promise<Effects> {
  const count = async (list: string): Promise<number> => (await network.rows([list, '--limit', '1000'])).length;
  // All drivers sit at one client, and hear what any of them is told.
  const told = network.driver(network.driverIds[0] ?? '').notices.filter(({ type }) => type === 'ticket');
  return {
    sessions: await count('sessions'), tickets: await count('tickets'), ledger: await count('ledger'),
    ticketsTold: told.length, deliveredWh: await network.deliveredWh(),
  };
}

function same(a: Effects, b: Effects): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

type Captured = { readonly topic: Topic; readonly record: BusRecord };

/** The request, the facts, and the first and last meter sample of a charge; null: not all of it is there yet. */
function capturedOf(tap: BusTap, charge: Charge): Captured[] | null {
  const of = (topic: Topic, from: string): Captured[] => tap.records(topic)
    .filter((record) => record.headers['from'] === from).map((record) => ({ topic, record }));
  const [requests, facts, meter] = [
    of('requests', charge.driverId), of('facts', charge.pointId), of('meter', charge.pointId),
  ];
  const [first, last] = [meter[0], meter.at(-1)];
  if (requests.length === 0 || facts.length < 2 || first === undefined || last === undefined || first === last) {
    return null;
  }
  return [...requests, ...facts, first, last];
}

function alterations(topic: Topic, record: BusRecord, { charges }: Scene, charge: Charge): Forged[] {
  const other = charges.find((each) => each !== charge);
  const elsewhere = topic === 'requests' ? 'facts' : topic === 'facts' ? 'meter' : 'facts';
  const name = topic === 'requests' ? other?.driverId : other?.pointId;
  const headed = (change: Readonly<Record<string, string>>): Forged =>
    copyOf(record, topic, { headers: { ...record.headers, ...change } });
  return [
    copyOf(record, elsewhere), headed({ from: name ?? '' }), headed({ to: name ?? '' }), headed({ mid: 'altered' }),
    headed({ kid: 'p-none' }),
  ];
}
