import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import type { Append } from '../core/effects.ts';
import { emptyTables } from '../core/state.ts';
import { openDatabase } from '../../shared/sqlite/database.ts';
import { openStore, type Store } from '../store/store.ts';
import { auditText, faultText, headOf } from './admin-audit.ts';
import { exportAudit, intoFile } from './audit-export.ts';
import { readCsv } from './csv-rows.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const START_MS = Date.UTC(2026, 2, 31, 12);
const DAY_MS = 86_400_000;
const ROWS = 1_203;
const folder = mkdtempSync(join(tmpdir(), 'ev-admin-audit-'));

beforeAll(() => {
  const store = open();
  const appends = Array.from({ length: ROWS }, (_unused, i): Append => ({
    kind: 'append', table: 'audit',
    row: {
      atMs: START_MS + (i >= 1_200 ? DAY_MS : i), who: i % 2 === 0 ? 'ana' : 'olga', address: '10.0.0.7',
      action: i % 3 === 0 ? 'login-driver' : 'stop', outcome: i === 5 ? '=HYPERLINK("x"), or\nso' : 'done',
      parameters: { number: i },
    },
  }));
  store.commit({ tables: emptyTables(), appends, sends: [], offsets: [], outboxDone: [], now: START_MS });
  store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(): Store {
  return openStore({
    file: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key'), clock: systemClock,
    log: () => undefined,
  });
}

async function exported(format: 'csv' | 'jsonl', filter: Record<string, string | number> = {}): Promise<string[]> {
  const store = open();
  const pieces: string[] = [];
  await exportAudit(store, { filter, format }, (text) => void pieces.push(text));
  store.close();
  return pieces;
}

describe('the log as a file', () => {
  test('has every row once, oldest first, a page at a time', async () => {
    const pieces = await exported('csv');
    expect(pieces.length).toBe(4); // the header and three pages of 500
    const { header, records, bad } = readCsv(pieces.join(''));
    expect({ header, bad }).toEqual({
      header: ['row_id', 'at', 'who', 'address', 'action', 'outcome', 'parameters', 'hash'], bad: [],
    });
    expect(records.map(({ fields }) => Number(fields['row_id'])))
      .toEqual(Array.from({ length: ROWS }, (_unused, i) => i + 1));
    expect(records[5]?.fields).toMatchObject({
      at: '2026-03-31T12:00:00.005Z', who: 'olga', outcome: '\'=HYPERLINK("x"), or\nso', parameters: '{"number":5}',
    });
    expect(records.every(({ fields }) => /^[0-9a-f]{64}$/.test(fields['hash'] ?? ''))).toBe(true);
  });

  test('is JSON of a row a line, with the texts as they are', async () => {
    const lines = (await exported('jsonl')).join('').trimEnd().split('\n');
    expect(lines).toHaveLength(ROWS);
    expect(JSON.parse(lines[5] ?? '')).toMatchObject({
      rowId: 6, at: '2026-03-31T12:00:00.005Z', atMs: START_MS + 5, outcome: '=HYPERLINK("x"), or\nso',
      parameters: { number: 5 },
    });
  });

  test('has what the filters let through', async () => {
    const count = async (filter: Record<string, string | number>): Promise<number> =>
      (await exported('jsonl', filter)).join('').split('\n').length - 1;
    expect(await count({ who: 'ana' })).toBe(602);
    expect(await count({ who: 'ana', action: 'stop' })).toBe(401);
    expect(await count({ sinceMs: START_MS + DAY_MS })).toBe(3);
    expect(await count({ untilMs: START_MS + 1 })).toBe(1);
    expect(await count({ who: 'nobody' })).toBe(0);
  });

  test('is nobody else’s, and is there whole or not at all', async () => {
    const file = join(folder, 'audit.csv');
    writeFileSync(file, 'of before');
    await expect(intoFile(file, (write) => {
      void write('half');
      throw new Error('broke off');
    })).rejects.toThrow('broke off');
    expect([readFileSync(file, 'utf8'), existsSync(`${file}.part`)]).toEqual(['of before', false]);
    expect(await intoFile(file, async (write) => {
      await write('whole');
      return 1;
    })).toBe(1);
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['whole', 0o600]);
    await expect(intoFile(join(folder, 'no', 'where'), () => Promise.resolve(0)))
      .rejects.toThrow(expect.objectContaining({ code: 'not-writable' }));
  });
});

test('every fault is said in words that name its row', () => {
  const at = { rowId: 17 };
  const faults = [
    { kind: 'row-changed', ...at }, { kind: 'row-out-of-place', ...at }, { kind: 'row-without-hash', ...at },
    { kind: 'rows-missing', ...at, from: 15, to: 16 }, { kind: 'noticed', ...at, atMs: 2 ** 60 },
    { kind: 'end-set-back', ...at, headRowId: 9 }, { kind: 'expected-missing', ...at },
    { kind: 'expected-differs', ...at }, { kind: 'expected-purged', ...at },
  ] as const;
  for (const fault of faults) expect(faultText(fault)).toContain('row 17');
  expect(faultText({ kind: 'end-missing', from: 8, to: 10 })).toContain('rows 8 to 10');
});

test('what was deleted for its age and what is older than the chain is said', () => {
  const state = {
    madeAtMs: START_MS, olderRowId: 812, purgedRowId: 16, purgedRows: 16, headRowId: 900, headRows: 900,
    faultRowId: null, faultAtMs: null,
  };
  const head = { rowId: 900, hash: 'ab'.repeat(32) };
  const text = auditText({ rows: 884, misfits: 0, firstRowId: 17, lastRowId: 900, state, head, faults: [] });
  expect(text).toEqual([
    '884 rows, 17 to 900; 16 older ones, up to 16, were deleted for their age',
    'the chain was made at 2026-03-31T12:00:00.000Z; rows up to 812 were there: what became of them before, '
      + 'nobody can tell',
    `head 900:${'ab'.repeat(32)}`, 'sound: every row is as EV_Central has written it',
  ]);
  expect(headOf(text[2]?.replace('head ', ''))).toEqual(head);
  for (const wrong of ['', '900', `900:${'ab'.repeat(31)}`, `x:${'ab'.repeat(32)}`]) {
    expect(() => headOf(wrong)).toThrow('is no head');
  }
});

describe('as somebody types it', () => {
  type Ended = { status: number; stdout: string; stderr: string };
  const run = (...args: string[]) => new Promise<Ended>((resolve) => {
    const command = [join(ROOT, 'ev-central', 'main.ts'), 'admin', 'audit', ...args, '--data-dir', folder];
    execFile(process.execPath, command, { maxBuffer: 8 << 20 }, (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }));
  });

  test('the log is exported to a file', async () => {
    const file = join(folder, 'ana.jsonl');
    expect(await run('export', '--who', 'ana', '--from', '2026-04-01', '--format', 'jsonl', '--output', file))
      .toEqual({ status: 0, stdout: `2 rows in ${file}\n`, stderr: '' });
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(await run('export', '--action', 'stopp', '--format', 'jsonl'))
      .toEqual({ status: 0, stdout: '', stderr: 'no row has the action "stopp"; there are login-driver, stop\n' });
  });

  test.each([
    [['export', '--to', '31.3.2026'], '--to: "31.3.2026" is no time'],
    [['export', '--from', '2026-04-01', '--to', '2026-03-31'], '--from 2026-04-01 is not before'],
    [['export', '--format', 'xml'], '--format: "xml" is none of csv, jsonl'],
    [['export', '--who', ''], '--who is empty'],
    [['export', '--output', ''], '--output is empty'],
    [['export', '--colour', 'red'], 'unknown option'],
    [['verify', '--expect', '17'], '--expect: "17" is no head'],
    [['verify', '--central', '10.0.0.7:7000'], 'on the machine of EV_Central'],
    [['verify', '--database', join(folder, 'none.db')], 'there is no database'],
  ])('%j is refused in words, with the status of wrong usage', async (args, words) => {
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
    expect(stderr).toContain(words);
  });

  test('verify ends with 0 when all is as it was, and with 3 and the first bad row when it is not', async () => {
    const sound = await run('verify');
    expect(sound).toMatchObject({ status: 0, stderr: '' });
    const head = /^head (\S+)$/m.exec(sound.stdout)?.[1] ?? '';
    expect(await run('verify', '--expect', head)).toMatchObject({ status: 0, stderr: '' });
    const other = head.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(await run('verify', '--expect', other)).toMatchObject({
      status: 3, stderr: `broken: row ${ROWS} is not the one of --expect: the log was written anew\n`,
    });
    const db = openDatabase(join(folder, 'central.db'));
    db.exec("UPDATE audit SET who = 'eve' WHERE row_id IN (700, 900)");
    db.close();
    expect(await run('verify')).toMatchObject({
      status: 3,
      stderr: 'broken: row 700 does not fit: it was changed after it was written\n'
        + '2 rows do not fit the one before them\n',
    });
    const { stdout, status } = await run('verify', '--json');
    expect({ status, ...JSON.parse(stdout) as object }).toMatchObject({
      status: 3, outcome: 'broken', rows: ROWS, misfits: 2, head, faults: [{ kind: 'row-changed', rowId: 700 }],
    });
  });
});
