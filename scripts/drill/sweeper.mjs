// Tidies up behind the drills, also when they were killed before they could: a process of its own that holds nothing but
// a pipe. On it come, as JSON lines, what to end ({"pid":…}: a process that is stopped does not feel its leash) and what to
// run at the end ({"run":[command, …]}). When the pipe closes it does that, latest first, and removes the folder.
// Usage: node sweeper.mjs FOLDER
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [folder] = process.argv.slice(2);
/** Processes on a leash have this long to end when their launcher was killed; the broker has the longest. */
const LEASHED_MS = 12_000;
const AGAIN_MS = 500;

const stopped = new Set();
const commands = [];
let orderly = false;

for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) process.on(signal, () => {});
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const order = JSON.parse(line);
  if (order.pid !== undefined) stopped.add(order.pid);
  if (order.running !== undefined) stopped.delete(order.running);
  if (order.run !== undefined) commands.unshift(order.run);
  if (order.orderly === true) orderly = true;
});
lines.on('close', () => {
  for (const pid of stopped) kill(pid);
  const untilMs = Date.now() + (orderly ? 0 : LEASHED_MS);
  sweep();
  // Who still runs may write once more.
  const again = () => {
    if (Date.now() >= untilMs) return;
    setTimeout(() => {
      sweep();
      again();
    }, AGAIN_MS);
  };
  again();
});

function sweep() {
  for (const [command, ...args] of commands) spawnSync(command, args, { stdio: 'ignore' });
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch {
    // Somebody writes there at this moment: the next round takes it.
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
