// A crowd of idle connections at a real EV_Central: a new monitor and a driver are let in meanwhile, memory stays
// bounded, and who does not say who it is is ended. `npm test` takes a small crowd, EV_TEST_CROWD=10000 the full one.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { TestPeer } from '../../ev-central/central-for-tests.ts';
import { LIMITS } from '../../shared/limits.ts';
import { parseSecret } from '../../shared/point-proof.ts';
import { POINT, type SmallNetwork, waitFor } from '../e2e/small-network.ts';
import { centralLog, operatorAt, slowestRoundTripMs, startLoneCentral } from './lone-central.ts';

const CROWD = Number(process.env['EV_TEST_CROWD'] ?? 1_000);
const A_PROCESS = 2_500;
/** What an idle connection may cost Central. Measured: 6.6 KB in a crowd of 10,000. */
const BYTES_EACH = 32 * 1_024;
const BYTES_MORE = 64 * 1_024 * 1_024;

type Child = ChildProcessByStdio<null, Readable, null>;
const children: { child: Child; lines: string[] }[] = [];
let network: SmallNetwork | undefined;

afterEach(async () => {
  for (const { child } of children.splice(0)) child.kill();
  await network?.remove();
  network = undefined;
});

function crowd(port: number, count: number, says: string): void {
  for (let left = count; left > 0; left -= A_PROCESS) {
    const program = join(import.meta.dirname, 'crowd-clients.ts');
    const child = spawn(process.execPath, [program, String(port), String(Math.min(left, A_PROCESS)), says], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
    children.push({ child, lines });
  }
}

/** How many connections all crowds together have open, by their last words; null while some still connect. */
function standing(): number | null {
  let sum = 0;
  for (const { lines } of children) {
    if (!lines.some((line) => line.startsWith('open'))) return null;
    sum += Number(lines.at(-1)?.split(' ')[1]);
  }
  return sum;
}

const rssBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

async function secondsFor(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1_000;
}

async function monitorIn({ centralPort, secrets }: SmallNetwork): Promise<void> {
  const peer = new TestPeer(centralPort);
  await peer.authenticate(parseSecret(secrets.points[POINT] ?? '') ?? Buffer.alloc(0), POINT);
  await peer.hear('welcome-monitor');
  peer.close();
}

async function driverIn({ centralPort, secrets }: SmallNetwork): Promise<void> {
  const peer = new TestPeer(centralPort);
  await peer.logIn('ana', secrets.users['ana']?.password ?? '');
  await peer.hear('welcome-driver');
  peer.close();
}

// What a process holds is read where Linux tells it.
describe.skipIf(process.platform !== 'linux')(`a crowd of ${CROWD} idle connections`, () => {
  // An open link that is silent ends after 3 s: a large crowd of those is never there at once.
  it.each([['nothing', Math.min(CROWD, LIMITS.unnamedConnections)], ['hello', Math.min(CROWD, 1_000)]])(
  'that says %s (%d) leaves Central responsive, and is ended', async (says, count) => {
    const net = await startLoneCentral();
    network = net;
    const { pid } = net.central;
    const [rssBefore, openBefore] = [rssBytes(pid), descriptors(pid)];
    const good = await operatorAt(net);
    crowd(net.centralPort, count, says);
    await waitFor(() => descriptors(pid), (open) => open >= openBefore + count * 0.95, { what: 'the crowd' });
    const seconds = {
      monitor: await secondsFor(() => monitorIn(net)),
      driver: await secondsFor(() => driverIn(net)),
      slowestRoundTrip: await slowestRoundTripMs(good, 30) / 1_000,
    };
    const rssMore = rssBytes(pid) - rssBefore;
    const { helloMs, frameAckMs } = LIMITS;
    const timeoutMs = helloMs * 2 + frameAckMs;
    await waitFor(standing, (left) => left === 0, { what: 'the end of the crowd', timeoutMs });
    await waitFor(() => descriptors(pid), (open) => open <= openBefore + 5, { what: 'their descriptors are free' });
    expect(/did not say, or not prove, who it is|dead-peer/.test(await centralLog(net))).toBe(true);
    console.log(`crowd of ${count} saying ${says}: ${JSON.stringify({ ...seconds, rssMoreMiB: rssMore / 2 ** 20 })}`);
    expect(Math.max(...Object.values(seconds))).toBeLessThan(3);
    expect(rssMore).toBeLessThan(count * BYTES_EACH + BYTES_MORE);
    good.close();
  });

  it.runIf(CROWD > LIMITS.unnamedConnections)('beyond the limit makes room: the newest is let in', async () => {
    network = await startLoneCentral();
    const { pid } = network.central;
    const openBefore = descriptors(pid);
    crowd(network.centralPort, CROWD, 'nothing');
    await waitFor(() => descriptors(pid), (open) => open >= openBefore + LIMITS.unnamedConnections * 0.9, {
      what: 'the crowd',
    });
    await monitorIn(network);
    await driverIn(network);
    expect(descriptors(pid)).toBeLessThan(openBefore + LIMITS.unnamedConnections + 100);
    expect((await centralLog(network)).includes('connections-dropped')).toBe(true);
  });
});
