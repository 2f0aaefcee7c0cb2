// The engine's memory on the disk, one for a whole process: each point's state, the facts that Central has not
// accepted, the offsets read. Lines are collected and written with one flush for all that came meanwhile (group
// commit); what was decided leaves the process only after its flush. Why a file of lines: docs/decisions/0010.
import { invariant } from '../shared/assert.ts';
import type { FactPosition } from '../shared/fact-position.ts';
import { Failure } from '../shared/failure.ts';
import type { PointId } from '../shared/ids.ts';
import type { Log } from '../shared/log.ts';
import type { Fact } from '../shared/messages/catalogue.ts';
import { isDiskFull, type JournalFiles } from './journal-files.ts';
import { countUpTo, encodeLine, JOURNAL_VERSION, type MeterRow, recover, salvageOf, type StoredOffset,
} from './journal-line.ts';
import type { Kept, Salvage } from './point-state.ts';

/** A journal is written anew when it is longer than this … */
const COMPACT_FROM_BYTES = 4_000_000;
/** … and this many times as long as it was when it was last written anew. */
const COMPACT_FACTOR = 4;

/** One point's place in the journal. Facts are counted from the journal's opening, so that positions stay true. */
export type JournalEntry = {
  /** The point's state itself: the engine changes it, `step` writes it. */
  readonly kept: Kept;
  /** Not accepted yet, oldest first; the first of them has the place `base`. */
  readonly facts: Fact[];
  base: number;
  /** Facts before this place are flushed and may be sent. */
  durableTo: number;
  /** Counts up when facts were replaced: places from before mean nothing any more. */
  generation: number;
};

export class Journal {
  readonly #files: JournalFiles;
  readonly #entries = new Map<PointId, JournalEntry>();
  readonly #offsets = new Map<string, StoredOffset>();
  #pending: string[] = [];
  #bytes = 0;
  #compactedBytes = 0;
  #flushing = false;
  #facts = 0;
  /** Entries with facts that are not flushed. */
  readonly #fresh = new Set<JournalEntry>();
  /** What was damaged, by point; for the boot. */
  readonly salvages = new Map<PointId, Salvage>();
  /** True when there was no journal before. */
  readonly isNew: boolean;

  /**
   * Reads a journal and writes it anew, clean.
   * @throws Failure `journal-failed`, `disk-full`
   */
  static async open(files: JournalFiles, log: Log): Promise<Journal> {
    const bytes = files.read();
    const journal = new Journal(files, bytes, log);
    await journal.#rewrite(journal.#snapshot()).catch((cause: unknown) => {
      throw journalFailure('write the journal anew', cause);
    });
    return journal;
  }

  private constructor(files: JournalFiles, bytes: Buffer | null, log: Log) {
    this.#files = files;
    this.isNew = bytes === null;
    const found = recover(bytes ?? Buffer.alloc(0));
    if (found.foreignVersion !== null) {
      throw new Failure('journal-failed', `the journal is of version ${found.foreignVersion}, this program writes `
        + `${JOURNAL_VERSION}: start the newer program, or choose another --data-dir`);
    }
    for (const [pointId, point] of found.points) {
      const salvage = salvageOf(point);
      if (salvage !== null) this.salvages.set(pointId, salvage);
      this.#entries.set(pointId, newEntry(point.kept, point.facts));
      this.#facts += point.facts.length;
    }
    for (const offset of found.offsets) this.#offsets.set(placeOf(offset.topic, offset.partition), offset);
    this.#report(found, bytes, log);
  }

  /** Facts of all points that Central has not accepted. */
  get factCount(): number {
    return this.#facts;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** Points in the order in which they came. */
  pointIds(): PointId[] {
    return [...this.#entries.keys()];
  }

  entry(pointId: PointId): JournalEntry | undefined {
    return this.#entries.get(pointId);
  }

  /** Takes in a point that the journal has never seen. */
  add(kept: Kept): JournalEntry {
    invariant(!this.#entries.has(kept.pointId), 'a point is added once');
    const entry = newEntry(kept, []);
    this.#entries.set(kept.pointId, entry);
    return entry;
  }

  /** One step of a point: its state as it is now, and the facts of the step. `keep`: see the effect `replace-facts`. */
  step(entry: JournalEntry, facts: readonly Fact[], keep: number | null = null): void {
    if (keep !== null) {
      this.#facts -= entry.facts.length;
      entry.facts.splice(keep);
      this.#facts += entry.facts.length;
      entry.durableTo = Math.min(entry.durableTo, entry.base + keep);
      entry.generation += 1;
    }
    for (const fact of facts) entry.facts.push(fact);
    if (facts.length > 0) this.#fresh.add(entry);
    this.#facts += facts.length;
    this.#pending.push(encodeLine({ k: 'step', keep, facts: [...facts], kept: entry.kept }));
  }

  /** The registers of what charges: once a second for each point, at most ten times a second for the process. */
  meters(rows: MeterRow[]): void {
    if (rows.length > 0) this.#pending.push(encodeLine({ k: 'meters', rows }));
  }

  /** Central holds these facts: they are deleted. Needs no flush of its own, for it may be told again. */
  accept(entry: JournalEntry, upTo: FactPosition): void {
    const count = countUpTo(entry.facts, upTo);
    entry.facts.splice(0, count);
    entry.base += count;
    entry.durableTo = Math.max(entry.durableTo, entry.base);
    this.#facts -= count;
    this.#pending.push(encodeLine({ k: 'accepted', p: entry.kept.pointId, upTo }));
  }

  /** The offset of the next record to read. */
  offset(topic: string, partition: number): StoredOffset | undefined {
    return this.#offsets.get(placeOf(topic, partition));
  }

  storeOffset(offset: StoredOffset): void {
    this.#offsets.set(placeOf(offset.topic, offset.partition), offset);
    this.#pending.push(encodeLine({ k: 'offset', ...offset }));
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /**
   * Writes what has come since the last flush and waits until it is on the disk. One at a time. What could not be
   * written stays for the next call.
   * @throws Failure `disk-full`, `journal-failed`
   */
  async flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    invariant(!this.#flushing, 'one flush at a time');
    this.#flushing = true;
    const places = [...this.#fresh].map((entry) => ({ entry, to: endOf(entry), generation: entry.generation }));
    this.#fresh.clear();
    const lines = this.#pending;
    this.#pending = [];
    try {
      await this.#write(lines);
    } catch (cause) {
      this.#pending = [...lines, ...this.#pending];
      for (const { entry } of places) this.#fresh.add(entry);
      throw journalFailure('write the journal', cause);
    } finally {
      this.#flushing = false;
    }
    for (const { entry, to, generation } of places) {
      if (entry.generation === generation) entry.durableTo = Math.max(entry.durableTo, to);
    }
  }

  /** The last flush must have succeeded, or what is pending is lost. */
  async close(): Promise<void> {
    await this.#files.close();
  }

  async #write(lines: readonly string[]): Promise<void> {
    if (this.#bytes > Math.max(COMPACT_FROM_BYTES, this.#compactedBytes * COMPACT_FACTOR)) {
      const snapshot = this.#snapshot();
      try {
        return await this.#rewrite(snapshot);
      } catch {
        // No room for a second copy: the lines may still fit behind the first.
      }
    }
    const data = Buffer.from(lines.join(''));
    await this.#files.write(this.#bytes, data);
    this.#bytes += data.length;
  }

  async #rewrite(snapshot: Buffer): Promise<void> {
    await this.#files.replace(snapshot);
    this.#bytes = snapshot.length;
    this.#compactedBytes = snapshot.length;
  }

  /** Everything that holds now, as the lines of a new journal. */
  #snapshot(): Buffer {
    const lines = [encodeLine({ k: 'journal', v: JOURNAL_VERSION })];
    for (const { kept, facts } of this.#entries.values()) lines.push(encodeLine({ k: 'step', keep: 0, facts, kept }));
    for (const offset of this.#offsets.values()) lines.push(encodeLine({ k: 'offset', ...offset }));
    return Buffer.from(lines.join(''));
  }

  #report(found: { damagedLines: number; tornBytes: number }, bytes: Buffer | null, log: Log): void {
    const { damagedLines, tornBytes } = found;
    if (tornBytes > 0) log('warn', 'journal-torn', { tornBytes, why: 'the process ended in the middle of a write' });
    if (damagedLines === 0 || bytes === null) return;
    const copy = this.#files.keepDamaged(bytes);
    log('error', 'journal-damaged', { damagedLines, copy, points: [...this.salvages.keys()] });
  }
}

function newEntry(kept: Kept, facts: Fact[]): JournalEntry {
  return { kept, facts, base: 0, durableTo: facts.length, generation: 0 };
}

function endOf(entry: JournalEntry): number {
  return entry.base + entry.facts.length;
}

function placeOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function journalFailure(attempt: string, cause: unknown): Failure {
  if (isDiskFull(cause)) return new Failure('disk-full', `cannot ${attempt}: the disk is full; make room`, cause);
  return new Failure('journal-failed', `cannot ${attempt}: look at the disk of --data-dir`, cause);
}
