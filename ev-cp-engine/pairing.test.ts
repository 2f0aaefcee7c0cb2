import { expect, test } from 'vitest';
import { createPairing } from './pairing.ts';

test('without a code none is asked for', () => {
  expect(createPairing(null, () => 0)(null, '10.0.0.1')).toBeNull();
});

test('the right code is taken, another one, a part of it or none is not', () => {
  const check = createPairing('4711', () => 0);
  expect(check('4711', '10.0.0.1')).toBeNull();
  for (const given of ['4712', '471', '47110', '', null]) expect(check(given, '10.0.0.1')).toContain('wrong');
});

test('after five wrong ones in a row the right one is refused too, there and for five minutes', () => {
  let nowMs = 1_000;
  const check = createPairing('4711', () => nowMs);
  for (let i = 0; i < 4; i += 1) check(`000${i}`, '10.0.0.1');
  expect(check('4711', '10.0.0.1')).toBeNull();
  for (let i = 0; i < 5; i += 1) check(`000${i}`, '10.0.0.1');
  expect(check('4711', '10.0.0.1')).toContain('too many');
  expect(check('4711', '10.0.0.2')).toBeNull();
  nowMs += 5 * 60_000;
  expect(check('4711', '10.0.0.1')).toBeNull();
});

test('guesses from ever new addresses take no more and more memory', () => {
  const check = createPairing('4711', () => 0);
  for (let i = 0; i < 5; i += 1) check('x', 'first');
  expect(check('4711', 'first')).toContain('too many');
  for (let i = 0; i < 1_000; i += 1) check('x', `10.1.${i >> 8}.${i & 255}`);
  expect(check('4711', 'first')).toBeNull();
});
