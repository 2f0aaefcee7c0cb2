// The network over three hosts, with TLS between them: the broker on one, EV_Central on another, points and drivers on
// the third. Then each host's cable is pulled in the middle of charges, and put in again.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ManagedProcess, ManagedProcess as Process } from '../../network/managed-process.ts';
import { BACK_MS, changed, DEAD_MS } from '../cables.ts';
import type { Drill, Stage } from '../drill.ts';
import { DrillNetwork } from '../drill-network.ts';
import { type Host, type Hosts, makeHosts, whyNoHosts } from '../hosts.ts';
import { endByDrivers, LONG_CHARGE_WH, LONG_CHARGES } from '../long-charges.ts';
import { pause, until } from '../patience.ts';
import { reconcileNetwork } from '../reconciliation.ts';
import { type Charge, chargesAndQueue } from '../scene.ts';

const KAFKA_PORT = '9092';
const KAFKA_UP_MS = 90_000;
const PULLED_FOR_MS = 4_000;
/** An attempt to connect that nobody answers is given up after 5 s, and a pause of at most 5 s follows. */
const HOST_BACK_MS = BACK_MS + 3_000;
const BUS_KNOWN_MS = 6_000;

export const threeHosts: Drill = {
  name: 'three-hosts',
  title: 'broker, EV_Central, and points with drivers on three hosts with TLS; each cable pulled during charges',
  row: null,
  expects: [
    'Plain TCP off the loopback is refused by every process, in words that name the flag that gives TLS up.',
    'Over TLS, with the development authority, charges run from the request to the ticket.',
    'Field or Central cut off: every point is Disconnected within 3 s; broker cut off: “bus down” everywhere.',
    'When the cable is in again all come back by themselves; every charge went on, and ends with one ticket.',
  ],
  whyNot: whyNoHosts,
  async run(stage) {
    const hosts = makeHosts(['broker', 'central', 'field']);
    for (const command of hosts.removal) stage.atEnd(command);
    const started: { stop(): Promise<unknown> }[] = [];
    try {
      await play(stage, hosts, started);
    } finally {
      for (const each of started.reverse()) await each.stop();
      hosts.remove();
    }
  },
};

async function play(stage: Stage, hosts: Hosts, started: { stop(): Promise<unknown> }[]): Promise<void> {
  const [broker, central, field] = hosts.list;
  if (broker === undefined || central === undefined || field === undefined) throw new Error('there are three hosts');
  stage.say(hosts.list.map(({ name, address }) => `${name} ${address}`).join(', '));
  const kafka = await startKafka(stage, broker);
  started.push(kafka);
  const network = await networkOn(stage, { broker, central, field });
  started.push(network);
  const hosted: Stage = { ...stage, network };
  await network.open();
  stage.say(`every point is connected to ${network.centralAddress}, every driver is logged in there`);
  await refusesPlain(hosted, { central, field });
  const scene = await chargesAndQueue(hosted, { waiting: 1, energyWh: LONG_CHARGE_WH });
  for (const host of stage.chance.shuffled(hosts.list)) {
    await pullCable(hosted, { hosts, host, charges: scene.charges });
  }
  await endByDrivers(hosted, scene.charges);
  await scene.settle();
  for (const { text, ok, evidence } of await reconcileNetwork(network)) stage.expect(text, ok, evidence);
}

async function startKafka(stage: Stage, host: Host): Promise<ManagedProcess> {
  const kafka = new Process({
    program: 'kafka', label: 'the broker', via: host.via,
    args: ['--host', host.address, '--port', KAFKA_PORT, '--data-dir', join(stage.dir, 'kafka')],
  });
  await kafka.untilLine('Kafka runs at', KAFKA_UP_MS);
  return kafka;
}

type Three = { readonly broker: Host; readonly central: Host; readonly field: Host };

async function networkOn(stage: Stage, { broker, central, field }: Three): Promise<DrillNetwork> {
  const dir = join(stage.dir, 'hosts');
  const tlsDir = join(dir, 'tls');
  await mkdir(dir, { mode: 0o700 });
  const network = new DrillNetwork({
    dir, brokers: `${broker.address}:${KAFKA_PORT}`, topicPrefix: 'hosts', centralHost: central.address,
    via: (program) => (program === 'ev-central' ? central : field).via,
  }, { ...LONG_CHARGES, drivers: 4, centralArgs: ['--host', '0.0.0.0', '--tls-dir', tlsDir] });
  await network.prepare();
  network.moreEnv['EV_TLS_CA'] = join(tlsDir, 'ca.crt');
  return network;
}

/** Each process, asked to speak plain TCP to or on an address off the loopback. */
async function refusesPlain({ network, expect, dir }: Stage, { central, field }: Pick<Three, 'central' | 'field'>) {
  const [pointId = '', driverId = ''] = [network.pointIds[0], network.driverIds[0]];
  const tries = [
    network.start('ev-driver', 'a driver without TLS', [
      'points', '--driver', driverId, '--central', network.centralAddress,
    ], { EV_TLS_CA: '', EV_DRIVER_PASSWORD: 'x' }),
    network.start('ev-cp-monitor', 'a monitor without TLS', [
      '--engine', '127.0.0.1:1', '--central', `${central.address}:${network.centralPort}`, '--point', pointId,
      '--data-dir', join(dir, 'plain'), '--control',
    ], { EV_TLS_CA: '', EV_MONITOR_SECRET: network.secrets.points[pointId] ?? '' }),
    network.start('ev-cp-engine', 'an engine without TLS', [
      '--listen', `${field.address}:7020`, '--id', pointId, '--pairing-code', 'drill', '--control',
      '--data-dir', join(dir, 'plain-engine'),
    ]),
  ];
  for (const process of tries) {
    const status = await process.exited();
    const words = process.lines.find((line) => line.includes('--insecure')) ?? process.lines.at(-1) ?? '';
    expect(`${process.label} is refused, and told what would give it up`, status !== 0 && words.includes('--insecure'),
      `status ${status}, “${words.slice(0, 200)}”`);
  }
}

async function pullCable(
  stage: Stage, { hosts, host, charges }: { hosts: Hosts; host: Host; charges: readonly Charge[] },
): Promise<void> {
  const { network } = stage;
  const beforeWh = await network.deliveredWh();
  stage.say(`the cable of ${host.name} is pulled`);
  const pulledMs = Date.now();
  hosts.setCable(host, false);
  await (host.name === 'broker' ? busIs(stage, 'down', host) : pointsAre(stage, false, { host, sinceMs: pulledMs }));
  await pause(PULLED_FOR_MS);
  stage.say(`the cable of ${host.name} is in again`);
  const inMs = Date.now();
  hosts.setCable(host, true);
  await (host.name === 'broker' ? busIs(stage, 'up', host) : pointsAre(stage, true, { host, sinceMs: inMs }));
  const gainedWh = await network.deliveredWh() - beforeWh;
  const goOn = charges.filter((charge) => !charge.isOver()).length;
  stage.expect(`${host.name} cut off: the charges went on meanwhile`, gainedWh > 0 && goOn === charges.length,
    `${gainedWh} Wh, ${goOn} charges`);
}

async function pointsAre(
  { network, expect, figure }: Stage, connected: boolean, { host, sinceMs }: { host: Host; sinceMs: number },
): Promise<void> {
  const { tookMs, why } = await changed(network, {
    kind: 'point-link', pointIds: network.pointIds, sinceMs, holds: (data) => data['connected'] === connected,
  });
  figure(`${host.name}: points ${connected ? 'back' : 'Disconnected'} after`, tookMs, 'ms');
  if (connected) expect(`${host.name} back: every point is connected again`, tookMs <= HOST_BACK_MS, `${tookMs} ms`);
  else {
    expect(`${host.name} cut off: every point is Disconnected within 3 s`, tookMs <= DEAD_MS, `${tookMs} ms, “${why}”`);
  }
}

const statusSchema = z.object({ bus: z.string() });

async function busIs({ network, expect, figure }: Stage, wanted: 'up' | 'down', host: Host): Promise<void> {
  const [driverId = ''] = network.driverIds;
  const { tookMs } = await until(() => network.driver(driverId).busState(), (state) => state === wanted, {
    what: `the bus is ${wanted} at the drivers`,
  });
  await until(async () => statusSchema.parse(JSON.parse(await network.tool(['ctl', 'status', '--json']))).bus,
    (state) => state === wanted, { what: `the bus is ${wanted} at EV_Central` });
  figure(`${host.name}: bus ${wanted} after`, tookMs, 'ms');
  expect(`${host.name} ${wanted === 'down' ? 'cut off' : 'back'}: the bus is ${wanted} for drivers and EV_Central`,
    tookMs <= (wanted === 'down' ? BUS_KNOWN_MS : HOST_BACK_MS), `${tookMs} ms at the drivers`);
}
