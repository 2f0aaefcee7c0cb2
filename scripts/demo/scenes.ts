// The demo's story: what a network sees in a day, in half a minute. Each scene is a promise; they run side by side.
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pointId, siteId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/notice.ts';
import { noticeText, ticketText } from '../../shared/words.ts';
import { driverComes, driverGoes, INVOICE_FOLDER, SPEED, type Stage } from './stage.ts';

export type Say = (who: string, text: string) => void;

/** Runs every scene to its end; rejects when one of them does not go as told. */
export async function playStory(stage: Stage, say: Say): Promise<void> {
  const [ana, ben, cat, dan, eva, fay] = stage.driverIds;
  const points = (site: number): string[] => {
    const id = stage.file.sites[site]?.siteId;
    return stage.file.points.filter((point) => point.siteId === id).map((point) => point.pointId);
  };
  const cast = (driverId: string | undefined): string => driverId ?? 'nobody';
  await Promise.all([
    simpleCharge(stage, say, cast(ana), points(0)[0] ?? ''),
    busyPoint(stage, say, [cast(ben), cast(cat), cast(dan)], points(1)[0] ?? ''),
    brokenPoint(stage, say, cast(eva), points(2)[0] ?? ''),
    killedEngine(stage, say, cast(fay), points(2)[1] ?? ''),
    stoppedSite(stage, say, points(0).at(-1) ?? ''),
  ]);
  await comesBack(stage, say, cast(ana), stage.file.sites[0]?.siteId ?? '');
}

/** A charge paid from the wallet, with its invoice as a document. */
async function simpleCharge(stage: Stage, say: Say, driverId: string, at: string): Promise<void> {
  await stage.network.tool([
    'admin', 'billing', driverId, '--name', 'Ana Núñez Pérez', '--address', 'Calle del Mar 3', '--address',
    '03570 Villajoyosa',
  ]);
  const driver = await enters(stage, say, driverId);
  say(driverId, `asks for 8 kWh at ${at}`);
  const request = await driver.ask(point(at), { energyWh: 8_000 });
  await driver.told('ticket', request);
  const { invoiceNumber } = await driver.told('invoice', request);
  await mkdir(INVOICE_FOLDER, { recursive: true });
  const file = join(INVOICE_FOLDER, `${invoiceNumber}.pdf`);
  await stage.network.tool(['admin', 'invoice', invoiceNumber, '--pdf', file]);
  say('operator', `writes ${driverId}'s invoice into ${relative(process.cwd(), file)}`);
  await leaves(stage, say, driverId);
}

/** One point, three drivers: two wait, each is offered the point when it is free. */
async function busyPoint(stage: Stage, say: Say, driverIds: readonly string[], at: string): Promise<void> {
  const requests: { driverId: string; request: string }[] = [];
  for (const driverId of driverIds) {
    const driver = await enters(stage, say, driverId);
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

async function enters(stage: Stage, say: Say, driverId: string) {
  const driver = await driverComes(stage, driverId);
  driver.onNotice = (notice) => tellNotice(say, driverId, notice);
  return driver;
}

async function leaves(stage: Stage, say: Say, driverId: string): Promise<void> {
  await driverGoes(stage, driverId);
  say(driverId, 'leaves');
}

function tellNotice(say: Say, driverId: string, notice: Notice): void {
  say(driverId, `<- ${noticeText(notice)}`);
  if (notice.type === 'ticket') {
    for (const line of ticketText(notice.ticket, 'Europe/Madrid')) say(driverId, `   | ${line}`);
  }
}

function point(id: string) {
  return { kind: 'point' as const, pointId: pointId(id), connectorNo: null };
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1_000));
}
