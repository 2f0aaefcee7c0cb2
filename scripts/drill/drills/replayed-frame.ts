// What was captured on a TCP link sent again: a frame into its own live link, a frame twice in a new connection, and
// a whole authentication in a new connection, in plain TCP. A driver's log-in carries her password, which is why plain
// TCP is for the loopback: her log-in is captured and sent again over TLS.
import { CONTROL } from '../../../shared/wire/frame-codec.ts';
import { type Cables, inWords, linkEnds, logLines, withCables } from '../cables.ts';
import type { Drill, Stage } from '../drill.ts';
import { endByDrivers, LONG_CHARGE_WH, LONG_CHARGES } from '../long-charges.ts';
import { until } from '../patience.ts';
import { askMonitor, registerWh } from '../point-sight.ts';
import { connectRaw, framesIn } from '../raw-peer.ts';
import { type Charge, chargesAndQueue } from '../scene.ts';

const TIMES = 3;

export const replayedFrame: Drill = {
  name: 'replayed-frame',
  title: 'captured TCP frames sent again: into the live link, and as an authentication on a new connection',
  row: null,
  expects: [
    'A frame whose number was seen is acknowledged and dropped: no second answer, no event, the link lives on.',
    'A captured authentication does not let in: its proof answers the nonce of another connection.',
    'The real monitor is not put out; the charges go on, each with one ticket.',
    'A driver’s log-in that was captured under TLS is refused by TLS on a new connection.',
  ],
  network: { ...LONG_CHARGES, points: 2, drivers: 2 },
  async run(stage) {
    const [capture, ofDrivers] = [new Capture(), new Capture()];
    await withCables(stage, async (cables) => {
      const scene = await chargesAndQueue(stage, { waiting: 0, energyWh: LONG_CHARGE_WH });
      const charge = stage.chance.of(scene.charges);
      await intoLiveLink(stage, capture, { cables, charge });
      await asNewConnection(stage, capture);
      await endByDrivers(stage, scene.charges);
      await scene.settle();
      await loginOverTls(stage, ofDrivers, cables);
      await stage.reconcile();
    }, {
      monitors: (direction, bytes, no) => capture.take(direction, bytes, no),
      drivers: (direction, bytes, no) => ofDrivers.take(direction, bytes, no),
    });
  },
};

/** Everything that went through the monitors' cable, by connection. */
class Capture {
  readonly #streams = new Map<string, Buffer[]>();

  take(direction: string, bytes: Buffer, no: number): void {
    const name = `${direction} ${no}`;
    this.#streams.set(name, [...this.#streams.get(name) ?? [], Buffer.from(bytes)]);
  }

  stream(direction: 'up' | 'down', no: number): Buffer {
    return Buffer.concat(this.#streams.get(`${direction} ${no}`) ?? []);
  }
}

async function intoLiveLink(
  stage: Stage, capture: Capture, { cables, charge }: { cables: Cables; charge: Charge },
): Promise<void> {
  const { network } = stage;
  const no = cables.monitors.taken();
  const last = framesIn(capture.stream('up', no)).at(-1);
  if (last === undefined) throw new Error('nothing was captured');
  const [sinceMs, beforeWh] = [Date.now(), await registerWh(network, charge.pointId)];
  const acksBefore = acksIn(capture.stream('down', no));
  const framesBefore = framesIn(capture.stream('up', no)).length;
  const { n, type } = last.payload;
  stage.say(`frame ${String(n)} (${String(type)}) goes into its live link again, ${TIMES} times`);
  for (let i = 0; i < TIMES; i += 1) cables.monitors.inject('up', last.bytes);
  const { value: extra } = await until(() => {
    const frames = framesIn(capture.stream('up', no)).length - framesBefore;
    return acksIn(capture.stream('down', no)) - acksBefore - frames;
  }, (seen) => seen >= TIMES, { what: 'an acknowledgement of each copy' });
  stage.expect('each copy is acknowledged', extra === TIMES, `${extra} acknowledgements more than frames`);
  const next = framesIn(capture.stream('up', no)).length;
  await until(() => framesIn(capture.stream('up', no)).length, (count) => count >= next + 5, {
    what: 'five more frames of the real monitor',
  });
  const ended = inWords(await linkEnds(network, sinceMs));
  stage.expect('the link lives on', ended === '', ended);
  const gainedWh = await registerWh(network, charge.pointId) - beforeWh;
  stage.expect('the charge goes on', gainedWh > 0 && !charge.isOver(), `${gainedWh} Wh meanwhile`);
}

async function asNewConnection(stage: Stage, capture: Capture): Promise<void> {
  const { network } = stage;
  const captured = capture.stream('up', 1);
  const frames = framesIn(captured);
  const [hello, proof] = ['hello-monitor', 'proof']
    .map((type) => frames.find(({ payload }) => payload['type'] === type));
  if (hello === undefined || proof === undefined) throw new Error('no authentication was captured');
  const pointId = String(hello.payload['pointId']);

  stage.say('a stranger connects and says the captured hello, twice');
  const stranger = await connectRaw(network.centralAddress);
  stranger.send(Buffer.concat([Buffer.of(CONTROL.enq), hello.bytes, hello.bytes]));
  await stranger.frame('challenge');
  await stranger.untilAcks(3);
  const challenges = stranger.frames().filter((frame) => frame['type'] === 'challenge').length;
  stage.expect('the copy is acknowledged and dropped: one challenge', challenges === 1,
    `${stranger.acks()} acknowledgements (opening, frame, copy), ${challenges} challenge`);
  stranger.close();

  stage.say(`a stranger sends the whole captured authentication of ${pointId}, byte by byte as it was`);
  const end = captured.indexOf(proof.bytes) + proof.bytes.length;
  const thief = await connectRaw(network.centralAddress);
  thief.send(captured.subarray(0, end));
  const refused = await thief.frame('refused-monitor');
  await until(() => thief.isEnded(), (ended) => ended, { what: 'EV_Central ends the connection' });
  stage.expect('it is refused and its connection ended', refused['reason'] === 'unknown-or-wrong',
    String(refused['reason']));
  stage.expect('nothing was told to it', !thief.frames().some((frame) => frame['type'] === 'welcome-monitor'),
    thief.frames().map((frame) => String(frame['type'])).join(', '));
  const real = await askMonitor(network.pointOf(pointId).monitor);
  stage.expect('the real monitor is not put out', real.authentication.state === 'authenticated',
    real.authentication.state);
}

async function loginOverTls(stage: Stage, capture: Capture, cables: Cables): Promise<void> {
  const { network } = stage;
  const [driverId = ''] = network.driverIds;
  stage.say('EV_Central and its clients are started again, with TLS');
  const clients = [...network.drivers.values()].map((driver) => driver.process);
  const monitors = network.pointIds.map((id) => network.pointOf(id).monitor);
  await Promise.all([...new Set([...clients, ...monitors])].map((process) => process.stop()));
  await network.central.stop();
  await network.startCentralWithTls();
  for (const id of network.pointIds) network.startMonitor(id);
  await network.seat([driverId], 'driver-tls');
  const sinceMs = Date.now();
  const captured = capture.stream('up', cables.drivers.taken());
  stage.say(`a stranger sends the captured log-in of ${driverId}, ${captured.length} bytes, on a new connection`);
  const thief = await connectRaw(network.centralAddress);
  thief.send(captured);
  await until(() => thief.isEnded(), (ended) => ended, { what: 'EV_Central ends the connection' });
  const { value } = await until(async () => (await logLines(network, sinceMs)).filter((line) =>
    line.event === 'tls-refused' || line.event === 'link-closed'), (lines) => lines.length > 0, {
    what: 'why it was ended, in the log',
  });
  stage.expect('the log-in is refused by TLS', thief.frames().length === 0 && !captured.includes(driverId),
    `${thief.frames().length} frames; “${value[0]?.event ?? ''}: ${value[0]?.why ?? ''}”`);
}

/** Acknowledgements in a captured stream; the byte may stand in a frame's LRC too, so frames are read over. */
function acksIn(stream: Buffer): number {
  let count = 0;
  for (let at = 0; at < stream.length; at += 1) {
    if (stream[at] === CONTROL.stx) at = stream.indexOf(CONTROL.etx, at) + 1; // and its LRC
    else if (stream[at] === CONTROL.ack) count += 1;
  }
  return count;
}
