// Clients that are oversized, slow, deaf, mute, or too talkative at a real EV_Central: each is ended with its reason in
// the log, and a client that behaves notices nothing.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../shared/limits.ts';
import { CONTROL } from '../../shared/wire/frame-codec.ts';
import { type SmallNetwork, waitFor } from '../e2e/small-network.ts';
import { centralLog, operatorAt, RawPeer, slowestRoundTripMs, startLoneCentral, tokenOf } from './lone-central.ts';

/** Far more than a round trip takes on a busy machine of two cores, far less than any time-out. */
const FAST_MS = 800;

let network: SmallNetwork;

beforeAll(async () => {
  network = await startLoneCentral();
});
afterAll(async () => {
  await network.remove();
});

/** It is ended with these words in its line of the log, while another client is served without a pause. */
async function endedWith(peer: RawPeer, words: RegExp): Promise<void> {
  const good = await operatorAt(network);
  let slowestMs = 0;
  const endMs = Date.now() + 20_000;
  while (!peer.closed && Date.now() < endMs) slowestMs = Math.max(slowestMs, await slowestRoundTripMs(good, 5));
  good.close();
  expect(peer.closed).toBe(true);
  expect(slowestMs).toBeLessThan(FAST_MS);
  await toldOf(peer, words);
}

async function toldOf(peer: RawPeer, words: RegExp): Promise<void> {
  const own = async (): Promise<string[]> =>
    (await centralLog(network)).split('\n').filter((line) => line.includes(`127.0.0.1:${peer.localPort}"`));
  await waitFor(own, (lines) => lines.some((line) => words.test(line)), { what: `${String(words)} in the log` });
}

/** Keeps its link alive as a link does: answers everything with ACK and pings. */
function keepAlive(peer: RawPeer, sent: number): () => void {
  let n = sent;
  peer.socket.on('data', () => peer.socket.write(Buffer.of(CONTROL.ack)));
  const beat = setInterval(() => peer.frame((n += 1), ping), 900);
  return () => clearInterval(beat);
}

const ping = { type: 'ping', atMs: 1 };
const hello = { v: 1, id: 'h-1', type: 'hello-monitor', pointId: 'ALC-01', software: 'test', byHand: false };

describe.concurrent('a client that', () => {
  it('sends a frame of more than 64 KiB', async () => {
    const peer = new RawPeer(network.centralPort);
    peer.enq();
    peer.socket.write(Buffer.concat([Buffer.of(CONTROL.stx), Buffer.alloc(LIMITS.frameBytes + 1, 0x61)]));
    await endedWith(peer, /oversized-frame/);
  });

  it('never ends a frame, however long it goes on', async () => {
    const peer = new RawPeer(network.centralPort);
    peer.enq();
    peer.socket.write(Buffer.of(CONTROL.stx));
    const flow = setInterval(() => peer.socket.write(Buffer.alloc(16 * 1024, 0x62)), 1);
    await endedWith(peer, /oversized-frame/);
    clearInterval(flow);
  });

  it('sends a byte a second', async () => {
    const peer = new RawPeer(network.centralPort);
    peer.enq();
    peer.socket.write(Buffer.of(CONTROL.stx));
    const drip = setInterval(() => peer.socket.write('a'), 1_000);
    await endedWith(peer, /slow-frame.*not whole within/);
    clearInterval(drip);
  });

  it('opens a link and says nothing', async () => {
    const peer = new RawPeer(network.centralPort);
    peer.enq();
    await endedWith(peer, /dead-peer/);
  });

  it('connects and does not even open a link', async () => {
    await endedWith(new RawPeer(network.centralPort), /did not say, or not prove, who it is/);
  });

  it('keeps its link alive with heartbeats and never says who it is', async () => {
    const peer = new RawPeer(network.centralPort);
    peer.enq();
    const end = keepAlive(peer, 0);
    await endedWith(peer, /did not say, or not prove, who it is/);
    end();
  });

  it('says that it is a monitor, and never proves it', async () => {
    const peer = new RawPeer(network.centralPort);
    peer.enq();
    peer.frame(1, hello);
    await waitFor(() => peer.received.toString(), (text) => text.includes('challenge'), { what: 'a challenge' });
    const end = keepAlive(peer, 1);
    await endedWith(peer, /did not say, or not prove, who it is/);
    end();
  });

  it('was refused, and stays', async () => {
    const peer = new RawPeer(network.centralPort);
    peer.enq();
    peer.frame(1, { v: 1, id: 'l-1', type: 'login', driverId: 'ana', password: 'x', lastNotice: 0, software: 't' });
    await waitFor(() => peer.received.toString(), (text) => text.includes('refused-driver'), { what: 'a refusal' });
    const end = keepAlive(peer, 1);
    await endedWith(peer, /did not say, or not prove, who it is/);
    end();
  });

  it('floods with small frames', async () => {
    const peer = new RawPeer(network.centralPort);
    peer.enq();
    let n = 0;
    const flood = setInterval(() => {
      for (let i = 0; i < 1_000 && !peer.closed; i += 1) peer.frame((n += 1), ping);
    }, 1);
    await endedWith(peer, /a flood of heartbeats, repetitions or stray bytes/);
    clearInterval(flood);
  });

  it('asks and asks, and never reads an answer', async () => {
    const deaf = new RawPeer(network.centralPort, { reads: false });
    deaf.enq();
    const token = await tokenOf(network);
    deaf.frame(1, { v: 1, id: 't-1', type: 'login-operator', userId: null, password: null, token });
    let n = 1;
    const asking = setInterval(() => {
      for (let i = 0; i < 100 && !deaf.closed; i += 1) {
        deaf.frame((n += 1), { v: 1, id: `q-${n}`, type: 'query', what: 'points', filter: {}, after: null, limit: 10 });
      }
    }, 5);
    // It reads nothing, so it would hear of its end only by its own writes.
    await toldOf(deaf, /queue-full|no-ack/);
    clearInterval(asking);
    deaf.socket.destroy();
  });

  it.each([
    ['bytes of no protocol', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a frame before the opening', Buffer.from([CONTROL.stx, 0x7b, 0x7d, CONTROL.etx, 0x06])],
    ['a greeting of TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])],
  ])('sends %s', async (_what, bytes) => {
    const peer = new RawPeer(network.centralPort);
    peer.socket.write(bytes);
    await endedWith(peer, /malformed-frame/);
  });
});

describe.concurrent('with TLS', () => {
  it('half a handshake is ended in time, with a reason', async () => {
    const secured = await startLoneCentral(['--tls', '--tls-dir', join(network.options.dir, 'tls')]);
    try {
      const peer = new RawPeer(secured.centralPort);
      peer.socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
      await waitFor(() => peer.closed, (closed) => closed, { what: 'the end of the handshake' });
      await waitFor(() => centralLog(secured), (log) => log.includes('tls-refused'), { what: 'its reason' });
    } finally {
      await secured.remove();
    }
  });
});
