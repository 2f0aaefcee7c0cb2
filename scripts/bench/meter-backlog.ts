// Writes the meter samples of a made network to the broker before anybody reads them: one a second for each charge, as
// their points would have sealed and sent them.
import type { Bus, OutRecord } from '../../shared/bus/port.ts';
import { topicName } from '../../shared/bus/topics.ts';
import { messageId } from '../../shared/ids.ts';
import type { MeterSample } from '../../shared/messages/meter-sample.ts';
import { CENTRAL, seal, sealKey, type SealKey } from '../../shared/seal.ts';
import type { ChargingNetwork, ChargingSession } from './charging-network.ts';

const POWER_W = 7_200;
const WH_A_SECOND = POWER_W / 3_600;
const METER_START_WH = 1_000_000;

/** Writes `seconds` samples of every session; `told` hears how many are written. Returns how many. */
export async function writeMeterBacklog(
  bus: Bus, network: ChargingNetwork,
  options: { topicPrefix: string; seconds: number; told?: (written: number) => void },
): Promise<number> {
  const topic = topicName(options.topicPrefix, 'meter');
  const keys = new Map<string, SealKey>(network.sessions.map(({ keyId, keyBase64 }) =>
    [keyId, sealKey(keyId, keyBase64)]));
  const sender = bus.sender();
  let written = 0;
  for (let second = 1; second <= options.seconds; second += 1) {
    const records = network.sessions.map((session) => sealed(session, {
      topic, key: keys.get(session.keyId) ?? sealKey(session.keyId, session.keyBase64),
      sample: sampleOf(session, network, second),
    }));
    await sender.send(records, { acks: 1 });
    written += records.length;
    options.told?.(written);
  }
  await sender.close();
  return written;
}

function sampleOf(session: ChargingSession, network: ChargingNetwork, second: number): MeterSample {
  const { sessionId, corr, pointId, connectorNo } = session;
  return {
    v: 1, id: messageId(`${sessionId}-m${second}`), atMs: network.startedAtMs + second * 1_000, corr, type: 'meter',
    pointId, sessionId, connectorNo, bootId: network.bootId, sample: second,
    registerWh: METER_START_WH + second * WH_A_SECOND, powerW: POWER_W, socPercent: 20 + Math.floor(second / 60),
    uptimeMs: second * 1_000, state: 'charging',
  };
}

function sealed(
  session: ChargingSession, { topic, key, sample }: { topic: string; key: SealKey; sample: MeterSample },
): OutRecord {
  const ends = { from: session.pointId, to: CENTRAL, mid: sample.id };
  const { headers, value } = seal(key, 'up', topic, ends, JSON.stringify(sample));
  return { topic, key: session.siteId, headers, value };
}
