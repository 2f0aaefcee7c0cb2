// Which process is which: a supervised EV_Central is the child of the one that was started.
import { readFileSync } from 'node:fs';
import type { ManagedProcess } from '../network/managed-process.ts';

/** The id of the EV_Central that works: the process itself, or the child of its supervisor. */
export function centralPid(central: ManagedProcess): number {
  return childrenOf(central.pid)[0] ?? central.pid;
}

/** Processes that this one has started. Linux only: elsewhere none are known. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}
