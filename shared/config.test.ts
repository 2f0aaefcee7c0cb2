import { Command } from 'commander';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { addSettings, printConfig, readSettings, setting } from './config.ts';

const TABLE = {
  url: setting({
    flag: 'url', env: 'EV_X_URL', schema: z.url({ protocol: /^(https|smtp)$/ }).nullable(), default: null,
    describe: 'where to',
  }),
  key: setting({ flag: 'key', env: 'EV_X_KEY', schema: z.string(), default: '', secret: true, describe: 'a secret' }),
};

function read(...args: readonly string[]) {
  return readSettings(addSettings(new Command(), TABLE).parse([...args], { from: 'user' }), TABLE, {});
}

it('shows the effective values with their origin, without secrets', () => {
  expect(printConfig(TABLE, read('--url', 'https://sms.example/send', '--key', 'pw'))).toMatch(
    /^url +"https:\/\/sms.example\/send" {2}\[flag\]\nkey +\(secret, not shown\) {2}\[flag\]$/);
});

it.each([
  ['smtp://ev:pw@mail.example:587', 'smtp://ev:(not shown)@mail.example:587'],
  ['smtp://ev:p@ss/w:pw@mail.example', 'smtp://ev:(not shown)@mail.example'],
  ['https://:pw@mail.example/', 'https://:(not shown)@mail.example/'],
  ['smtp://ev@mail.example:587', 'smtp://ev@mail.example:587'],
])('shows of the URL %s: %s', (url, shown) => {
  expect(printConfig(TABLE, read('--url', url))).toContain(`"${shown}"`);
});

it('repeats no password of a URL that it refuses', () => {
  expect(() => read('--url', 'ftp://ev:pw@mail.example')).toThrow(/it is "ftp:\/\/ev:\(not shown\)@mail.example"/);
});
