import { expect, it } from 'vitest';
import { ipOf, isPrivateAddress } from './private-address.ts';

it.each([
  '127.0.0.1', '10.1.2.3', '172.31.255.255', '192.168.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1',
  '255.255.255.255', '::1', '::', 'fe80::1', 'fd00::1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::10.0.0.1',
  '64:ff9b::a00:1', '2002:a00:1::', 'ff02::1', 'localhost', '',
])('%s is reached from here alone', (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

it.each([
  '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:1.1.1.1',
])('%s is of everybody', (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});

it('tells an address in a URL from a name', () => {
  expect(['127.0.0.1', '[::1]', 'example.com'].map(ipOf)).toEqual(['127.0.0.1', '::1', null]);
  // As URLs write it.
  expect(ipOf(new URL('http://0x7f.1/').hostname)).toBe('127.0.0.1');
});
