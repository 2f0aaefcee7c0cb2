// Loaded first in a process that was started on another's behalf: when that one is gone, however it went, this one ends
// like it would have. EV_LEASH names who holds the leash, because forks of this process inherit the flag that loads this.
if (process.channel !== undefined && process.channel !== null && Number(process.env.EV_LEASH) === process.ppid) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
