import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { Failure } from '../shared/failure.ts';
import { pointId } from '../shared/ids.ts';
import type { Log } from '../shared/log.ts';
import type { Fact } from '../shared/messages/catalogue.ts';
import { authorizing, command, Harness } from './engine-harness.ts';
import { type JournalFiles, openJournalFiles } from './journal-files.ts';
import { recover, salvageOf } from './journal-line.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { newKept } from './point-state.ts';

const NO_LOG: Log = () => undefined;
const POINT = pointId('ALC-01');

/** A disk in memory that can be full. */
class MemoryDisk implements JournalFiles {
  data: Buffer | null = null;
  damaged: Buffer | null = null;
  full = false;
  writes = 0;
  read(): Buffer | null {
    return this.data;
  }
  async write(atByte: number, data: Buffer): Promise<void> {
    await Promise.resolve();
    const before = (this.data ?? Buffer.alloc(0)).subarray(0, atByte);
    // A full disk takes a part of what it is given.
    this.data = Buffer.concat([before, this.full ? data.subarray(0, data.length / 2) : data]);
    this.writes += 1;
    if (this.full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  }
  async replace(data: Buffer): Promise<void> {
    await Promise.resolve();
    if (this.full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    this.data = data;
  }
  keepDamaged(data: Buffer): string {
    this.damaged = data;
    return 'journal.damaged';
  }
  async close(): Promise<void> {
    await Promise.resolve();
  }
}

/** A point whose steps are written to a journal as the station does it. */
class JournaledPoint {
  readonly journal: Journal;
  readonly entry: JournalEntry;
  readonly harness: Harness;

  constructor(journal: Journal) {
    this.journal = journal;
    this.entry = journal.entry(POINT) ?? journal.add(newKept(POINT));
    this.harness = new Harness(this.entry.kept);
  }

  take(act: (harness: Harness) => void): void {
    const { harness } = this;
    harness.effects = [];
    act(harness);
    const facts = harness.effects.flatMap((effect) => (effect.kind === 'fact' ? [effect.fact] : []));
    const replaced = harness.effects.find((effect) => effect.kind === 'replace-facts');
    this.journal.step(this.entry, facts, replaced?.keep ?? null);
  }

  /** Central says up to where it holds the facts. */
  accept(bootId: number, seq: number): void {
    const effects = this.harness.command(command({ type: 'accepted', bootId, seq, resend: false }));
    for (const effect of effects) if (effect.kind === 'accepted') this.journal.accept(this.entry, effect.upTo);
  }

  /** One charge, from plug to unplug: five facts. */
  charge(number: number): void {
    this.take((h) => h.check());
    this.take((h) => h.plug());
    this.take((h) => h.command(authorizing({ number, session: `s${number}`, plugByMs: h.now.atMs + 1_000 })));
    this.take((h) => h.pass(3));
    this.take((h) => h.take({ kind: 'unplug', connectorNo: 1 }));
  }

  static async open(disk: JournalFiles): Promise<JournaledPoint> {
    const point = new JournaledPoint(await Journal.open(disk, NO_LOG));
    point.take((h) => h.take({ kind: 'boot', salvage: point.journal.salvages.get(POINT) ?? null }));
    point.harness.take({ kind: 'monitor-up' });
    return point;
  }
}

const numbersOf = (facts: readonly Fact[]): string[] => facts.map((fact) => `${fact.bootId}.${fact.seq}`);

/** A journal with a few charges, some accepted, as bytes. */
async function someJournal(charges: number): Promise<Buffer> {
  const disk = new MemoryDisk();
  const point = await JournaledPoint.open(disk);
  for (let number = 1; number <= charges; number++) {
    point.charge(number);
    await point.journal.flush();
    if (number === 2) point.accept(point.entry.kept.bootId, 4);
  }
  point.journal.storeOffset({ cluster: 'c', topic: 'ev.commands', partition: 3, next: 77 });
  await point.journal.flush();
  return disk.data ?? Buffer.alloc(0);
}

describe('a journal', () => {
  test('gives back state, unaccepted facts and offsets', async () => {
    const disk = new MemoryDisk();
    disk.data = await someJournal(3);
    const found = recover(disk.data);
    const journal = await Journal.open(disk, NO_LOG);
    const entry = journal.entry(POINT);
    expect(entry?.kept).toEqual(found.points.get(POINT)?.kept);
    expect(entry?.kept.connectors[0]?.registerWh).toBe(27);
    expect([entry?.kept.accepted?.seq, entry?.facts[0]?.seq, entry?.facts.length]).toEqual([4, 5, 12]);
    expect(journal.offset('ev.commands', 3)?.next).toBe(77);
    expect([found.damagedLines, found.tornBytes, journal.salvages.size]).toEqual([0, 0, 0]);
  });

  test('that is cut at any byte keeps every whole line before, dense, and goes on', async () => {
    const whole = await someJournal(3);
    const before = recover(whole).points.get(POINT)?.facts ?? [];
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
      const disk = new MemoryDisk();
      disk.data = whole.subarray(0, length);
      const cut = recover(disk.data);
      const point = cut.points.get(POINT);
      if (point !== undefined) expect(salvageOf(point)).toBe(null);
      expect(cut.damagedLines).toBe(0);
      const opened = await JournaledPoint.open(disk);
      await opened.journal.flush();
      const facts = recover(disk.data).points.get(POINT);
      expect(facts !== undefined && salvageOf(facts) === null).toBe(true);
      // What was there before the cut is there still, under the same numbers.
      const kept = numbersOf(point?.facts ?? []);
      expect(numbersOf(opened.entry.facts).slice(0, kept.length)).toEqual(kept);
      expect(opened.entry.facts[kept.length]?.type).toBe('booted');
      expect(before.length).toBeGreaterThanOrEqual(0);
    }), { numRuns: 60 });
  });

  test('with garbage in it keeps the rest, says so, and its facts are dense again', async () => {
    const whole = await someJournal(4);
    await fc.assert(fc.asyncProperty(
      fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), async (at, noise) => {
        const disk = new MemoryDisk();
        disk.data = Buffer.from(whole);
        disk.data.set(noise.subarray(0, disk.data.length - at), at);
        const opened = await JournaledPoint.open(disk);
        await opened.journal.flush();
        const again = recover(disk.data);
        const point = again.points.get(POINT);
        expect([again.damagedLines, again.tornBytes]).toEqual([0, 0]);
        expect(point !== undefined && salvageOf(point) === null).toBe(true);
      },
    ), { numRuns: 80 });
  });

  test('whose lost line leaves a hole numbers the facts behind it anew, under the new boot', async () => {
    const lines = (await someJournal(3)).toString().split('\n');
    const index = lines.findLastIndex((line) => line.includes('"type":"session-started"'));
    lines[index] = (lines[index] ?? '').replace('session-started', 'session-stolen!');
    const disk = new MemoryDisk();
    disk.data = Buffer.from(lines.join('\n'));
    const opened = await JournaledPoint.open(disk);
    const { facts } = opened.entry;
    const bootAt = facts.findIndex((fact) => fact.type === 'booted');
    const last = facts[bootAt - 1];
    expect(disk.damaged).not.toBe(null);
    expect(facts[bootAt]).toMatchObject({ seq: 1, previous: { bootId: last?.bootId, seq: last?.seq } });
    expect(facts.slice(bootAt).map((fact) => [fact.seq, fact.type])).toEqual([
      [1, 'booted'], [2, 'session-ended'], [3, 'unplugged'],
    ]);
  });

  test('sends nothing that is not on the disk: a fact is durable only after its flush', async () => {
    const disk = new MemoryDisk();
    const point = await JournaledPoint.open(disk);
    point.charge(1);
    expect(point.entry.durableTo).toBe(0);
    await point.journal.flush();
    expect(point.entry.durableTo).toBe(point.entry.facts.length);
    const { writes } = disk;
    for (let i = 2; i < 50; i++) point.charge(i);
    await point.journal.flush();
    expect(disk.writes - writes).toBe(1);
  });

  test('on a full disk says so, loses nothing, and writes all of it when there is room', async () => {
    const disk = new MemoryDisk();
    const point = await JournaledPoint.open(disk);
    await point.journal.flush();
    const durable = point.entry.durableTo;
    disk.full = true;
    point.charge(1);
    const failed = await point.journal.flush().catch((error: unknown) => error);
    expect(failed instanceof Failure && failed.code).toBe('disk-full');
    point.charge(2);
    await point.journal.flush().catch(() => undefined);
    expect(point.entry.durableTo).toBe(durable);
    // A crash now leaves what was flushed before, and at most whole steps of what was not.
    const crashed = recover(disk.data ?? Buffer.alloc(0)).points.get(POINT);
    expect(crashed !== undefined && salvageOf(crashed) === null).toBe(true);
    disk.full = false;
    await point.journal.flush();
    expect(numbersOf(recover(disk.data ?? Buffer.alloc(0)).points.get(POINT)?.facts ?? []))
      .toEqual(numbersOf(point.entry.facts));
  });

  test('is written anew when most of it is accepted, and stays small', async () => {
    const disk = new MemoryDisk();
    const point = await JournaledPoint.open(disk);
    let longest = 0;
    for (let number = 1; number <= 3_000; number++) {
      point.charge(number);
      point.accept(point.entry.kept.bootId, point.entry.kept.seq);
      await point.journal.flush();
      longest = Math.max(longest, point.journal.sizeBytes);
    }
    expect(longest).toBeGreaterThan(4_000_000);
    expect(longest).toBeLessThan(4_100_000);
    expect(recover(disk.data ?? Buffer.alloc(0)).points.get(POINT)).toEqual({ kept: point.entry.kept, facts: [] });
  });

  test('that a newer program wrote is left alone', async () => {
    const disk = new MemoryDisk();
    disk.data = Buffer.from((await someJournal(1)).toString());
    const journal = await Journal.open(disk, NO_LOG);
    await journal.close();
    const { encodeLine } = await import('./journal-line.ts');
    disk.data = Buffer.from(encodeLine({ k: 'journal', v: 2 }));
    await expect(Journal.open(disk, NO_LOG)).rejects.toMatchObject({ code: 'journal-failed' });
  });

  test('takes part of the facts back when they are replaced', async () => {
    const disk = new MemoryDisk();
    const point = await JournaledPoint.open(disk);
    point.charge(1);
    await point.journal.flush();
    const left = [...point.entry.facts];
    point.take((h) => h.take({ kind: 'renumber', previous: null, facts: left }));
    await point.journal.flush();
    const found = recover(disk.data ?? Buffer.alloc(0)).points.get(POINT);
    expect(numbersOf(found?.facts ?? [])).toEqual(numbersOf(point.entry.facts));
    expect(found !== undefined && salvageOf(found) === null).toBe(true);
  });
});

describe('a crash between any two steps', () => {
  test('leaves every fact that Central has seen, and a register that never falls', async () => {
    const act = fc.constantFrom('plug', 'unplug', 'authorize', 'pass', 'flush', 'accept', 'crash', 'fault', 'clear',
      'stop', 'reset');
    const acts = fc.array(act, { maxLength: 60 });
    await fc.assert(fc.asyncProperty(acts, async (names) => {
      const disk = new MemoryDisk();
      let point = await JournaledPoint.open(disk);
      const central: Fact[] = [];
      let register = 0;
      let number = 0;
      for (const name of names) {
        point.harness.check();
        switch (name) {
          case 'plug': point.take((h) => h.plug()); break;
          case 'unplug': point.take((h) => h.take({ kind: 'unplug', connectorNo: 1 })); break;
          case 'authorize':
            number += 1;
            point.take((h) => h.command(authorizing({ number, session: `s${number}`, plugByMs: h.now.atMs + 9_000 })));
            break;
          case 'pass': point.take((h) => h.pass(2, { speed: 20 })); break;
          case 'fault': point.take((h) => h.take({ kind: 'fault', connectorNo: 1, code: 'relay', detail: '' })); break;
          case 'clear': point.take((h) => h.take({ kind: 'clear', connectorNo: null, code: null })); break;
          case 'stop': point.take((h) => h.take({ kind: 'stop-button', connectorNo: 1 })); break;
          case 'reset':
            number += 1;
            point.take((h) => h.command(command({ type: 'reset', number, kind: 'hard', expiresAtMs: h.now.atMs + 1 })));
            break;
          case 'flush': {
            await point.journal.flush();
            const { facts, durableTo, base } = point.entry;
            const known = new Set(numbersOf(central));
            central.push(...facts.slice(0, durableTo - base).filter((f) => !known.has(`${f.bootId}.${f.seq}`)));
            register = point.harness.connector().registerWh;
            break;
          }
          case 'accept': {
            const last = central.at(-1);
            if (last !== undefined) point.accept(last.bootId, last.seq);
            break;
          }
          case 'crash':
            point = await JournaledPoint.open(disk);
            expect(point.harness.connector().registerWh).toBeGreaterThanOrEqual(register);
            break;
        }
      }
      point = await JournaledPoint.open(disk);
      await point.journal.flush();
      const known = new Set(numbersOf(central));
      central.push(...point.entry.facts.filter((f) => !known.has(`${f.bootId}.${f.seq}`)));
      expectDense(central);
      expectOneEndEach(central);
    }), { numRuns: 150 });
  });
});

/** Boot by boot without a gap, each boot naming the end of the one before. */
function expectDense(facts: readonly Fact[]): void {
  for (const [i, fact] of facts.entries()) {
    const before = facts[i - 1];
    if (before === undefined) continue;
    if (fact.bootId === before.bootId) expect(fact.seq).toBe(before.seq + 1);
    else expect(fact).toMatchObject({ type: 'booted', seq: 1, previous: { bootId: before.bootId, seq: before.seq } });
  }
}

function expectOneEndEach(facts: readonly Fact[]): void {
  const started = facts.flatMap((fact) => (fact.type === 'session-started' ? [fact.sessionId] : []));
  const ended = facts.flatMap((fact) => (fact.type === 'session-ended' ? [fact.sessionId] : []));
  expect(new Set(ended).size).toBe(ended.length);
  expect(started.filter((id) => !ended.includes(id))).toEqual([]);
}

describe('the journal’s files', () => {
  const dirs: string[] = [];
  const freshDir = (): string => {
    const dir = mkdtempSync(join(tmpdir(), 'ev-journal-'));
    dirs.push(dir);
    return join(dir, 'data');
  };
  afterEach(() => {
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
  });

  test('are for their owner only, and hold what was written over two opens', async () => {
    const dir = freshDir();
    const first = await JournaledPoint.open(openJournalFiles(dir));
    first.charge(1);
    await first.journal.flush();
    await first.journal.close();
    const second = await JournaledPoint.open(openJournalFiles(dir));
    expect(numbersOf(second.entry.facts).slice(0, 6)).toEqual(numbersOf(first.entry.facts));
    await second.journal.close();
    expect([statSync(dir).mode & 0o777, statSync(join(dir, 'journal.jsonl')).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  test('belong to one process at a time; a lock that a dead one left is taken over', async () => {
    const dir = freshDir();
    const files = openJournalFiles(dir);
    const lock = join(dir, 'lock');
    expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
    writeFileSync(lock, String(process.ppid));
    expect(() => openJournalFiles(dir)).toThrow('in use by another engine');
    writeFileSync(lock, '999999999');
    const taken = openJournalFiles(dir);
    await Promise.all([files.close(), taken.close()]);
  });
});
