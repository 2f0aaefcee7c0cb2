// Which process is which, and what it uses: a supervised EV_Central is the child of the one that was started.
import { readFileSync } from 'node:fs';
import type { ManagedProcess } from '../network/managed-process.ts';
import type { Network } from '../network/network.ts';

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

/** Processor time that a process has used so far, in s; 0 when it is gone or the system does not tell. */
export function processorSeconds(pid: number): number {
  try {
    // Behind the name, which may hold blanks: user and system time are the fields 14 and 15, in 1/100 s.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** Processor time of named processes, from here until the returned function says it in words. */
export function watchProcessors(named: ReadonlyMap<string, number>): () => string {
  const startedMs = performance.now();
  const before = new Map([...named].map(([name, pid]) => [name, processorSeconds(pid)]));
  return () => {
    const seconds = (performance.now() - startedMs) / 1_000;
    const shares = [...named].map(([name, pid]) => {
      const share = (100 * (processorSeconds(pid) - (before.get(name) ?? 0))) / seconds;
      return `${name} ${share.toFixed(0)} %`;
    });
    return `processor, of one core: ${shares.join(', ')}`;
  };
}

/** The processes of a network by name, with the broker when it was started here. */
export function namedProcesses(network: Network): Map<string, number> {
  const named = new Map([...network.processes].filter((each) => each.isRunning).map((each) =>
    [each.label, each.program === 'ev-central' ? centralPid(each) : each.pid]));
  const jvm = childrenOf(process.pid).flatMap(childrenOf).find((pid) => nameOf(pid) === 'java');
  if (jvm !== undefined) named.set('broker', jvm);
  return named;
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
