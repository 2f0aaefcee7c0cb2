import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../shared/clock.ts';
import { createFrameIds, withEnvelope } from '../shared/frame.ts';
import { pointId } from '../shared/ids.ts';
import { monitorWelcome } from '../shared/messages/monitor-welcome.ts';
import { hashSecret, isPointProof } from '../shared/point-proof.ts';
import { createProcessTicker } from '../shared/wire/awake-timer.ts';
import type { JsonObject } from '../shared/wire/json.ts';
import type { Link } from '../shared/wire/link.ts';
import { silentLog, waitFor } from '../shared/wire/link-harness.ts';
import { listen } from '../shared/wire/server.ts';
import type { LinkServer } from '../shared/wire/server.ts';
import { tcpConnect } from '../shared/wire/tcp-socket.ts';
import { MonitorFleet } from './fleet.ts';
import type { MonitorPointView } from './ui/view.ts';

const ALC = pointId('ALC-01');
const secretSha256 = hashSecret(Buffer.alloc(32, 5));
const nonce = Buffer.alloc(16, 3);
const frameId = createFrameIds();
const ticker = createProcessTicker(systemClock);
const cleanup: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

type Peer = { server: LinkServer; links: Link[]; seen: JsonObject[]; answer: (link: Link, m: JsonObject) => void };

/** A scripted server: remembers what comes, and answers as told. */
async function startPeer(answer: Peer['answer']): Promise<Peer> {
  const links: Link[] = [];
  const seen: JsonObject[] = [];
  const onLink = (link: Link): void => {
    links.push(link);
    link.onMessage = (message) => {
      seen.push(message);
      answer(link, message);
    };
  };
  const server = await listen({
    host: '127.0.0.1', port: 0, tls: null, insecure: false, insecureFlag: '--insecure', portFlag: '--port', onLink,
    maxConnections: 10, ticker, nowMs: () => Date.now(), log: silentLog,
  });
  cleanup.push(() => server.close());
  return { server, links, seen, answer };
}

function centralAnswers(link: Link, message: JsonObject): void {
  const send = (body: { type: string } & JsonObject): void => link.send(withEnvelope(body, frameId()));
  if (message['type'] === 'hello-monitor') send({ type: 'challenge', nonceBase64: nonce.toString('base64') });
  if (message['type'] === 'proof') {
    const proved = isPointProof(secretSha256, nonce, { pointId: ALC, proofBase64: String(message['proofBase64']) });
    if (proved) send({ ...(monitorWelcome.example as JsonObject), type: 'welcome-monitor' });
  }
}

function engineAnswers(link: Link, message: JsonObject): void {
  const send = (body: { type: string } & JsonObject): void => link.send(withEnvelope(body, frameId()));
  if (message['type'] === 'hello-engine') send({ type: 'welcome-engine', taken: true, reason: '', bootId: 1 });
  if (message['type'] === 'health-check') {
    send({ type: 'health', status: 'ok', reason: '', sinceMs: 0, bus: 'up', hasKey: true });
  }
}

function startFleet(ports: { central: number; engine: number }): { fleet: MonitorFleet; point(): MonitorPointView } {
  const target = (port: number): { connect: ReturnType<typeof tcpConnect>; address: string } => ({
    connect: tcpConnect({ host: '127.0.0.1', port, tls: null, insecure: false, insecureFlag: '--insecure' }),
    address: `127.0.0.1:${port}`,
  });
  const fleet = new MonitorFleet({
    points: new Map([[ALC, secretSha256]]), software: 'test', pairingCode: null, central: target(ports.central),
    engine: target(ports.engine), ticker, clock: systemClock, random: Math.random, frameId, log: silentLog,
    onChange: () => undefined,
  });
  cleanup.push(() => fleet.close());
  fleet.start();
  const point = (): MonitorPointView => {
    const [view] = fleet.view().points;
    if (view === undefined) throw new Error('no point');
    return view;
  };
  return { fleet, point };
}

describe('a monitor over real sockets', () => {
  it('authenticates, hands the setup to the engine and reports its health', async () => {
    const central = await startPeer(centralAnswers);
    const engine = await startPeer(engineAnswers);
    const { point } = startFleet({ central: central.server.port, engine: engine.server.port });
    await waitFor(() => central.seen.some((m) => m['type'] === 'point-health' && m['engine'] === 'ok'));
    await waitFor(() => engine.seen.some((m) => m['type'] === 'engine-setup'));
    expect(point()).toMatchObject({
      siteId: 'ALC', central: { state: 'up' }, engine: { state: 'up' }, health: { engine: 'ok' },
      authentication: { state: 'authenticated' },
    });
  });

  it('keeps checking its engine while Central is away, and says so to the engine', async () => {
    const central = await startPeer(centralAnswers);
    const engine = await startPeer(engineAnswers);
    const { point } = startFleet({ central: central.server.port, engine: engine.server.port });
    await waitFor(() => point().authentication.state === 'authenticated' && point().engine.state === 'up');
    await central.server.close();
    await waitFor(() => engine.seen.some((m) => m['type'] === 'health-check' && m['central'] === 'away'));
    expect(point()).toMatchObject({ central: { state: 'down' }, engine: { state: 'up' } });
  });

  it('reports an engine that goes away at once', async () => {
    const central = await startPeer(centralAnswers);
    const engine = await startPeer(engineAnswers);
    startFleet({ central: central.server.port, engine: engine.server.port });
    await waitFor(() => central.seen.some((m) => m['type'] === 'point-health' && m['engine'] === 'ok'));
    await engine.server.close();
    await waitFor(() => central.seen.some((m) => m['type'] === 'point-health' && m['engine'] === 'unreachable'));
  });

  it('comes back after a revocation only by the menu', async () => {
    let revoked = false;
    const central = await startPeer((link, message) => {
      if (message['type'] === 'hello-monitor' && revoked && message['byHand'] !== true) {
        throw new Error('came back by itself');
      }
      centralAnswers(link, message);
    });
    const engine = await startPeer(engineAnswers);
    const { fleet, point } = startFleet({ central: central.server.port, engine: engine.server.port });
    await waitFor(() => point().authentication.state === 'authenticated' && point().engine.state === 'up');
    revoked = true;
    const refusal = { type: 'refused-monitor', reason: 'key-revoked', text: 'The key was revoked.', retry: false };
    central.links[0]?.send(withEnvelope(refusal, frameId()));
    await waitFor(() => point().central.state === 'refused' && point().authentication.needsHand);
    await waitFor(() => engine.seen.some((m) => m['type'] === 'key-withdrawn'));
    expect(fleet.authenticate(ALC)).toMatchObject({ ok: true });
    await waitFor(() => point().authentication.state === 'authenticated');
    expect(central.links).toHaveLength(2);
  });
});
