// Meter samples come a hundred thousand a second, so they are checked by hand; the schema is asked only about those
// that fail, to say in words what is wrong. A test compares both on random values.
import { MESSAGE_VERSION } from '../../shared/messages/message.ts';
import { checkMessage, type Parsed } from '../../shared/messages/catalogue.ts';
import { meterSample, type MeterSample } from '../../shared/messages/meter-sample.ts';
import { LAST_AT_MS, MOST_ENERGY_WH } from '../../shared/messages/values.ts';
import { isId } from '../../shared/ids.ts';

/** Parses JSON text as a meter sample. */
export function parseMeterSample(text: string): Parsed<MeterSample> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'malformed', detail: 'not JSON' };
  }
  if (isMeterSample(value)) return { ok: true, message: value };
  return checkMessage(meterSample.schema, value);
}

function isMeterSample(value: unknown): value is MeterSample {
  if (typeof value !== 'object' || value === null) return false;
  const m = value as Record<string, unknown>;
  return m['type'] === 'meter' && m['v'] === MESSAGE_VERSION
    && isText(m['id'], 128) && isText(m['corr'], 80) && isName(m['pointId']) && isName(m['sessionId'])
    && isWhole(m['atMs'], 0, LAST_AT_MS) && isWhole(m['bootId'], 1) && isWhole(m['sample'], 1)
    && isWhole(m['connectorNo'], 1) && m['connectorNo'] <= 16
    && isWhole(m['registerWh'], 0, MOST_ENERGY_WH) && isWhole(m['powerW'], 0) && isWhole(m['uptimeMs'], 0, LAST_AT_MS)
    && (m['socPercent'] === null || (isWhole(m['socPercent'], 0) && m['socPercent'] <= 100))
    && (m['state'] === 'charging' || m['state'] === 'suspended-ev' || m['state'] === 'suspended-evse');
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= most;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && isId(value);
}

function isWhole(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}
