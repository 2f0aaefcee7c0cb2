import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LINK_FRAME_EXAMPLES, numbered, parseLinkFrame } from './link-frames.ts';

test.each(LINK_FRAME_EXAMPLES)('the example of $type is read as such', (example) => {
  const { n, ...frame } = example;
  expect(parseLinkFrame(JSON.stringify(example))).toEqual({ n, frame });
});

test('any message comes back as it was, with its number', () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 1 }), (message, n) => {
    fc.pre(!('n' in message) && !('type' in message));
    const json = JSON.stringify(message);
    expect(parseLinkFrame(numbered(n, json))).toEqual({
      n, frame: { type: 'message', message: JSON.parse(json) as unknown },
    });
  }));
});

test('a payload that is nothing of the kind is named, never thrown', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    const parsed = parseLinkFrame(text);
    expect('malformed' in parsed || parsed.n >= 1).toBe(true);
  }));
});
