// The small parent of the broker's JVM. It holds nothing but a child and a pipe: when the pipe from the launcher closes
// (the launcher ended, was killed, or asked for it) it stops the JVM, at the latest with SIGKILL, and ends itself.
// Usage: node guardian.mjs LOG_FILE GRACE_MS COMMAND ARGUMENT…   It prints the JVM's process id as its first line.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';

const [logFile, graceMs, command, ...args] = process.argv.slice(2);
const log = openSync(logFile, 'a', 0o600);
const child = spawn(command, args, { stdio: ['ignore', log, log] });

// Ctrl-C in a terminal is for the launcher; it closes the pipe when it is ready to.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) process.on(signal, stop);
child.on('spawn', () => process.stdout.write(`${child.pid}\n`));
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.on('exit', (status, signal) => process.exit(signal === null ? (status ?? 1) : 128));
process.stdout.on('error', () => {});
process.stdin.on('end', stop);
process.stdin.on('error', stop);
process.stdin.resume();

function stop() {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), Number(graceMs)).unref();
}
