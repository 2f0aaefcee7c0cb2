// All the points that one monitor process watches, from one to ten thousand: one ticker looks after all of them, and
// their seconds are spread, so that ten thousand health checks do not leave in one instant.
import type { PointId } from '../shared/ids.ts';
import type { ActionResult, ScreenMessage } from '../shared/screen/handle.ts';
import { createOpenings } from '../shared/wire/openings.ts';
import { PointWatch } from './point-watch.ts';
import type { PointWatchOptions, WatchTarget } from './point-watch.ts';
import type { MonitorActions, MonitorView } from './ui/view.ts';

const CHECK_EVERY_MS = 1_000;
/** The ticker ticks ten times a second; each tick looks after a tenth of the points. */
const SLOTS = 10;
const MESSAGES_KEPT = 200;

export type FleetOptions = Omit<
  PointWatchOptions, 'pointId' | 'secretSha256' | 'onMessage' | 'central' | 'engine'
> & {
  readonly central: Omit<WatchTarget, 'openings'>;
  readonly engine: Omit<WatchTarget, 'openings'>;
  readonly points: ReadonlyMap<PointId, Buffer>;
};

export class MonitorFleet {
  readonly #watches = new Map<PointId, PointWatch>();
  readonly #slots: PointWatch[][] = Array.from({ length: SLOTS }, () => []);
  readonly #messages: ScreenMessage[] = [];
  readonly #options: FleetOptions;
  readonly #dueMs: number[];
  #unsubscribe: () => void = () => undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
    const startMs = options.ticker.awakeMs();
    this.#dueMs = Array.from({ length: SLOTS }, (_unused, slot) => startMs + (slot * CHECK_EVERY_MS) / SLOTS);
    const central = { ...options.central, openings: createOpenings() };
    const engine = { ...options.engine, openings: createOpenings() };
    for (const [pointId, secretSha256] of options.points) {
      const onMessage = (message: ScreenMessage): void => {
        this.#messages.push(message);
        if (this.#messages.length > MESSAGES_KEPT) this.#messages.shift();
      };
      const watch = new PointWatch({ ...options, central, engine, pointId, secretSha256, onMessage });
      this.#slots[this.#watches.size % SLOTS]?.push(watch);
      this.#watches.set(pointId, watch);
    }
  }

  start(): void {
    this.#unsubscribe = this.#options.ticker.subscribe((nowMs) => this.#tick(nowMs));
    for (const watch of this.#watches.values()) watch.start();
  }

  close(): void {
    this.#unsubscribe();
    for (const watch of this.#watches.values()) watch.close();
  }

  view(): MonitorView {
    const points = [...this.#watches.values()].map((watch) => watch.view());
    return { nowMs: this.#options.clock.now(), points, messages: this.#messages };
  }

  actions(): MonitorActions {
    return {
      authenticate: (pointId): ActionResult => this.authenticate(pointId),
      whyNotAuthenticate: (pointId) => this.#watches.get(pointId)?.whyNotAuthenticate() ?? null,
    };
  }

  authenticate(pointId: PointId): ActionResult {
    const watch = this.#watches.get(pointId);
    const whyNot = watch === undefined ? `${pointId} is not watched here` : watch.whyNotAuthenticate();
    if (watch === undefined || whyNot !== null) return { ok: false, text: whyNot ?? '' };
    watch.authenticate();
    return { ok: true, text: `authenticating ${pointId}` };
  }

  #tick(nowMs: number): void {
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const dueMs = this.#dueMs[slot] ?? 0;
      if (nowMs < dueMs) continue;
      // After a busy second the next check is a whole second away again, never two at once.
      this.#dueMs[slot] = Math.max(dueMs + CHECK_EVERY_MS, nowMs + CHECK_EVERY_MS / 2);
      for (const watch of this.#slots[slot] ?? []) watch.tick();
    }
  }
}
