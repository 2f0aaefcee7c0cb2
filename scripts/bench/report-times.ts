// How long reports took from their point to the commit, taken from the log after the fact: each is opened with its
// point's key, for the time that the point wrote into it.
import { join } from 'node:path';
import { openMasterKey } from '../../ev-central/store/master-key.ts';
import type { Bus, BusRecord } from '../../shared/bus/port.ts';
import { open, type SealKey, sealKey } from '../../shared/seal.ts';
import type { Network } from '../network/network.ts';
import { CentralFile } from './central-file.ts';
import type { CommitLog } from './commit-log.ts';

/** One in so many is opened, chosen by its offset: each second gives thousands all the same. */
const EVERY = 8;
const READ_TIMEOUT_MS = 300_000;

type Options = {
  readonly bus: Bus; readonly topic: string; readonly network: Network;
  readonly minute: { readonly fromMs: number; readonly toMs: number; readonly commits: CommitLog };
};

/**
 * The delays of the reports that were made in that minute; EV_Central has ended. One that was never seen as committed
 * counts with the time until nobody looked any more.
 */
export async function readReports(options: Options): Promise<{ delaysMs: number[]; uncommitted: number }> {
  const { bus, topic, minute: { fromMs, toMs, commits } } = options;
  const keys = readKeys(options.network);
  const delaysMs: number[] = [];
  let uncommitted = 0;
  const take = (record: BusRecord): void => {
    if (!isChosen(record.offset)) return;
    const atMs = madeAtMs(record, keys);
    if (atMs === null || atMs < fromMs || atMs >= toMs) return;
    const committedMs = commits.committedAtMs(record.partition, record.offset);
    if (committedMs === null) uncommitted += 1;
    delaysMs.push((committedMs ?? commits.lastLookMs) - atMs);
  };
  const left = new Map((await bus.logRanges([topic])).map(({ partition, end }) =>
    [partition, { from: commits.firstOffset(partition), to: end }] as const).filter(([, { from, to }]) => to > from));
  const finished = Promise.withResolvers<void>();
  if (left.size === 0) finished.resolve();
  const reader = bus.reader({
    groupId: `bench-reports-${Date.now()}`, topics: [topic], partitions: new Map([[topic, [...left.keys()]]]),
    startOffsets: (_topic, partition) => left.get(partition)?.from ?? 'end',
    onBatch: (records) => {
      for (const record of records) take(record);
      const last = records.at(-1);
      const range = last === undefined ? undefined : left.get(last.partition);
      if (last !== undefined && range !== undefined && last.offset + 1 >= range.to) left.delete(last.partition);
      if (left.size === 0) finished.resolve();
    },
  });
  await reader.start();
  const timer = setTimeout(() => finished.reject(new Error('the reports could not be read back')), READ_TIMEOUT_MS);
  try {
    await finished.promise;
  } finally {
    clearTimeout(timer);
    await reader.close();
  }
  return { delaysMs, uncommitted };
}

/** Spread evenly whatever the order in which points report. */
function isChosen(offset: number): boolean {
  return (Math.imul(offset, 0x9e3779b1) >>> 0) % EVERY === 0;
}

function madeAtMs({ topic, headers, value }: BusRecord, keys: ReadonlyMap<string, SealKey>): number | null {
  const { from = '', to = '', kid = '', mid = '' } = headers;
  const key = keys.get(kid);
  const text = key === undefined ? undefined : open(key, 'up', topic, { from, to, kid, mid }, value);
  if (text === undefined) return null;
  const { atMs } = JSON.parse(text) as { atMs: number };
  return atMs;
}

function readKeys(network: Network): Map<string, SealKey> {
  const { keys } = openMasterKey(join(network.centralDir, 'master.key'), { makeIfMissing: false });
  const file = new CentralFile(join(network.centralDir, 'central.db'));
  try {
    const rows = file.rows('SELECT key_id, wrapped_key FROM keys WHERE kind = \'point\'');
    return new Map(rows.map((row) => {
      const keyId = String(row['key_id']);
      return [keyId, sealKey(keyId, keys.unwrap(keyId, String(row['wrapped_key'])))];
    }));
  } finally {
    file.close();
  }
}
