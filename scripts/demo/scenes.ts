// The demo's story: what a network sees in a day, in half a minute. Each scene is a promise; they run side by side.
import { siteId } from '../../shared/ids.ts';
import { bookedCharge, noShow } from './reservation-scenes.ts';
import { enters, leaves, point, type Say } from './scene.ts';
import { SPEED, type Stage } from './stage.ts';

/**
 * Runs every scene to its end; rejects when one of them does not go as told. Who plays is in the demo's network; fadi
 * is not asked, because he may charge only at some hours.
 */
export async function playStory(stage: Stage, say: Say): Promise<void> {
  const points = (site: number): string[] => {
    const id = stage.file.sites[site]?.siteId;
    return stage.file.points.filter((point) => point.siteId === id).map((point) => point.pointId);
  };
  await Promise.all([
    bookedCharge(stage, say, 'ana', points(0)[0] ?? ''),
    noShow(stage, say, { absent: 'hugo', waiting: 'ines' }, points(0)[1] ?? ''),
    busyPoint(stage, say, ['ben', 'carla', 'dani'], points(1)[0] ?? ''),
    brokenPoint(stage, say, 'eva', points(2)[0] ?? ''),
    killedEngine(stage, say, 'gema', points(2)[1] ?? ''),
    stoppedSite(stage, say, points(0).at(-1) ?? ''),
  ]);
  await comesBack(stage, say, 'ana', stage.file.sites[0]?.siteId ?? '');
}

/** One point, three drivers: two wait, each is offered the point when it is free. */
async function busyPoint(stage: Stage, say: Say, driverIds: readonly string[], at: string): Promise<void> {
  const requests: { driverId: string; request: string }[] = [];
  // They are all there before the first asks: her charge may be over sooner than another client has started.
  const drivers = await Promise.all(driverIds.map((driverId) => enters(stage, say, driverId)));
  for (const driver of drivers) {
    const { driverId } = driver;
    say(driverId, `asks for 4 kWh at ${at}`);
    const request = await driver.ask(point(at), { energyWh: 4_000 });
    await driver.told(requests.length === 0 ? 'started' : 'queued', request);
    requests.push({ driverId, request });
  }
  for (const { driverId, request } of requests) {
    await stage.drivers.get(driverId)?.told('ticket', request);
    await leaves(stage, say, driverId);
  }
}

/**
 * A cable gets too hot in the middle of a charge: it ends at once, is billed for what flowed, and the point recovers.
 */
async function brokenPoint(stage: Stage, say: Say, driverId: string, at: string): Promise<void> {
  const driver = await enters(stage, say, driverId);
  say(driverId, `asks for 20 kWh at ${at}`);
  const request = await driver.ask(point(at), { energyWh: 20_000 });
  await driver.told('started', request);
  await seconds(3);
  const engine = stage.network.points.get(at)?.engine;
  say(at, 'breaks: over-temperature, cable 92 °C');
  engine?.send({ do: 'fault', code: 'over-temperature', detail: 'cable 92 °C', connectorNo: 1 });
  await driver.told('ticket', request);
  await seconds(2);
  engine?.send({ do: 'clear', connectorNo: 1 });
  say(at, 'is repaired');
  await leaves(stage, say, driverId);
}

/** kill -9 of an engine in the middle of a charge: provisional first, the true end when it is back, one ticket. */
async function killedEngine(stage: Stage, say: Say, driverId: string, at: string): Promise<void> {
  const driver = await enters(stage, say, driverId);
  say(driverId, `asks for 30 kWh at ${at}`);
  const request = await driver.ask(point(at), { energyWh: 30_000 });
  await driver.told('started', request);
  await seconds(3);
  await stage.network.points.get(at)?.engine.kill9();
  say(at, 'its engine dies (kill -9)');
  await driver.told('ended', request);
  await seconds(2);
  await stage.network.startEngine(at, ['--auto', '--speed', String(SPEED)]);
  say(at, 'its engine is back and reads its journal');
  await driver.told('ticket', request);
  await leaves(stage, say, driverId);
}

async function stoppedSite(stage: Stage, say: Say, at: string): Promise<void> {
  await seconds(4);
  say('operator', `stops ${at} for maintenance`);
  await stage.network.tool(['ctl', 'stop', '--point', at, '--note', 'cable inspection']);
  await seconds(4);
  say('operator', `resumes ${at}`);
  await stage.network.tool(['ctl', 'resume', '--point', at]);
}

/** Later, the first driver comes back and takes whatever is free at her site. */
async function comesBack(stage: Stage, say: Say, driverId: string, at: string): Promise<void> {
  const driver = await enters(stage, say, driverId);
  say(driverId, `comes back and asks for any point at ${at}, for at most 1.50`);
  const request = await driver.ask({ kind: 'site', siteId: siteId(at) }, { amountMinor: 150 });
  await driver.told('ticket', request);
  await leaves(stage, say, driverId);
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1_000));
}
