// For tests: a point with its clocks in the test's hand, and short ways to say what comes in.
import { correlationId, messageId, pointId, sessionId, siteId, tariffId, userId } from '../shared/ids.ts';
import type { Command, Fact } from '../shared/messages/catalogue.ts';
import type { Authorize } from '../shared/messages/authorize.ts';
import type { EngineSetup } from '../shared/messages/engine-setup.ts';
import { type Connector, NO_GOAL } from '../shared/messages/values.ts';
import { currency } from '../shared/money.ts';
import { handleEngine } from './engine.ts';
import type { ConnectorPhase } from './permission.ts';
import { connectorOf, type ConnectorState, type EngineEffect, type EngineInput, type Kept, newKept, newPoint, type Now,
  type Point } from './point-state.ts';

export const START_MS = 1_763_700_000_000;
export const CONNECTORS: Connector[] = [
  { connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000 }, { connectorNo: 2, type: 'CHADEMO', maxPowerW: 50_000 },
];

const head = { v: 1, id: messageId('m-1'), atMs: START_MS, corr: correlationId('c-1') } as const;
const frame = { v: 1, id: messageId('f-1'), re: null } as const;

export const SETUP: EngineSetup = {
  ...frame, type: 'engine-setup', siteId: siteId('ALC'), place: 'Alicante', connectors: CONNECTORS, operative: true,
  key: { keyId: 'k1', keyBase64: Buffer.alloc(32).toString('base64'), expiresAtMs: null }, topicPrefix: 'ev',
  partitions: 12, monitorLossPolicy: 'finish', acceptedUpTo: null, nextCommandNumber: 1,
  tariff: {
    id: tariffId('t'), currency: currency('EUR'),
    elements: [{ price_components: [{ type: 'ENERGY', price: 0.42, step_size: 1 }] }],
  },
};

/** A command with its envelope. */
export function command<C extends { type: Command['type'] }>(body: C): Command & C {
  return { ...head, ...body } as unknown as Command & C;
}

export function authorizing(given: Partial<Omit<Authorize, 'sessionId' | 'driverId'>> & {
  number: number; session?: string; driver?: string;
}): Command {
  const { session = 's1', driver = 'ana', ...rest } = given;
  return command({
    type: 'authorize', connectorNo: 1, plugByMs: START_MS + 60_000, goal: NO_GOAL, maxPowerW: null, ...rest,
    sessionId: sessionId(session), driverId: userId(driver),
  });
}

export class Harness {
  readonly point: Point;
  now: Now = { atMs: START_MS, uptimeMs: 0, awakeMs: 0 };
  effects: EngineEffect[] = [];
  facts: Fact[] = [];

  constructor(kept: Kept = newKept(pointId('ALC-01'), CONNECTORS)) {
    this.point = newPoint(kept, this.now);
  }

  /** A point that has booted, with its monitor, its key and Central. */
  static ready(): Harness {
    const harness = new Harness();
    harness.take({ kind: 'boot', salvage: null });
    harness.take({ kind: 'bus', state: 'up' });
    harness.take({ kind: 'monitor-up' });
    harness.take({ kind: 'frame', frame: SETUP, linkOffsetMs: 0 });
    harness.check();
    harness.facts = [];
    return harness;
  }

  take(input: EngineInput): EngineEffect[] {
    const effects = handleEngine(this.point, input, this.now);
    this.effects.push(...effects);
    for (const effect of effects) if (effect.kind === 'fact') this.facts.push(effect.fact);
    return effects;
  }

  command(given: Command): EngineEffect[] {
    return this.take({ kind: 'command', command: given });
  }

  /** The monitor asks for the health and says how Central is. */
  check(central: 'connected' | 'away' = 'connected'): EngineEffect[] {
    return this.take({
      kind: 'frame', linkOffsetMs: 0, frame: { ...frame, type: 'health-check', central, clockOffsetMs: 0 },
    });
  }

  /** Seconds pass, each with a health check (unless the monitor is silent) and a tick. */
  pass(seconds: number, options: { silent?: boolean; speed?: number } = {}): void {
    for (let i = 0; i < seconds; i++) {
      const { atMs, uptimeMs, awakeMs } = this.now;
      this.now = { atMs: atMs + 1_000, uptimeMs: uptimeMs + 1_000, awakeMs: awakeMs + 1_000 };
      if (options.silent !== true) this.check();
      this.take({ kind: 'tick', elapsedMs: 1_000, physicsMs: 1_000 * (options.speed ?? 1) });
    }
  }

  plug(connectorNo = 1, socPercent = 40, batteryWh = 60_000): EngineEffect[] {
    const vehicle = { name: 'car', batteryWh, maxPowerW: 11_000, socPercent };
    return this.take({ kind: 'plug', connectorNo, vehicle });
  }

  /** What the last local action was answered. */
  answer(effects: EngineEffect[]): { ok: boolean; text: string } | undefined {
    const found = effects.find((effect) => effect.kind === 'answer');
    return found === undefined ? undefined : { ok: found.ok, text: found.text };
  }

  connector(connectorNo = 1): ConnectorState {
    const found = connectorOf(this.point, connectorNo);
    if (found === undefined) throw new Error(`no connector ${connectorNo}`);
    return found;
  }

  /** The facts since the last call, without what all facts carry. */
  newFacts(): Record<string, unknown>[] {
    const told = this.facts.map(({ v: _v, id: _id, atMs: _at, corr: _c, pointId: _p, bootId: _b, seq: _s,
      uptimeMs: _u, ...rest }) => rest);
    this.facts = [];
    return told;
  }
}

/** A ready point, brought into each phase. */
export function inPhase(phase: ConnectorPhase): Harness {
  const harness = Harness.ready();
  if (phase === 'authorized') harness.command(authorizing({ number: 1 }));
  if (phase === 'plugged' || phase === 'charging' || phase === 'finishing') harness.plug();
  if (phase === 'charging' || phase === 'finishing') harness.command(authorizing({ number: 1 }));
  if (phase === 'finishing') harness.take({ kind: 'stop-button', connectorNo: 1 });
  harness.newFacts();
  return harness;
}

/** The result that was reported last; the new facts are taken with it. */
export function lastResult(harness: Harness): unknown {
  return harness.newFacts().findLast((fact) => fact['type'] === 'command-result');
}
