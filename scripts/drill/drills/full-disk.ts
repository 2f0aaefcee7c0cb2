// The disk of EV_Central's data is full in the middle of charges: a small file system of its own, filled to the last
// byte, so that the error is the system's own (ENOSPC), and emptied again.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURES } from '../../../shared/failure.ts';
import type { Drill, Stage } from '../drill.ts';
import { pause, until } from '../patience.ts';
import { chargesAndQueue, momentToBreak } from '../scene.ts';

/** More than the space that the supervisor waits for (50 MB). */
const SIZE = '80m';
const BLOCK = Buffer.alloc(65_536, 1);

export const fullDisk: Drill = {
  name: 'full-disk',
  title: 'the disk under EV_Central is full while three points charge and two drivers wait',
  row: null,
  expects: [
    'EV_Central ends with “disk full” instead of answering what it could not write; its supervisor waits for space.',
    'Charges go on. When there is space it starts again; nothing was lost or billed twice.',
  ],
  whyNot: () => {
    if (process.platform !== 'linux') return 'needs a small file system of its own, which only Linux gives it here';
    if (spawnSync('mount', ['--version']).status !== 0) return 'needs the program “mount”';
    if (process.getuid?.() === 0) return null;
    return 'needs root for a small file system; without it: unshare --user --map-root-user --mount npm run drill -- '
      + 'full-disk';
  },
  async run(stage) {
    const { network, chance, say, expect, figure } = stage;
    mountUnder(stage);
    await network.open({ centralArgs: ['--supervise'] });
    const scene = await chargesAndQueue(stage, { energyWh: { from: 9_000, to: 18_000 } });
    await momentToBreak(stage, scene);
    const { central } = network;
    const filler = join(network.centralDir, 'somebody-else.iso');
    say('the disk is filled to the last byte');
    const startedMs = performance.now();
    fill(filler);
    const beforeWh = await network.deliveredWh();
    const status = FAILURES['disk-full'].exitStatus;
    await central.untilLine(`status ${status}`);
    expect('EV_Central ends with “disk full”', central.lines.some((line) => line.includes('the disk is full')),
      `exit status ${status}, ${Math.round(performance.now() - startedMs)} ms later`);
    figure('ended with “disk full” after', Math.round(performance.now() - startedMs), 'ms');
    const waits = await central.untilLine('waiting for');
    expect('the supervisor waits for space and says so', central.isRunning, waits.replace(network.centralDir, '…'));
    await pause(chance.whole(2, 6) * 1_000);
    const flowedWh = await network.deliveredWh() - beforeWh;
    expect('energy flows meanwhile', flowedWh > 0, `${flowedWh} Wh`);
    figure('delivered meanwhile', flowedWh, 'Wh');
    say('there is space again');
    const spaceMs = performance.now();
    const told = listenings(central.lines);
    rmSync(filler);
    await until(() => listenings(central.lines), (count) => count > told, { what: 'EV_Central listens again' });
    figure('listens again', Math.round(performance.now() - spaceMs), 'ms after there is space');
    await scene.settle();
    await stage.reconcile();
  },
};

function mountUnder({ network, atEnd }: Stage): void {
  const kept = join(network.options.dir, 'central-before');
  spawnSync('mv', [network.centralDir, kept]);
  mkdirSync(network.centralDir, { mode: 0o700 });
  atEnd(['umount', '--lazy', network.centralDir]);
  const { status, stderr } = spawnSync('mount', [
    '-t', 'tmpfs', '-o', `size=${SIZE},mode=0700`, 'ev-drill', network.centralDir,
  ], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the small file system could not be mounted: ${stderr.trim()}`);
  spawnSync('cp', ['-a', `${kept}/.`, network.centralDir]);
}

/** Writes until the system says ENOSPC, at last byte by byte. */
function fill(file: string): void {
  const fd = openSync(file, 'w');
  for (let size = BLOCK.length; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeSync(fd, BLOCK, 0, size);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
  closeSync(fd);
}

function listenings(lines: readonly string[]): number {
  return lines.filter((line) => line.includes('listening')).length;
}
