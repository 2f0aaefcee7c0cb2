// Whether a process is gone: who tidies up after runs that died must leave alone what still lives.

/** True when no process has this id. One that belongs to somebody else is not gone. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
