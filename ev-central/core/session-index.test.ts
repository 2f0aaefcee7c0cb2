import { expect, it } from 'vitest';
import { pointId, sessionId, siteId } from '../../shared/ids.ts';
import { sampleSession } from '../store/sample-rows.ts';
import type { Session } from './rows.ts';
import { CONNECTOR_RELEASED, SessionIndex } from './session-index.ts';

const POINT = pointId('ALC-01');
const CONNECTORS = [1, 2, 3];
const CHANGES: readonly Partial<Session>[] = [
  { state: 'charging' }, { state: 'completed' }, { state: 'queued', pointId: null, connectorNo: null },
  { state: 'interrupted' }, { state: 'interrupted', flags: [CONNECTOR_RELEASED] },
  { state: 'interrupted', settled: true }, { state: 'preparing', pointId: pointId('ALC-02'), siteId: siteId('ALC') },
];

it('counts the held connectors of a point as they are found one by one, whatever sessions come and go', () => {
  const index = new SessionIndex();
  const rows = new Map<string, Session>();
  let seed = 7;
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(seed / 65_536) % below;
  };
  for (let n = 0; n < 3_000; n += 1) {
    const id = sessionId(`s-${next(6)}`);
    const after = sampleSession({
      sessionId: id, pointId: POINT, connectorNo: CONNECTORS[next(3)] ?? 1, ...CHANGES[next(CHANGES.length)],
    });
    index.update(rows.get(id), after);
    rows.set(id, after);
    const held = CONNECTORS.filter((no) => index.atConnector(POINT, no) !== undefined).length;
    expect(index.heldAt(POINT)).toBe(held);
  }
});
