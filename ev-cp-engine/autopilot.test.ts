import { describe, expect, it } from 'vitest';
import { sessionId } from '../shared/ids.ts';
import { type AutoMemory, autoInputs } from './autopilot.ts';
import { authorizing, command, Harness } from './engine-harness.ts';
import type { EngineInput } from './point-state.ts';

/** The hands' doings in one second after another, until they do something. */
function wait(harness: Harness, memory: AutoMemory): EngineInput[] {
  for (let second = 0; second < 10; second += 1) {
    const inputs = autoInputs(harness.point, harness.now.awakeMs + second * 1_000, memory);
    if (inputs.length > 0) return inputs;
  }
  return [];
}

/** The cars of one charge after another at one connector; Central's ids begin with `installation`. */
function cars(installation: string, count: number): unknown[] {
  const harness = Harness.ready();
  const memory: AutoMemory = new Map();
  return Array.from({ length: count }, (_unused, index) => {
    autoInputs(harness.point, harness.now.awakeMs, memory);
    const session = `${installation}-${index}`;
    harness.take({ kind: 'command', command: authorizing({ number: index * 2 + 1, session }) });
    const [plugged] = wait(harness, memory);
    expect(plugged).toMatchObject({ kind: 'plug', connectorNo: 1 });
    const stopped = command({ type: 'stop', number: index * 2 + 2, sessionId: sessionId(session), reason: 'driver' });
    harness.take({ kind: 'command', command: stopped });
    return plugged?.kind === 'plug' ? plugged.vehicle : null;
  });
}

describe('a point without hands', () => {
  it('gets the same cars in the same order in every network, so that a seed decides them', () => {
    const first = cars('k7f2', 6);
    for (const other of ['x93q', 'mbt0', 'p-41']) expect(cars(other, 6)).toEqual(first);
  });

  it('gets a different car for the next charge', () => {
    expect(new Set(cars('k7f2', 6).map((car) => JSON.stringify(car))).size).toBeGreaterThan(3);
  });

  it('plugs the same car again when it did not go in', () => {
    const harness = Harness.ready();
    const memory: AutoMemory = new Map();
    autoInputs(harness.point, 0, memory);
    harness.take({ kind: 'command', command: authorizing({ number: 1 }) });
    const [first] = wait(harness, memory);
    expect(autoInputs(harness.point, harness.now.awakeMs + 60_000, memory)).toEqual([first]);
  });
});
