// The keys of two points are revoked in the middle of their charges: of one whose monitor is there, and of one whose
// monitor is away, so that nobody can stop it.
import type { Drill, Stage } from '../drill.ts';
import { endByDrivers, LONG_CHARGE_WH, LONG_CHARGES } from '../long-charges.ts';
import { pause, until } from '../patience.ts';
import { authenticateByHand, registerWh, untilMonitorIs } from '../point-sight.ts';
import { type Charge, chargesAndQueue } from '../scene.ts';
import { untilTold } from '../witness.ts';

const STOPPED_MS = 5_000;
const AWAY_FOR_MS = 3_000;

export const revokedKey: Drill = {
  name: 'revoked-key',
  title: 'the keys of two points revoked in the middle of charges, one with its monitor away',
  row: null,
  expects: [
    'Each charge is closed at the last meter value that Central accepted, and is marked disputed; its driver gets the '
      + 'ticket.',
    'Where the monitor is there the charge stops at once; where it is away energy flows on, and what is reported under '
      + 'the revoked key goes to the dead letters.',
    'A monitor that comes by itself is refused; after somebody has used its menu the point works again, and what was '
      + 'delivered beyond the ticket is listed as disputed: Wh delivered = Wh in tickets + Wh disputed.',
    'The third point, and its charge, notice nothing.',
  ],
  network: LONG_CHARGES,
  async run(stage) {
    const { network, chance } = stage;
    await network.open();
    const scene = await chargesAndQueue(stage, { waiting: 0, energyWh: LONG_CHARGE_WH });
    const [there, away, other] = chance.shuffled(scene.charges);
    if (there === undefined || away === undefined || other === undefined) throw new Error('three points charge');
    await revokeWithMonitor(stage, there);
    await revokeWithout(stage, away);
    for (const { pointId } of [there, away]) await letInAgain(stage, pointId);
    stage.expect('the third charge goes on', !other.isOver(), `${other.driverId} at ${other.pointId}`);
    await endByDrivers(stage, [other]);
    await stage.reconcile();
    const rows = await network.rows(['sessions', '--limit', '50']);
    const disputed = rows.filter((row) => Number(row['disputedWh'] ?? 0) > 0)
      .map((row) => `${String(row['pointId'])}: ${String(row['disputedWh'])} Wh`);
    stage.figure('disputed', disputed.join(', ') || 'nothing');
  },
};

async function revokeWithMonitor(stage: Stage, charge: Charge): Promise<void> {
  const { network } = stage;
  stage.say(`the key of ${charge.pointId} is revoked, where ${charge.driverId} charges`);
  await network.tool(['ctl', 'revoke-key', charge.pointId, '--note', 'drill']);
  const { tookMs } = await until(() => risesNoMore(stage, charge.pointId), (stands) => stands, {
    what: `${charge.pointId} has stopped`, timeoutMs: STOPPED_MS,
  });
  stage.expect('the charge stops by the word of its monitor', true, `${tookMs} ms`);
  await expectDisputed(stage, charge);
  stage.say('its monitor is started again, and comes by itself');
  await network.pointOf(charge.pointId).monitor.kill9();
  const monitor = network.startMonitor(charge.pointId);
  const { value } = await untilMonitorIs(monitor, 'refused');
  stage.expect('it is refused, and waits for a hand', value.authentication.needsHand, `“${value.authentication.why}”`);
}

async function revokeWithout(stage: Stage, charge: Charge): Promise<void> {
  const { network } = stage;
  stage.say(`the monitor of ${charge.pointId} dies, then its key is revoked, where ${charge.driverId} charges`);
  await network.pointOf(charge.pointId).monitor.kill9();
  await network.untilStatus(charge.pointId, 'Disconnected');
  await network.tool(['ctl', 'revoke-key', charge.pointId, '--note', 'drill']);
  await expectDisputed(stage, charge);
  const beforeWh = await registerWh(network, charge.pointId);
  await pause(AWAY_FOR_MS);
  const gainedWh = await registerWh(network, charge.pointId) - beforeWh;
  stage.expect('nobody can stop it: energy flows on', gainedWh > 0, `${gainedWh} Wh in ${AWAY_FOR_MS / 1_000} s`);
  const { value: letters } = await until(
    () => network.rows(['dead-letters', '--claimed-sender', charge.pointId, '--limit', '1000']),
    (rows) => rows.length > 0, { what: `dead letters of ${charge.pointId}` },
  );
  const details = new Set(letters.map((row) => `${String(row['reason'])}: ${String(row['detail'])}`));
  stage.expect('its reports go to the dead letters', [...details].every((detail) => detail.includes('revoked')),
    `${letters.length}, “${[...details].join('”, “')}”`);
  network.startMonitor(charge.pointId);
}

async function expectDisputed(stage: Stage, charge: Charge): Promise<void> {
  const { notice: { ticket }, tookMs } = await untilTold(charge, 'ticket');
  stage.expect('the driver gets a ticket, disputed, at the last accepted meter value',
    ticket.endReason === 'key-revoked' && ticket.flags.includes('disputed'),
    `${ticket.energyWh} Wh, ${ticket.flags.join(', ')}, after ${tookMs} ms`);
}

async function letInAgain(stage: Stage, pointId: string): Promise<void> {
  const { network } = stage;
  const { monitor } = network.pointOf(pointId);
  await untilMonitorIs(monitor, 'refused');
  stage.say(`somebody uses the menu of the monitor of ${pointId}`);
  await authenticateByHand(monitor);
  await untilMonitorIs(monitor, 'authenticated');
  await network.untilStatus(pointId, 'Available');
  stage.expect(`${pointId} is in service again with a new key`, true);
}

/** Two looks at the meter, half a second apart. */
async function risesNoMore({ network }: Stage, pointId: string): Promise<boolean> {
  const beforeWh = await registerWh(network, pointId);
  await pause(500);
  return await registerWh(network, pointId) === beforeWh;
}
