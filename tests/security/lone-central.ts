// EV_Central as a process of its own, with a network loaded and without a broker: for what strangers do to its port.
import { readFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { CONTROL, encodeFrame } from '../../shared/wire/frame-codec.ts';
import type { JsonObject } from '../../shared/wire/json.ts';
import { TestPeer } from '../../ev-central/central-for-tests.ts';
import { smallNetwork, type SmallNetwork } from '../e2e/small-network.ts';

/** Nobody listens there: Central says “bus down” and serves its port. */
const NO_BROKER = '127.0.0.1:1';

export async function startLoneCentral(args: readonly string[] = []): Promise<SmallNetwork> {
  const network = await smallNetwork({ brokers: NO_BROKER, centralArgs: args });
  await network.startCentral();
  return network;
}

/** What Central has logged so far. */
export function centralLog(network: SmallNetwork): Promise<string> {
  return readFile(join(network.logDir, 'ev-central.log'), 'utf8');
}

/** The token by which a tool of the same machine is let in. */
export async function tokenOf({ centralDir }: SmallNetwork): Promise<string> {
  return (await readFile(join(centralDir, 'operator.token'), 'utf8')).trim();
}

/** An operator's tool that is let in by the token of the machine. */
export async function operatorAt(network: SmallNetwork): Promise<TestPeer> {
  const peer = new TestPeer(network.centralPort);
  await peer.logInOperator({ userId: null, password: null, token: await tokenOf(network) });
  await peer.hear('welcome-operator');
  return peer;
}

/** The longest of some round trips, one after the other, in ms. */
export async function slowestRoundTripMs(peer: TestPeer, count: number): Promise<number> {
  let slowestMs = 0;
  for (let i = 0; i < count; i += 1) {
    const startedMs = performance.now();
    await peer.say({ type: 'query', what: 'points', filter: {}, after: null, limit: 10 });
    await peer.hear('rows');
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
  }
  return slowestMs;
}

/** A peer that says any bytes it likes. */
export class RawPeer {
  readonly socket: Socket;
  closed = false;
  received = Buffer.alloc(0);
  localPort = 0;

  constructor(port: number, options: { reads?: boolean } = {}) {
    this.socket = createConnection({ host: '127.0.0.1', port });
    this.socket.on('error', () => undefined);
    this.socket.on('connect', () => {
      this.localPort = this.socket.localPort ?? 0;
    });
    this.socket.on('close', () => {
      this.closed = true;
    });
    if (options.reads === false) this.socket.pause();
    else this.socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]).subarray(-100_000);
    });
  }

  enq(): void {
    this.socket.write(Buffer.of(CONTROL.enq));
  }

  frame(n: number, payload: JsonObject): void {
    this.socket.write(encodeFrame(JSON.stringify({ n, ...payload })));
  }
}
