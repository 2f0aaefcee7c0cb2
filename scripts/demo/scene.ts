// What all scenes of the demo's story share: who comes and goes, and what she is told.
import { pointId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/notice.ts';
import { noticeText, ticketText } from '../../shared/words.ts';
import type { Driver } from './driver.ts';
import { driverComes, driverGoes, type Stage } from './stage.ts';

/** Times are told in it. */
const ZONE = 'Europe/Madrid';

export type Say = (who: string, text: string) => void;

/** She sits down; what she is told is part of the story from then on. */
export async function enters(stage: Stage, say: Say, driverId: string): Promise<Driver> {
  const driver = await driverComes(stage, driverId);
  driver.onNotice = (notice) => tellNotice(say, driverId, notice);
  return driver;
}

export async function leaves(stage: Stage, say: Say, driverId: string): Promise<void> {
  await driverGoes(stage, driverId);
  say(driverId, 'leaves');
}

function tellNotice(say: Say, driverId: string, notice: Notice): void {
  say(driverId, `<- ${noticeText(notice, ZONE)}`);
  if (notice.type === 'ticket') {
    for (const line of ticketText(notice.ticket, ZONE)) say(driverId, `   | ${line}`);
  }
}

export function point(id: string) {
  return { kind: 'point' as const, pointId: pointId(id), connectorNo: null };
}
