// The thinnest path through every process, and what an operator and a class do first with it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, OTHER, POINT, smallNetwork, type SmallNetwork } from './small-network.ts';

let net: SmallNetwork;

beforeAll(async () => {
  net = await smallNetwork();
  await net.startCentral();
  await Promise.all([net.point(POINT), net.point(OTHER)]);
});

afterAll(async () => {
  await net.remove();
});

describe('a network of real processes', () => {
  it('takes a driver from her request to the ticket, and a recomputation agrees', async () => {
    const ana = await net.driver('ana');
    const request = await ana.ask(at(POINT), { energyWh: 3_000 });
    const { ticket, balanceMinor } = await ana.told('ticket', request);
    expect(ana.notices.map((notice) => notice.type)).toEqual(['accepted', 'authorized', 'started', 'ended', 'ticket']);
    expect(ticket).toMatchObject({ energyWh: 3_000, totalMinor: 120, endReason: 'energy-reached', flags: [] });
    expect(balanceMinor).toBe(50_000 - 120);
    const { status, output } = await net.tryTool(['admin', 'recompute', ticket.sessionId]);
    expect(output).toContain('0 differ');
    expect(status).toBe(0);
  });

  it('serves the queue of a busy point in order', async () => {
    const [ana, ben] = [net.drivers.get('ana') ?? (await net.driver('ana')), await net.driver('ben')];
    const first = await ana.ask(at(OTHER), { energyWh: 8_000 });
    await ana.told('started', first);
    const second = await ben.ask(at(OTHER), { energyWh: 1_000 });
    expect((await ben.told('queued', second)).place).toBe(1);
    await ana.told('ticket', first);
    expect((await ben.told('offered', second)).pointId).toBe(OTHER);
    expect((await ben.told('ticket', second)).ticket.energyWh).toBe(1_000);
  });

  it('does what an operator orders from a script', async () => {
    await net.untilStatus(POINT, 'Available');
    await net.tool(['ctl', 'stop', '--point', POINT, '--note', 'paint']);
    await net.untilStatus(POINT, 'Unavailable');
    const cat = await net.driver('cat');
    const refused = await cat.ask(at(POINT));
    expect((await cat.told('refused', refused)).reason).toBe('point-out-of-order');
    await net.tool(['ctl', 'resume', '--all']);
    await net.untilStatus(POINT, 'Available');
  });

  it('puts a point out of service when its key is revoked, until somebody uses the menu of the monitor', async () => {
    await net.tool(['ctl', 'revoke-key', OTHER]);
    await net.untilStatus(OTHER, 'Disconnected');
    net.points.get(OTHER)?.monitor.send({ do: 'authenticate' });
    await net.untilStatus(OTHER, 'Available');
    const audit = await net.rows(['audit']);
    expect(audit.map((row) => row['action'])).toContain('revoke-point-key');
  });

  it('charges for a driver who asks at the point itself, with her PIN', async () => {
    const cat = net.drivers.get('cat') ?? (await net.driver('cat'));
    const engine = net.points.get(POINT)?.engine;
    const goal = { energyWh: 500, amountMinor: null, socPercent: null };
    engine?.send({ do: 'request', driverId: 'cat', pin: '0000', goal });
    // Checking a PIN takes most of a second on a busy machine, and so does asking for the audit log.
    await expect.poll(async () => (await net.rows(['audit'])).some((row) => row['outcome'] === 'wrong-pin'), {
      timeout: 30_000,
    }).toBe(true);
    engine?.send({ do: 'request', driverId: 'cat', pin: '4711', goal });
    await expect.poll(() => cat.notices.some((n) => n.type === 'ticket' && n.ticket.energyWh === 500), {
      timeout: 30_000,
    }).toBe(true);
  });
});
