import { expect, test } from 'vitest';
import { connectionId, correlationId, messageId, requestId, userId } from '../shared/ids.ts';
import type { LogFields } from '../shared/log.ts';
import { NO_GOAL } from '../shared/messages/values.ts';
import { logTraffic } from './traffic-log.ts';

test('of what was typed at a point, the log gets the end only: it may be the uid of a card', () => {
  const lines: [string, LogFields][] = [];
  for (const typed of ['04A2B3C4D5E6F7', 'A2B3']) {
    logTraffic((_level, event, fields) => lines.push([event, fields ?? {}]), {
      sends: [],
      inputs: [{
        kind: 'local-request', connectionId: connectionId(1), re: messageId('m-1'), requestId: requestId('r-1'),
        driverId: userId(typed), connectorNo: 1, goal: NO_GOAL, corr: correlationId('c-1'),
      }],
    });
  }
  expect(lines).toEqual([
    ['local-request-in', { corr: 'c-1', requestId: 'r-1', typed: '…E6F7', connectorNo: 1 }],
    ['local-request-in', { corr: 'c-1', requestId: 'r-1', typed: '…', connectorNo: 1 }],
  ]);
});
