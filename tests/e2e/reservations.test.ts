// Reservations over real processes: what was booked outlives EV_Central, nobody pays twice, and a slot that nobody came
// for goes to who waits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, OTHER, POINT, smallNetwork, type SmallNetwork, waitFor } from './small-network.ts';

const FEE_MINOR = 500;
const MARGIN_MS = 3_000;
const minutes = (ms: number): string => String(ms / 60_000);
const SHORT_GRACE = ['--reservation-grace', minutes(3_000)];

let net: SmallNetwork;

beforeAll(async () => {
  net = await smallNetwork({ centralArgs: [
    '--reservation-fee', String(FEE_MINOR), '--reservation-margin', minutes(MARGIN_MS),
    '--reservation-reminder', '0',
  ] });
  await net.startCentral();
  await Promise.all([net.point(POINT), net.point(OTHER)]);
});

afterAll(async () => {
  await net.remove();
});

describe('a reservation', () => {
  it('outlives EV_Central, killed before its slot and after the check-in, and ends in one ticket', async () => {
    const from = new Date(Date.now() + 9_000).toISOString();
    await driverSays('ana', ['book', POINT, '--from', from, '--minutes', '15'], /is booked; 5\.00 EUR are held/);
    const { reservationId } = await reservationOf('ana');
    await again();
    await untilState('ana', 'active');
    await driverSays('ana', ['check-in', reservationId], /is checked in/);
    await again();
    expect(await reservationOf('ana')).toMatchObject({ state: 'checked-in', holdMinor: FEE_MINOR });
    await net.untilStatus(POINT, 'Reserved');
    const ana = await net.driver('ana');
    const request = await ana.ask(at(POINT), { energyWh: 1_000 });
    const { ticket, balanceMinor } = await ana.told('ticket', request);
    expect([ticket.totalMinor, balanceMinor]).toEqual([40, 50_000 - 40]);
    await untilState('ana', 'fulfilled');
    expect(await reservationOf('ana')).toMatchObject({
      reservationId, sessionId: ticket.sessionId, holdMinor: 0, takenMinor: 0, ticketId: null,
    });
    expect(await ticketsOf('ana')).toEqual([40]);
  });

  it('that nobody comes for is paid once, also when EV_Central dies then, and goes to who waits', async () => {
    // What is booked from now on waits for a short time only: terms are those of the booking.
    const [cat] = await Promise.all([net.driver('cat'), again(SHORT_GRACE)]);
    await net.untilStatus(OTHER, 'Available');
    await driverSays('ben', ['book', OTHER, '--minutes', '15'], /is booked/);
    const request = await cat.ask(at(OTHER), { energyWh: 1_000 });
    expect((await cat.told('queued', request)).place).toBe(1);
    expect((await cat.told('offered', request)).pointId).toBe(OTHER);
    expect(await reservationOf('ben')).toMatchObject({ state: 'no-show', holdMinor: 0, takenMinor: FEE_MINOR });
    await again();
    expect((await cat.told('ticket', request)).ticket.energyWh).toBe(1_000);
    expect(await ticketsOf('ben')).toEqual([FEE_MINOR]);
    const charges = (await net.rows(['ledger', '--user', 'ben'])).filter(({ kind }) => kind === 'charge');
    expect(charges).toHaveLength(1);
    const { status, output } = await net.tryTool(['admin', 'recompute', (await reservationOf('ben')).reservationId]);
    expect([status, output]).toEqual([0, expect.stringContaining('0 differ')]);
  });
});

/** EV_Central is killed and started again. */
async function again(args: readonly string[] = []): Promise<void> {
  await net.central.kill9();
  await net.startCentral(args);
}

/** A command of her client, run to its end. */
async function driverSays(driverId: string, args: readonly string[], said: RegExp): Promise<void> {
  const client = net.start('ev-driver', `${driverId} ${args[0] ?? ''}`, [
    ...args, '--driver', driverId, '--central', net.centralAddress, '--data-dir', `${net.options.dir}/${driverId}`,
  ], { EV_DRIVER_PASSWORD: `${driverId}-secret` });
  const status = await client.exited();
  expect([status, client.lines.join('\n')]).toEqual([0, expect.stringMatching(said)]);
}

type Row = Readonly<Record<string, unknown>> & { readonly reservationId: string };

async function reservationOf(driverId: string): Promise<Row> {
  const [row] = await net.rows(['reservations', '--user', driverId]);
  return row as Row;
}

function untilState(driverId: string, wanted: string): Promise<void> {
  return waitFor(async () => (await reservationOf(driverId))['state'], (state) => state === wanted,
    { what: `the reservation of ${driverId} is ${wanted}` });
}

async function ticketsOf(driverId: string): Promise<number[]> {
  const rows = await net.rows(['tickets', '--driver', driverId]);
  return rows.map(({ totalMinor }) => Number(totalMinor));
}
