// Loaded first in a process that was started on another's behalf (see project-node.mjs): when that one is gone, however it
// went, this one ends like it would have.
if (process.channel !== undefined && process.channel !== null) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
