import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noticeSchema, type Notice } from '../shared/messages/notice.ts';
import { refused } from '../shared/messages/refused.ts';
import { createInbox, hasGap, takeAnswer, takeNotice } from './notice-inbox.ts';

const example = noticeSchema.parse(refused.example);
const numbered = (number: number): Notice => ({ ...example, number });

describe('the inbox', () => {
  it('gives every notice once and in order, in whatever order and how often they come', () => {
    const arrivals = fc.integer({ min: 1, max: 12 }).chain((count) => fc.array(
      fc.integer({ min: 1, max: count }), { maxLength: 30 },
    ).map((extra) => ({ count, extra })));
    fc.assert(fc.property(arrivals, fc.infiniteStream(fc.nat()), ({ count, extra }, random) => {
      const all = [...extra, ...Array.from({ length: count }, (_unused, i) => i + 1)];
      const shuffled = all.map((number) => ({ number, at: Number(random.next().value) })).sort((a, b) => a.at - b.at);
      const inbox = createInbox();
      const given = shuffled.flatMap(({ number }) => takeNotice(inbox, numbered(number)).map((n) => n.number));
      expect(given).toEqual(Array.from({ length: count }, (_unused, i) => i + 1));
      expect(hasGap(inbox)).toBe(false);
    }), { numRuns: 200 });
  });

  it('skips only what Central, asked for it, did not have', () => {
    const inbox = createInbox(3);
    expect(takeNotice(inbox, numbered(9))).toEqual([]);
    expect(takeAnswer(inbox, [])).toEqual({ apply: [], skipped: 0 });
    const { apply, skipped } = takeAnswer(inbox, [numbered(7), numbered(8)]);
    expect([apply.map((n) => n.number), skipped, inbox.last]).toEqual([[7, 8, 9], 3, 9]);
  });
});
