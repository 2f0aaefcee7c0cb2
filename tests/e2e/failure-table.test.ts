// The table "What happens when something dies", row by row, on real processes and a real broker: each is killed in the
// middle of a charge, the others go on, and when it is back nothing is lost and nothing is billed twice.
import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../scripts/broker.ts';
import { ownBroker, removeBroker } from '../integration/broker-for-tests.ts';
import { at, OTHER, POINT, smallNetwork, type SmallNetwork, SPEED, waitFor } from './small-network.ts';

/** Twenty seconds of charging: time enough to kill something and bring it back. */
const ENERGY_WH = 9_000;

let network: SmallNetwork | undefined;
let broker: Broker | undefined;

afterEach(async () => {
  await network?.remove();
  network = undefined;
  if (broker !== undefined) await removeBroker(broker);
  broker = undefined;
});

/** EV_Central, one point and one driver who is charging. */
async function charging(options: { brokers?: string } = {}) {
  network = await smallNetwork(options);
  await network.startCentral();
  await network.point(POINT);
  const driver = await network.driver('ana');
  const request = await driver.ask(at(POINT), { energyWh: ENERGY_WH });
  const { sessionId } = await driver.told('started', request);
  await flowing(driver.process);
  return { net: network, driver, request, sessionId };
}

/** Live figures arrive: energy flows. */
async function flowing(process: { next: SmallNetwork['central']['next'] }): Promise<void> {
  await process.next((event) => event['event'] === 'progress', 20_000);
}

async function expectOneTicket(net: SmallNetwork, sessionId: string, energyWh?: number): Promise<void> {
  const tickets = (await net.tickets()).filter((ticket) => ticket['sessionId'] === sessionId);
  expect(tickets).toHaveLength(1);
  if (energyWh !== undefined) expect(tickets[0]?.['energyWh']).toBe(energyWh);
}

describe('when something dies in the middle of a charge', () => {
  it('engine: faulted within 3 s, the session provisional; its journal brings the true end, once', async () => {
    const { net, driver, request, sessionId } = await charging();
    await net.points.get(POINT)?.engine.kill9();
    const killedMs = Date.now();
    const broken = await driver.told('ended', request);
    expect(broken).toMatchObject({ provisional: true, state: 'interrupted' });
    expect(Date.now() - killedMs).toBeLessThan(8_000);
    await net.untilStatus(POINT, 'Faulted');
    await net.startEngine(POINT, ['--auto', '--speed', String(SPEED)]);
    const { ticket } = await driver.told('ticket', request);
    expect(ticket).toMatchObject({ endReason: 'engine-restarted', kind: 'final' });
    expect(ticket.energyWh).toBeGreaterThanOrEqual(broken.energyWh);
    await expectOneTicket(net, sessionId, ticket.energyWh);
    await net.untilStatus(POINT, 'Available');
  });

  it('monitor: the point is disconnected within 3 s, the charge goes on to its end; nothing new starts', async () => {
    const { net, driver, request, sessionId } = await charging();
    await net.points.get(POINT)?.monitor.kill9();
    await net.untilStatus(POINT, 'Disconnected', 8_000);
    const other = await net.driver('ben');
    const refused = await other.ask(at(POINT));
    expect((await other.told('refused', refused)).reason).toBe('point-disconnected');
    const { ticket } = await driver.told('ticket', request, 60_000);
    expect(ticket.energyWh).toBe(ENERGY_WH);
    await expectOneTicket(net, sessionId, ENERGY_WH);
    net.startMonitor(POINT);
    await net.untilStatus(POINT, 'Available');
  });

  it('driver client: the charge goes on, and she receives every notice that she missed', async () => {
    const { net, driver, request, sessionId } = await charging();
    await driver.process.kill9();
    await waitFor(() => net.tickets(), (rows) => rows.length === 1, { what: 'the ticket', timeoutMs: 60_000 });
    const again = await net.driver('ana');
    const { ticket } = await again.told('ticket', request);
    expect(ticket.energyWh).toBe(ENERGY_WH);
    const numbers = again.notices.map((notice) => notice.number);
    expect(new Set(numbers).size).toBe(numbers.length);
    await expectOneTicket(net, sessionId, ENERGY_WH);
  });

  it('Central: the charge goes on to its end; facts are caught up, and no Wh is lost or billed twice', async () => {
    const { net, driver, request, sessionId } = await charging();
    await net.central.kill9();
    // The engine is told by its monitor; the charge runs on without Central.
    await waitFor(() => net.points.get(POINT)?.engine.isRunning, (runs) => runs === true, { what: 'the engine runs' });
    await net.startCentral();
    const { ticket } = await driver.told('ticket', request, 60_000);
    expect(ticket.energyWh).toBe(ENERGY_WH);
    await expectOneTicket(net, sessionId, ENERGY_WH);
    await net.untilStatus(POINT, 'Available');
    const next = await driver.ask(at(POINT), { energyWh: 1_000 });
    await driver.told('ticket', next, 60_000);
  });

  it('Central, while drivers wait: the queue is as it was', async () => {
    const { net, driver, request } = await charging();
    const [ben, cat] = [await net.driver('ben'), await net.driver('cat')];
    const second = await ben.ask(at(POINT), { energyWh: 1_000 });
    await ben.told('queued', second);
    const third = await cat.ask(at(POINT), { energyWh: 1_000 });
    await cat.told('queued', third);
    await net.central.kill9();
    await net.startCentral();
    const queue = await net.rows(['queue']);
    expect(queue.map((row) => row['driverId'])).toEqual(['ben', 'cat']);
    await driver.told('ticket', request, 60_000);
    await ben.told('ticket', second, 60_000);
    await cat.told('ticket', third, 60_000);
  });

  it('Kafka: the charge goes on, requests fail at once and are not sent later, journals and outbox drain', async () => {
    broker = await ownBroker();
    const { net, driver, request, sessionId } = await charging({ brokers: broker.brokers });
    await broker.kill9();
    await waitFor(() => driver.busState(), (state) => state === 'down', { what: 'her client knows it' });
    const failed = driver.process.next((event) => event['event'] === 'failed', 15_000);
    driver.process.send({ do: 'charge', driverId: 'ana', requestId: 'while-down', target: at(OTHER) });
    expect(String((await failed)['trouble'])).toMatch(/bus/);
    await broker.restart();
    const { ticket } = await driver.told('ticket', request, 90_000);
    expect(ticket.energyWh).toBe(ENERGY_WH);
    await expectOneTicket(net, sessionId, ENERGY_WH);
    expect(driver.notices.some((n) => n.requestId === 'while-down' && n.type === 'accepted')).toBe(false);
  });

  it('the machine: everything dies at once, and comes back as it was', async () => {
    broker = await ownBroker();
    const { net, request, sessionId } = await charging({ brokers: broker.brokers });
    const engine = net.points.get(POINT)?.engine;
    const clients = [...net.drivers.values()].map((driver) => driver.process);
    const dead = [engine, net.points.get(POINT)?.monitor, net.central, ...clients];
    await Promise.all([broker.kill9(), ...dead.map((process) => process?.kill9())]);
    await broker.restart();
    await net.startCentral();
    await net.startEngine(POINT, ['--auto', '--speed', String(SPEED)]);
    net.startMonitor(POINT);
    const driver = await net.driver('ana');
    const { ticket } = await driver.told('ticket', request, 60_000);
    expect(ticket.endReason).toBe('engine-restarted');
    await expectOneTicket(net, sessionId, ticket.energyWh);
    await net.untilStatus(POINT, 'Available');
  });
});
