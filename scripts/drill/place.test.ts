import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { until } from './patience.ts';
import { openPlace } from './place.ts';

it('a place that is closed takes its folder with it, after its last commands', async () => {
  const place = await openPlace();
  writeFileSync(join(place.dir, 'a'), '');
  place.atEnd(['sh', '-c', `test -e ${join(place.dir, 'a')} && touch ${place.dir}.seen`]);
  await place.close();
  expect(existsSync(place.dir)).toBe(false);
  expect(existsSync(`${place.dir}.seen`)).toBe(true);
  spawn('rm', ['-f', `${place.dir}.seen`]);
});

it('who is killed leaves neither its folder nor a process that stands still', async () => {
  const script = `
    const { openPlace } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'place.ts')).href)});
    const { spawn } = await import('node:child_process');
    const place = await openPlace();
    const sleeper = spawn('sleep', ['1000']);
    place.stopped(sleeper.pid);
    sleeper.kill('SIGSTOP');
    console.log(place.dir, sleeper.pid);
    setInterval(() => {}, 1000);`;
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [dir = '', pid = ''] = await new Promise<string[]>((resolve) => {
    launcher.stdout.once('data', (line: Buffer) => resolve(line.toString().trim().split(' ')));
  });
  expect(existsSync(dir)).toBe(true);
  launcher.kill('SIGKILL');
  await until(() => existsSync(dir) || isAlive(Number(pid)), (left) => !left, { what: 'all of it is gone' });
}, 40_000);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
