// Sends the journal's facts to Central: sealed as they leave, each point's in order, one send in flight. They are sent
// again when the bus or the key is new, when Central asks, and when Central stays silent about them for too long.
import type { Bus, BusSender, OutRecord } from '../shared/bus/port.ts';
import { topicName } from '../shared/bus/topics.ts';
import { describeError, type Log } from '../shared/log.ts';
import type { Fact } from '../shared/messages/catalogue.ts';
import { CENTRAL, seal } from '../shared/seal.ts';
import type { Hosted, Station } from './station.ts';

/** Facts in one send, of all points together. */
const WINDOW = 1_000;
/** Central's silence after which facts are sent again; doubled each time … */
const SILENCE_MS = 5_000;
/** … up to this. */
const SILENCE_MAX_MS = 60_000;
/** Pause after a send that failed while the bus is up. */
const RETRY_MS = 500;

type Cursor = {
  /** Facts before this place (see `JournalEntry`) are on the bus. */
  sentTo: number;
  generation: number;
  /** Counts up when facts are to be sent again: a send that is under way then moves nothing. */
  round: number;
  /** Place up to which Central had accepted when it was last heard. */
  acceptedTo: number;
  silentSinceMs: number;
  silenceMs: number;
};

export class FactSender {
  readonly #station: Station;
  readonly #bus: Bus;
  readonly #sender: BusSender;
  readonly #log: Log;
  readonly #cursors = new Map<Hosted, Cursor>();
  readonly #ready = new Set<Hosted>();
  /** Points with facts on the bus that Central has not accepted. */
  readonly #unaccepted = new Set<Hosted>();
  #sending = false;
  #isWoken = false;
  #notBeforeMs = 0;
  #endWatch: () => void;

  constructor(options: { station: Station; bus: Bus; log: Log }) {
    this.#station = options.station;
    this.#bus = options.bus;
    this.#sender = options.bus.sender();
    this.#log = options.log;
    this.#endWatch = options.bus.onState((state) => {
      if (state === 'up') for (const hosted of this.#station.points.values()) this.#again(hosted);
    });
    this.#station.listen({
      factsMoved: (hosted) => this.#moved(hosted),
      sendAgain: (hosted) => this.#again(hosted),
      keyChanged: (hosted) => this.#again(hosted),
      ticked: (awakeMs) => this.#tick(awakeMs),
    });
  }

  async close(): Promise<void> {
    this.#endWatch();
    await this.#sender.close();
  }

  /** Facts were written or accepted. */
  #moved(hosted: Hosted): void {
    const cursor = this.#cursor(hosted);
    const { entry } = hosted;
    cursor.sentTo = Math.max(cursor.sentTo, entry.base);
    if (entry.base > cursor.acceptedTo) {
      cursor.acceptedTo = entry.base;
      cursor.silenceMs = SILENCE_MS;
      cursor.silentSinceMs = this.#station.now().awakeMs;
    }
    if (entry.facts.length === 0) this.#unaccepted.delete(hosted);
    this.#wake(hosted);
  }

  #again(hosted: Hosted): void {
    const cursor = this.#cursor(hosted);
    cursor.sentTo = hosted.entry.base;
    cursor.round += 1;
    this.#wake(hosted);
  }

  #tick(awakeMs: number): void {
    for (const hosted of this.#unaccepted) {
      const cursor = this.#cursor(hosted);
      if (awakeMs - cursor.silentSinceMs < cursor.silenceMs) continue;
      cursor.silenceMs = Math.min(SILENCE_MAX_MS, cursor.silenceMs * 2);
      cursor.silentSinceMs = awakeMs;
      this.#log('debug', 'facts-again', { pointId: hosted.pointId, unaccepted: hosted.entry.facts.length });
      this.#again(hosted);
    }
    this.#pump();
  }

  /** Sends after everything that is told in this turn: a new key and Central's question are one reason, not two. */
  #wake(hosted: Hosted): void {
    this.#ready.add(hosted);
    if (this.#isWoken) return;
    this.#isWoken = true;
    queueMicrotask(() => {
      this.#isWoken = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#sending || this.#ready.size === 0 || this.#bus.state() !== 'up') return;
    if (this.#station.now().awakeMs < this.#notBeforeMs) return;
    const { records, places } = this.#gather();
    if (records.length === 0) return;
    this.#sending = true;
    this.#sender.send(records).then(() => this.#sent(places), (error: unknown) => this.#failed(error, places))
      .finally(() => {
        this.#sending = false;
        this.#pump();
      });
  }

  #gather(): { records: OutRecord[]; places: Place[] } {
    const records: OutRecord[] = [];
    const places: Place[] = [];
    for (const hosted of this.#ready) {
      const cursor = this.#cursor(hosted);
      const { entry } = hosted;
      const room = WINDOW - records.length;
      if (room <= 0) break;
      this.#ready.delete(hosted);
      const to = Math.min(entry.durableTo, cursor.sentTo + room);
      // Without a key the facts wait; the key's arrival wakes us.
      if (hosted.key === null || to <= cursor.sentTo) continue;
      for (let place = cursor.sentTo; place < to; place++) {
        const fact = entry.facts[place - entry.base];
        if (fact !== undefined) records.push(sealFact(hosted, fact));
      }
      places.push({ hosted, to, round: cursor.round });
    }
    return { records, places };
  }

  #sent(places: readonly Place[]): void {
    const { awakeMs } = this.#station.now();
    for (const { hosted, to, round } of places) {
      const cursor = this.#cursor(hosted);
      if (cursor.round === round) cursor.sentTo = Math.max(cursor.sentTo, to);
      if (hosted.entry.facts.length > 0) {
        if (!this.#unaccepted.has(hosted)) cursor.silentSinceMs = awakeMs;
        this.#unaccepted.add(hosted);
      }
      this.#ready.add(hosted);
    }
  }

  #failed(error: unknown, places: readonly Place[]): void {
    for (const { hosted } of places) this.#ready.add(hosted);
    this.#notBeforeMs = this.#station.now().awakeMs + RETRY_MS;
    this.#log('warn', 'facts-not-sent', { facts: places.length, why: describeError(error) });
  }

  #cursor(hosted: Hosted): Cursor {
    const { entry } = hosted;
    let cursor = this.#cursors.get(hosted);
    if (cursor === undefined) {
      const { awakeMs } = this.#station.now();
      cursor = {
        sentTo: entry.base, generation: entry.generation, round: 0, acceptedTo: entry.base, silentSinceMs: awakeMs,
        silenceMs: SILENCE_MS,
      };
      this.#cursors.set(hosted, cursor);
    }
    if (cursor.generation !== entry.generation) {
      cursor.generation = entry.generation;
      cursor.sentTo = entry.base;
      cursor.round += 1;
    }
    return cursor;
  }
}

type Place = { hosted: Hosted; to: number; round: number };

function sealFact(hosted: Hosted, fact: Fact): OutRecord {
  return sealUp(hosted, 'facts', { mid: fact.id, text: JSON.stringify(fact) });
}

/** Seals a message of a point that has its key and its site. */
export function sealUp(
  { key, topicPrefix, pointId, point }: Hosted, topic: 'facts' | 'meter', message: { mid: string; text: string },
): OutRecord {
  if (key === null || topicPrefix === null || point.kept.siteId === null) {
    throw new Error(`the point ${pointId} has no key or no site yet`);
  }
  const name = topicName(topicPrefix, topic);
  const ends = { from: pointId, to: CENTRAL, mid: message.mid };
  const { headers, value } = seal(key, 'up', name, ends, message.text);
  return { topic: name, key: point.kept.siteId, headers, value };
}
