import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock, waitForLock } from './lock.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-lock-'));
  file = join(folder, 'ev.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('only one holds the lock, and the next gets it after the release', () => {
  const first = acquireLock(file);
  expect(first).not.toBeNull();
  expect(statSync(`${file}.lock`).mode & 0o777).toBe(0o600);
  expect(acquireLock(file)).toBeNull();
  first?.release();
  const second = acquireLock(file);
  expect(second).not.toBeNull();
  second?.release();
});

test('a standby gets the lock when the holder was killed', async () => {
  const lockModule = new URL('./lock.ts', import.meta.url).href;
  const program = `const { acquireLock } = await import(${JSON.stringify(lockModule)});
    console.log(acquireLock(${JSON.stringify(file)}) !== null); setInterval(() => 0, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [said] = await once(holder.stdout, 'data') as [Buffer];
    expect(said.toString().trim()).toBe('true');
    const waits: boolean[] = [];
    const standby = waitForLock({
      acquire: () => acquireLock(file), pause: () => sleep(10), signal: new AbortController().signal, onWait: () => {
        waits.push(true);
        holder.kill('SIGKILL');
      },
    });
    const lock = await standby;
    expect(lock).not.toBeNull();
    expect(waits).toEqual([true]);
    lock?.release();
  } finally {
    holder.kill('SIGKILL');
  }
});

test('a standby that is stopped waits no longer', async () => {
  const holder = acquireLock(file);
  const stop = new AbortController();
  const lock = await waitForLock({
    acquire: () => acquireLock(file), pause: () => sleep(10), signal: stop.signal, onWait: () => stop.abort(),
  });
  expect(lock).toBeNull();
  holder?.release();
});
