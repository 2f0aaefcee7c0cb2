// Sends what is only worth something now: live figures, and acknowledgements of facts that are sent again whenever
// facts come again. One produce call at a time carries all that came meanwhile; while the bus is down it is dropped.
import type { BusSender, OutRecord } from '../../shared/bus/port.ts';
import { describeError, type Log } from '../../shared/log.ts';
import type { Publish } from '../core/effects.ts';
import type { Sealer } from './send-keys.ts';
import { countOfSend } from './send-size.ts';

/** More can only wait behind a broker that hangs: the oldest are dropped, newer ones say the same and more. */
const WAITING = 50_000;

export type Publisher = { publish(effects: readonly Publish[]): void };

/** @param options.gatherMs how long the first waits for others to go with; 0: for none */
export function createPublisher(options: {
  sender: BusSender; sealer: Sealer; isUp: () => boolean; gatherMs: number; sleep: (ms: number) => Promise<void>;
  log: Log;
}): Publisher {
  const { sender, sealer, isUp, gatherMs, sleep, log } = options;
  let waiting: Publish[] = [];
  let sending = false;

  function seal(effects: readonly Publish[]): OutRecord[] {
    const records: OutRecord[] = [];
    for (const { topic, key, to, message } of effects) {
      const record = sealer.seal({ topic, key, to, mid: message.id, text: JSON.stringify(message) });
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  async function sendAll(): Promise<void> {
    sending = true;
    while (waiting.length > 0) {
      if (gatherMs > 0) await sleep(gatherMs);
      let records = seal(waiting);
      waiting = [];
      try {
        while (records.length > 0) {
          const count = countOfSend(records, (record) => record.value.length);
          await sender.send(records.slice(0, count), { acks: 1 });
          records = records.slice(count);
        }
      } catch (error) {
        log('debug', 'publish-dropped', { records: records.length, reason: describeError(error) });
      }
    }
    sending = false;
  }

  return {
    publish(effects) {
      if (effects.length === 0 || !isUp()) return;
      waiting = waiting.length === 0 ? [...effects] : waiting.concat(effects);
      if (waiting.length > WAITING) waiting = waiting.slice(-WAITING);
      if (!sending) void sendAll();
    },
  };
}
