// Keys that run out, are renewed or revoked while energy flows, on real processes and a real broker: what was delivered
// is billed once or disputed, and who was put out stays out.
import { afterEach, describe, expect, it } from 'vitest';
import { openBus } from '../../shared/bus/connection.ts';
import type { BusRecord } from '../../shared/bus/port.ts';
import { at, POINT, smallNetwork, type SmallNetwork, waitFor } from '../e2e/small-network.ts';
import { centralLog } from './lone-central.ts';

let network: SmallNetwork | undefined;
afterEach(async () => {
  await network?.remove();
  network = undefined;
});

/** Ana charges at the point, energy flows. */
async function charging(energyWh: number, centralArgs: readonly string[] = []) {
  const net = await smallNetwork({ centralArgs });
  network = net;
  await net.startCentral();
  await net.point(POINT);
  const ana = await net.driver('ana');
  const request = await ana.ask(at(POINT), { energyWh });
  const { sessionId } = await ana.told('started', request);
  await ana.process.next((event) => event['event'] === 'progress', 30_000);
  return { net, ana, request, sessionId };
}

async function session(net: SmallNetwork, id: string): Promise<Record<string, unknown>> {
  return (await net.rows(['sessions'])).find((row) => row['sessionId'] === id) ?? {};
}

async function keysGranted(net: SmallNetwork): Promise<number> {
  const rows = await net.rows(['audit']);
  return rows.filter((row) => row['action'] === 'login-point' && row['outcome'] === 'done').length;
}

describe('a key that runs out in the middle of a charge', () => {
  it('is renewed, and the charge is reported whole and billed once', async () => {
    // Six seconds of life, and a charge of some ten.
    const energyWh = 7_000;
    const { net, ana, request, sessionId } = await charging(energyWh, ['--point-key-life', '0.1']);
    const { ticket } = await ana.told('ticket', request, 90_000);
    expect(ticket).toMatchObject({ energyWh, endReason: 'energy-reached' });
    expect((await net.tickets()).filter((row) => row['sessionId'] === sessionId)).toHaveLength(1);
    expect(JSON.stringify((await session(net, sessionId))['flags'] ?? [])).not.toContain('disputed');
    const renewals = (await centralLog(net)).split('renew-key-in').length - 1;
    expect(renewals).toBeGreaterThan(0);
    // And the point charges again: it has a key that holds.
    await net.untilStatus(POINT, 'Available');
    const again = await ana.ask(at(POINT), { energyWh: 200 });
    expect((await ana.told('ticket', again, 60_000)).ticket.energyWh).toBe(200);
  });
});

describe('a key that is revoked while energy flows', () => {
  it('stops the charge, disputes it, opens nothing more, and bars the point until somebody lets it in', async () => {
    const { net, ana, request, sessionId } = await charging(60_000);
    const engine = net.points.get(POINT)?.engine;
    await net.tool(['ctl', 'revoke-key', POINT]);
    const ended = await ana.told('ended', request, 30_000);
    expect(ended.provisional).toBe(false);
    const flags = async (): Promise<string> => JSON.stringify((await session(net, sessionId))['flags'] ?? []);
    await waitFor(flags, (text) => text.includes('"disputed'), { what: 'the dispute', timeoutMs: 30_000 });
    // The engine has stopped: no session holds its connector any more.
    const atEngine = async (): Promise<string> => {
      const answered = engine?.next((event) => Array.isArray(event['points']));
      engine?.send({ do: 'status' });
      return JSON.stringify((await answered)?.['points']);
    };
    await waitFor(atEngine, (text) => text.includes('"session":null'), { what: 'the end at the engine' });
    // Nobody lets it in by itself, also not a monitor that is started anew.
    await net.points.get(POINT)?.monitor.stop();
    const granted = await keysGranted(net);
    net.startMonitor(POINT);
    await waitFor(async () => (await net.rows(['audit'])).at(0), (row) => JSON.stringify(row).includes('key-revoked'), {
      what: 'the refusal',
    });
    expect(await keysGranted(net)).toBe(granted);
    net.points.get(POINT)?.monitor.send({ do: 'authenticate' });
    await net.untilStatus(POINT, 'Available', 40_000);
    expect((await net.tickets()).filter((row) => row['sessionId'] === sessionId).length).toBeLessThanOrEqual(1);
  });

  it('of a point whose secret is void, nobody lets in again with it', async () => {
    const { net, ana, request } = await charging(60_000);
    await net.tool(['ctl', 'revoke-point', POINT]);
    await ana.told('ended', request, 30_000);
    net.points.get(POINT)?.monitor.send({ do: 'authenticate' });
    await waitFor(async () => JSON.stringify(await net.rows(['audit'])), (text) => text.includes('point-revoked'), {
      what: 'the refusal', timeoutMs: 30_000,
    });
    expect(await net.status(POINT)).toBe('Disconnected');
  });
});

describe('records on the real broker', () => {
  it('that are sent again, all of them, bill nothing twice and start nothing', async () => {
    const { net, ana, request } = await charging(1_500);
    await ana.told('ticket', request, 60_000);
    await net.untilStatus(POINT, 'Available');
    const bus = openBus({ brokers: net.options.brokers.split(','), clientId: 'recorder', log: () => undefined });
    await bus.whenUp();
    const topics = ['requests', 'facts', 'meter', 'commands', 'notices'].map((t) => `${net.options.topicPrefix}.${t}`);
    const recorded: BusRecord[] = [];
    const ranges = await bus.logRanges(topics);
    const wanted = ranges.reduce((sum, { first, end }) => sum + end - first, 0);
    const reader = bus.reader({
      groupId: `recorder-${Date.now()}`, topics, partitions: 'all', startOffsets: () => 'begin',
      onBatch: (records) => void recorded.push(...records),
    });
    await reader.start();
    await waitFor(() => recorded.length, (count) => count >= wanted, { what: 'the recording' });
    await reader.close();
    const sender = bus.sender();
    const heard = ana.notices.length;
    for (const { topic, key, headers, value } of recorded.slice(0, wanted)) {
      await sender.send([{ topic, key, headers: { ...headers }, value }]);
    }
    await sender.close();
    await bus.close();
    // What comes after them is taken as ever, so they have been read.
    const again = await ana.ask(at(POINT), { energyWh: 200 });
    await ana.told('ticket', again, 60_000);
    expect((await net.tickets()).map((row) => row['energyWh']).sort()).toEqual([1_500, 200].sort());
    expect(ana.notices.slice(heard).filter((notice) => notice.requestId === request)).toEqual([]);
  });
});
