// Sends meter samples, the newest first in mind: one send in flight, what comes meanwhile goes with the next, and what
// cannot be sent is dropped. Nobody acknowledges a sample, and nobody misses one.
import type { Bus, BusSender } from '../shared/bus/port.ts';
import type { MeterSample } from '../shared/messages/meter-sample.ts';
import type { Log } from '../shared/log.ts';
import { sealUp } from './fact-sender.ts';
import type { Hosted, Station } from './station.ts';

/** Samples that may wait for the send in flight. */
const WAITING_MAX = 100_000;

type Waiting = { hosted: Hosted; sample: MeterSample };

export class MeterSender {
  readonly #station: Station;
  readonly #bus: Bus;
  readonly #sender: BusSender;
  readonly #log: Log;
  #waiting: Waiting[] = [];
  #sending = false;

  constructor(options: { station: Station; bus: Bus; log: Log }) {
    this.#station = options.station;
    this.#bus = options.bus;
    this.#sender = options.bus.sender();
    this.#log = options.log;
    this.#station.listen({ samples: (samples) => this.#take(samples) });
  }

  async close(): Promise<void> {
    await this.#sender.close();
  }

  #take(samples: readonly Waiting[]): void {
    for (const sample of samples) this.#waiting.push(sample);
    if (this.#waiting.length > WAITING_MAX) this.#waiting.splice(0, this.#waiting.length - WAITING_MAX);
    this.#pump();
  }

  #pump(): void {
    if (this.#sending || this.#waiting.length === 0) return;
    const samples = this.#waiting;
    this.#waiting = [];
    this.#sending = true;
    this.#send(samples).catch((error: unknown) => this.#log('debug', 'samples-lost', { error })).finally(() => {
      this.#sending = false;
      // A replayed charge goes on when its readings are out.
      for (const hosted of new Set(samples.map((waiting) => waiting.hosted))) {
        if (hosted.point.live.running !== null) this.#station.take(hosted, { kind: 'samples-sent' });
      }
      this.#pump();
    });
  }

  async #send(samples: readonly Waiting[]): Promise<void> {
    if (this.#bus.state() !== 'up') return;
    const records = samples.filter(({ hosted }) => hosted.key !== null).map(({ hosted, sample }) =>
      sealUp(hosted, 'meter', { mid: sample.id, text: JSON.stringify(sample) }));
    await this.#sender.send(records, { acks: 1 });
  }
}
