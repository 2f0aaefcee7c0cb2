// How many connections a process can hold: each takes a descriptor, and when the last one is gone not even the log or
// the database can open a file. So some are kept, whatever a crowd of clients does.
import { readFileSync } from 'node:fs';
import { LIMITS } from '../limits.ts';

/** The most connections of a server in this process: what was asked for, or what the descriptors allow. */
export function connectionsThatFit(wanted: number, limits: string | null = readLimits()): number {
  const soft = /^Max open files\s+(\d+)\s/m.exec(limits ?? '')?.[1];
  if (soft === undefined) return wanted;
  const all = Number(soft);
  return Math.max(1, Math.min(wanted, all - Math.min(LIMITS.descriptorsKept, Math.ceil(all / 2))));
}

/** Linux says it here. Elsewhere the wanted number holds: Node has raised the process's limit to the system's. */
function readLimits(): string | null {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return null;
  }
}
