// `node scripts/gateway.mjs`: the local payment gateway until Ctrl-C. Its books and its two secrets are in a folder; a
// payments file of EV_Central names the secrets.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { insistOnPrivate } from '../shared/private-file.ts';
import { AMOUNTS, TOKENS } from './gateway/magic.ts';
import { startGateway } from './gateway/server.ts';
import { inPlainWords, untilAskedToEnd } from './plain-words.ts';

await inPlainWords(async () => {
  const command = new Command('node scripts/gateway.mjs')
    .description('The local payment gateway: a stand-in for a real one, with faults on purpose. On the loopback only.')
    .option('--port <number>', 'port to listen on; 0 takes a free one', number, 7_080)
    .option('--dir <folder>', 'where its books and secrets are', join('var', 'gateway'))
    .option('--webhook <url>', 'where it sends what happens; without it it tells nobody')
    .option('--seed <number>', 'decides what goes wrong by chance', number, 1)
    .option('--faults <share>', 'how much goes wrong by chance, from 0 to 1', share, 0)
    .option('--delay <ms>', 'how long late answers and pending payments take', number, 1_000)
    .addHelpText('after', `\nTokens:\n${table(TOKENS)}\n\nAmounts, by their last two digits in minor units:\n${table(
      Object.fromEntries(Object.entries(AMOUNTS).map(([digits, { about }]) => [digits, about])))}`)
    .parse();
  const { port, dir, webhook, seed, faults, delay } = command.opts<{
    port: number; dir: string; webhook?: string; seed: number; faults: number; delay: number;
  }>();
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const gateway = await startGateway({
    port, file: join(dir, 'books.jsonl'), apiKey: secretIn(dir, 'api.key'),
    webhookSecret: secretIn(dir, 'webhook.secret'), webhookUrl: webhook ?? null, seed, faults,
    delayMs: Math.max(delay, 10),
  });
  console.log(`The local payment gateway listens on http://127.0.0.1:${gateway.port}; its secrets are in ${dir}.`);
  await untilAskedToEnd();
  await gateway.close();
  return 0;
});

/** Made at the first start, its owner's alone. */
function secretIn(dir: string, name: string): string {
  const file = join(dir, name);
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  insistOnPrivate(file);
  return readFileSync(file, 'utf8').trim();
}

function number(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it is a whole number.');
}

function share(text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('it is a number from 0 to 1.');
}

function table(rows: Readonly<Record<string, string>>): string {
  return Object.entries(rows).map(([name, about]) => `  ${name.padEnd(20)} ${about}`).join('\n');
}
