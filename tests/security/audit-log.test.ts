// Who can write in the database, but does not have the master key, changes the audit log: each way is found by
// `admin audit verify`, or is said here to be found only by a head that was kept elsewhere. What is found stays found
// when EV_Central goes on afterwards. Central as it is shipped; its rows are changed as sqlite3 would.
import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestCentral, type TestCentral } from '../../ev-central/central-for-tests.ts';
import { openMasterKey } from '../../ev-central/store/master-key.ts';
import { type AuditHead, type AuditReport, openStore } from '../../ev-central/store/store.ts';
import { systemClock } from '../../shared/clock.ts';

/** Orders of the test; the first row is the point that every test network gets. */
const ORDERS = 9;
const LAST = ORDERS + 1;
let folder: string;
let file: string;
let central: TestCentral | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ev-audit-log-'));
  file = join(folder, 'central.db');
  await work(ORDERS);
});
afterEach(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

/** EV_Central runs, takes orders, and ends. */
async function work(orders: number): Promise<void> {
  central = await startTestCentral({ file });
  for (let i = 0; i < orders; i += 1) {
    await central.central.order({ kind: 'release-lockout', who: `addr:10.0.0.${i}` }, 'olga');
  }
  await end();
}

async function end(): Promise<void> {
  await central?.close();
  central = undefined;
}

function verify(expected: AuditHead | null = null, key = `${file}.key`): AuditReport {
  const store = openStore({ file, masterKeyFile: key, clock: systemClock, log: () => undefined });
  try {
    return store.verifyAudit(expected);
  } finally {
    store.close();
  }
}

function change(sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

/** The hash of a row goes to another one, with or without the rest of it. */
const copyRow = (from: number, to: number): string => `INSERT INTO audit
  SELECT ${to}, at_ms, who, address, action, outcome, parameters, hash FROM audit WHERE row_id = ${from}`;
const kindsOf = ({ faults }: AuditReport): string[] => faults.map(({ kind }) => kind);

describe('an audit log that nobody has changed', () => {
  it('is sound, with its head kept elsewhere too', async () => {
    const { head, ...report } = verify();
    expect(report).toMatchObject({ rows: LAST, misfits: 0, faults: [] });
    await work(2);
    expect(verify(head)).toMatchObject({ rows: LAST + 2, misfits: 0, faults: [] });
  });
});

describe('without a head that was kept elsewhere', () => {
  it.each([
    ['a changed user', "UPDATE audit SET who = 'ana' WHERE row_id = 5", { kind: 'row-changed', rowId: 5 }],
    ['a changed time', 'UPDATE audit SET at_ms = at_ms + 1 WHERE row_id = 5', { kind: 'row-changed', rowId: 5 }],
    ['a changed address', "UPDATE audit SET address = '::1' WHERE row_id = 1", { kind: 'row-changed', rowId: 1 }],
    ['a changed action', "UPDATE audit SET action = 'x' WHERE row_id = 2", { kind: 'row-changed', rowId: 2 }],
    ['a changed outcome in the last row', `UPDATE audit SET outcome = 'done ' WHERE row_id = ${LAST}`,
      { kind: 'row-changed', rowId: LAST }],
    ['changed parameters', "UPDATE audit SET parameters = '{}' WHERE row_id = 7", { kind: 'row-changed', rowId: 7 }],
    ['text moved to the next column', "UPDATE audit SET who = 'olg', address = 'a' || address WHERE row_id = 7",
      { kind: 'row-changed', rowId: 7 }],
    ['a row deleted in the middle', 'DELETE FROM audit WHERE row_id = 5',
      { kind: 'rows-missing', rowId: 6, from: 5, to: 5 }],
    ['the oldest rows deleted', 'DELETE FROM audit WHERE row_id < 4',
      { kind: 'rows-missing', rowId: 4, from: 1, to: 3 }],
    ['two rows exchanged', 'UPDATE audit SET row_id = CASE row_id WHEN 5 THEN -6 ELSE -5 END WHERE row_id IN (5, 6); '
      + 'UPDATE audit SET row_id = -row_id WHERE row_id < 0', { kind: 'row-out-of-place', rowId: 5 }],
    ['a row put in at the end', `INSERT INTO audit VALUES (${LAST + 1}, 5, 'olga', '', 'stop', 'done', '{}', NULL)`,
      { kind: 'row-without-hash', rowId: LAST + 1 }],
    ['a row of before put in again', copyRow(3, LAST + 1), { kind: 'row-out-of-place', rowId: LAST + 1 }],
    ['a row put in before all others', copyRow(3, -4), { kind: 'row-out-of-place', rowId: -4 }],
    ['a row put in at the place of another', `DELETE FROM audit WHERE row_id = 6; ${copyRow(3, 6)}`,
      { kind: 'row-out-of-place', rowId: 6 }],
    ['a row with an id that leaves no room', copyRow(3, 2 ** 53),
      { kind: 'rows-missing', rowId: 2 ** 53, from: LAST + 1, to: 2 ** 53 - 1 }],
    ['an erased hash', 'UPDATE audit SET hash = NULL WHERE row_id = 5', { kind: 'row-without-hash', rowId: 5 }],
    ['all hashes erased', 'UPDATE audit SET hash = NULL', { kind: 'row-without-hash', rowId: 1 }],
    ['the end cut off', `DELETE FROM audit WHERE row_id > ${LAST - 3}`,
      { kind: 'end-missing', from: LAST - 2, to: LAST }],
    ['all rows deleted', 'DELETE FROM audit', { kind: 'end-missing', from: 1, to: LAST }],
    ['the end cut off and the head set back by hand', `DELETE FROM audit WHERE row_id > 7; UPDATE audit_chain SET
      head_row_id = 7, head_rows = 7, head_hash = (SELECT hash FROM audit WHERE row_id = 7)`,
    { kind: 'state-changed' }],
    ['the oldest rows deleted as if for their age', `UPDATE audit_chain SET purged_row_id = 3, purged_rows = 3,
      purged_hash = (SELECT hash FROM audit WHERE row_id = 3); DELETE FROM audit WHERE row_id <= 3`,
    { kind: 'state-changed' }],
    ['rows said to be older than the chain', 'UPDATE audit_chain SET older_row_id = 5', { kind: 'state-changed' }],
    ['numbers that no program writes', `UPDATE audit_chain SET head_row_id = ${2n ** 62n}, made_at_ms = ${2n ** 62n}`,
      { kind: 'state-changed' }],
    ['the state deleted', 'DELETE FROM audit_chain', { kind: 'state-missing' }],
    ['the end cut off and the state deleted', 'DELETE FROM audit WHERE row_id > 7; DELETE FROM audit_chain',
      { kind: 'state-missing' }],
  ] as const)('%s: found, also after EV_Central went on', async (_what, sql, fault) => {
    change(sql);
    expect(verify().faults[0]).toEqual(fault);
    await work(2);
    const later = verify();
    expect(later.faults.length).toBeGreaterThan(0);
    expect(later.rows, 'it has written its rows').toBeGreaterThanOrEqual(2);
    if (!('rowId' in fault)) return;
    const { kind, rowId } = fault;
    expect(later.faults).toContainEqual(expect.objectContaining({ kind, rowId }));
  });

  it('an older state put back under newer rows: found', async () => {
    const db = new Database(file);
    const older = db.prepare('SELECT * FROM audit_chain').get() as Record<string, unknown>;
    db.close();
    await work(3);
    change(`UPDATE audit_chain SET ${Object.entries(older)
      .map(([name, value]) => `${name} = ${value === null ? 'NULL' : `'${String(value)}'`}`).join(', ')}`);
    expect(verify().faults).toEqual([{ kind: 'end-set-back', rowId: LAST + 3, headRowId: LAST }]);
  });

  it('another master key, with which somebody could have made all anew: found', () => {
    const other = join(folder, 'other.key');
    openMasterKey(other, { makeIfMissing: true });
    const report = verify(null, other);
    expect([kindsOf(report)[0], report.misfits]).toEqual(['state-changed', LAST]);
    expect(verify().faults).toEqual([]);
  });
});

describe('only with a head that was kept elsewhere', () => {
  it('an older copy of the database put back: not found without it', async () => {
    const copy = join(folder, 'copy');
    copyFileSync(file, copy);
    await work(3);
    const { head } = verify();
    for (const name of readdirSync(folder).filter((each) => each.startsWith('central.db-'))) rmSync(join(folder, name));
    renameSync(copy, file);
    expect(verify().faults).toEqual([]);
    expect(verify(head).faults).toEqual([{ kind: 'expected-missing', rowId: LAST + 3 }]);
    await work(3);
    expect(verify(head).faults).toEqual([{ kind: 'expected-differs', rowId: LAST + 3 }]);
  });

  it('all of it deleted, as in a new database: not found, but the time of the chain tells', async () => {
    const { head } = verify();
    change('DELETE FROM audit; DELETE FROM audit_chain');
    await work(ORDERS + 2);
    const { faults, state } = verify();
    expect(faults).toEqual([]);
    expect(state?.madeAtMs).toBeGreaterThan(systemClock.now() - 60_000);
    expect(verify(head).faults).toEqual([{ kind: 'expected-differs', rowId: LAST }]);
  });

  it('all hashes and the state taken away, so that the chain is made anew: not found, but the log says when', () => {
    const { head } = verify();
    change("UPDATE audit SET who = 'ana' WHERE row_id = 5; UPDATE audit SET hash = NULL; DELETE FROM audit_chain");
    const { faults, state } = verify();
    expect({ faults, older: state?.olderRowId }).toEqual({ faults: [], older: LAST });
    expect(Math.abs(systemClock.now() - (state?.madeAtMs ?? 0))).toBeLessThan(60_000);
    const db = new Database(file);
    expect(db.prepare('SELECT who, action FROM audit ORDER BY row_id DESC LIMIT 1').get())
      .toEqual({ who: 'ev-central', action: 'audit-chained' });
    db.close();
    expect(verify(head).faults).toEqual([{ kind: 'expected-differs', rowId: LAST }]);
  });
});
