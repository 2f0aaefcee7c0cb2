// Loaded first in a process that was started on another's behalf: when that one is gone, however it went, this one ends
// too: in order first, because it may hold a terminal that it has to give back, then at once. EV_LEASH names who holds
// the leash, because forks of this process inherit the flag that loads this.
const GRACE_MS = 2_000;

if (process.channel !== undefined && process.channel !== null && Number(process.env.EV_LEASH) === process.ppid) {
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
  });
  process.channel.unref();
}
