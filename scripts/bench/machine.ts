// What this machine is and how busy it is, because a figure means nothing without it.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { execFileSync } from 'node:child_process';

/** Load at the start above which figures are not to be trusted. */
const QUIET_LOAD = 0.5;
const MB = 1_000_000;

export type Machine = {
  readonly cores: number; readonly processor: string; readonly memoryMb: number; readonly node: string;
  readonly load: number;
  /** Files and sockets that one process may have open; null: no limit, or not told. */
  readonly openFiles: number | null;
  /** Ports that the system gives to outgoing connections; null: not told. */
  readonly ports: { readonly from: number; readonly to: number } | null;
};

export function machine(): Machine {
  return {
    cores: cpus().length, processor: cpus()[0]?.model.trim() ?? 'unknown', memoryMb: Math.round(totalmem() / MB),
    node: process.versions.node, load: loadavg()[0] ?? 0, openFiles: openFilesLimit(), ports: portRange(),
  };
}

/** The machine in lines for people, with a warning when it is busy. */
export function machineLines({ cores, processor, memoryMb, node, load, openFiles, ports }: Machine): string[] {
  const range = ports === null ? 'unknown' : `${ports.from} to ${ports.to} (${ports.to - ports.from + 1})`;
  const lines = [
    `${cores} cores (${processor}), ${memoryMb} MB, Node ${node}; load at the start ${load.toFixed(2)}`,
    `open files of a process: ${openFiles ?? 'no limit'}; ports for outgoing connections: ${range}`,
  ];
  if (load > QUIET_LOAD) {
    lines.push('WARNING: this machine is busy with something else: do not trust the figures below.');
  }
  return lines;
}

/** Resident memory of a process, in MB (1,000,000 bytes); 0 when it is gone. */
export function residentMb(pid: number): number {
  try {
    const kib = process.platform === 'linux'
      ? /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return (Number(kib ?? 0) * 1_024) / MB;
  } catch {
    return 0;
  }
}

function openFilesLimit(): number | null {
  const report: unknown = process.report.getReport();
  const limits = (report as { userLimits?: { open_files?: { soft?: unknown } } }).userLimits;
  const soft = Number(limits?.open_files?.soft);
  return Number.isSafeInteger(soft) && soft > 0 ? soft : null;
}

function portRange(): Machine['ports'] {
  try {
    const [from = 0, to = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/)
      .map(Number);
    return to > from ? { from, to } : null;
  } catch {
    return null;
  }
}
