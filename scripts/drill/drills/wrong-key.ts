// Somebody without the right secret or key: a monitor with a wrong secret, and records that are forged with a wrong
// key, by somebody who can read and write the whole bus.
import { CENTRAL, KEY_BYTES, seal, sealKey } from '../../../shared/seal.ts';
import { type Topic, topicName } from '../../../shared/bus/topics.ts';
import { secretText, SECRET_BYTES } from '../../../shared/point-proof.ts';
import { type BusTap, type Forged, tapBus } from '../bus-tap.ts';
import type { Drill, Stage } from '../drill.ts';
import { endByDrivers, LONG_CHARGE_WH, LONG_CHARGES } from '../long-charges.ts';
import { until } from '../patience.ts';
import { askMonitor, registerWh, startOtherMonitor, untilMonitorIs } from '../point-sight.ts';
import { type Charge, chargesAndQueue } from '../scene.ts';

const TOO_LARGE_BYTES = 70_000;

export const wrongKey: Drill = {
  name: 'wrong-key',
  title: 'a monitor with a wrong secret, and records forged with a wrong key, while points charge',
  row: null,
  expects: [
    'A monitor with a wrong secret is refused and waits for a hand; the right one is not put out by it.',
    'Every forged record goes to the dead letters with its reason, still sealed, and changes nothing.',
    'The charges go on, each with one ticket.',
  ],
  network: { ...LONG_CHARGES, points: 2, drivers: 2 },
  async run(stage) {
    const { network, chance } = stage;
    await network.open();
    const tap = await tapBus(network);
    try {
      const scene = await chargesAndQueue(stage, { waiting: 0, energyWh: LONG_CHARGE_WH });
      const charge = chance.of(scene.charges);
      await wrongSecret(stage, charge.pointId);
      await forgedRecords(stage, tap, charge);
      await endByDrivers(stage, scene.charges);
      await scene.settle();
      await stage.reconcile();
    } finally {
      await tap.close();
    }
  },
};

async function wrongSecret(stage: Stage, pointId: string): Promise<void> {
  const { network } = stage;
  stage.say(`a monitor comes as ${pointId}, with a wrong secret`);
  const secret = secretText(drawnBytes(stage, SECRET_BYTES));
  const impostor = await startOtherMonitor(network, { pointId, label: 'impostor', secret });
  const { value } = await untilMonitorIs(impostor, 'refused');
  stage.expect('it is refused and does not come again by itself', value.authentication.needsHand,
    `“${value.authentication.why}”`);
  const right = await askMonitor(network.pointOf(pointId).monitor);
  stage.expect('the right monitor is not put out', right.authentication.state === 'authenticated',
    right.authentication.state);
  const audit = await network.rows(['audit', '--who', pointId]);
  stage.expect('the audit log has it', JSON.stringify(audit).includes('unknown-or-wrong'));
  await impostor.stop();
}

async function forgedRecords(stage: Stage, tap: BusTap, charge: Charge): Promise<void> {
  const { network } = stage;
  await until(() => tap.records('meter').some((record) => record.headers['from'] === charge.pointId), (seen) => seen, {
    what: 'a meter sample of the point on the bus',
  });
  const forged = forgeries(stage, tap, charge);
  stage.say(`${forged.length} forged records are written as ${charge.pointId} and ${charge.driverId}`);
  const before = { wh: await registerWh(network, charge.pointId), states: await network.sessionStates() };
  const senders = [charge.pointId, charge.driverId, 'mallory'];
  await tap.write(forged);
  await tap.untilRead();
  const letters = await tap.deadLetters(senders);
  const counts = [...new Set(letters)].map((reason) => `${letters.filter((each) => each === reason).length} ${reason}`);
  stage.expect('each of them is a dead letter', letters.length === forged.length, counts.join(', '));
  stage.figure('dead letters', counts.join(', '));
  const after = { wh: await registerWh(network, charge.pointId), states: await network.sessionStates() };
  stage.expect('nothing has happened: the same sessions, in the same states, and energy flows',
    JSON.stringify(after.states) === JSON.stringify(before.states) && after.wh > before.wh,
    `${Object.keys(after.states).length} sessions, ${after.wh - before.wh} Wh meanwhile`);
}

/** What a stranger would try to stop the charge, to end it cheaply, or to have its energy forgotten. */
function forgeries(stage: Stage, tap: BusTap, charge: Charge): Forged[] {
  const { topicPrefix } = stage.network.options;
  const ofPoint = last(tap, 'facts', charge.pointId);
  const ofDriver = last(tap, 'requests', charge.driverId);
  const fact = {
    v: 1, id: 'forged-1', atMs: Date.now(), type: 'session-ended', pointId: charge.pointId, bootId: 1, seq: 1_000_000,
    sessionId: charge.sessionId, meterStopWh: 1, reason: 'driver',
  };
  const stop = {
    v: 1, id: 'forged-2', atMs: Date.now(), type: 'stop', requestId: 'forged-2', driverId: charge.driverId,
    sessionId: charge.sessionId,
  };
  const forge = (topic: Topic, as: { from: string; kid: string; key: string }, message: object): Forged => {
    const key = sealKey(as.kid, drawnBytes(stage, KEY_BYTES).toString('base64'));
    const name = topicName(topicPrefix, topic);
    return { topic, key: as.key, ...seal(key, 'up', name, { from: as.from, to: CENTRAL, mid: 'forged' },
      JSON.stringify(message)) };
  };
  return [
    forge('facts', ofPoint, fact), forge('meter', ofPoint, { ...fact, type: 'meter-sample' }),
    forge('requests', ofDriver, stop), forge('requests', { ...ofDriver, kid: 'l-none' }, stop),
    forge('requests', { ...ofDriver, from: 'mallory' }, stop), forge('facts', { ...ofPoint, kid: ofDriver.kid }, fact),
    { ...forge('facts', ofPoint, fact), value: Buffer.from(JSON.stringify(fact)) },
    { ...forge('requests', ofDriver, stop), value: Buffer.alloc(0) },
    { ...forge('meter', ofPoint, fact), value: drawnBytes(stage, TOO_LARGE_BYTES) },
  ];
}

/** The sender, key id and record key of the newest record of somebody. */
function last(tap: BusTap, topic: Topic, from: string): { from: string; kid: string; key: string } {
  const record = tap.records(topic).findLast((each) => each.headers['from'] === from);
  if (record === undefined) throw new Error(`${from} has written nothing on ${topic}`);
  return { from, kid: record.headers['kid'] ?? '', key: record.key };
}

function drawnBytes({ chance }: Stage, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => chance.whole(0, 255)));
}
