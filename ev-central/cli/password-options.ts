// The options by which a tool is given a password, or makes one.
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { BCRYPT_COST, makePassword } from './credentials.ts';
import { printJson } from './output.ts';
import type { Own } from './tool-action.ts';
import { UsageError } from './tool-action.ts';
import { numberOf, textOf } from './typed-options.ts';

export function passwordOptions(command: Command): Command {
  return command
    .option('--password <text>', 'without it one is generated and printed once')
    .option('--password-stdin', 'read the password from standard input')
    .option('--pin <digits>', 'for charging at the point itself')
    .option('--bcrypt-cost <number>', `work factor of the hashes (default: ${BCRYPT_COST})`);
}

export async function passwordOf(own: Own): Promise<{ password: string; generated: boolean }> {
  const given = textOf(own, 'password');
  if (given !== undefined) return { password: given, generated: false };
  if (own['passwordStdin'] === true) {
    return { password: (await readAll(process.stdin)).replace(/\r?\n$/, ''), generated: false };
  }
  return { password: makePassword(), generated: true };
}

export function costOf(own: Own): number {
  const cost = numberOf(own, 'bcryptCost') ?? BCRYPT_COST;
  if (!Number.isInteger(cost) || cost < 4 || cost > 15) throw new UsageError('--bcrypt-cost is a number from 4 to 15');
  return cost;
}

export function printPassword(userId: string, password: string, json: boolean): void {
  if (json) return printJson({ outcome: 'done', userId, password });
  process.stdout.write(`The password of ${userId}, shown only now:\n${password}\n`);
}
