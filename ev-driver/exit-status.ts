// What the exit status of a script or a batch says.
import type { Charge } from './charges.ts';

export const EXIT = {
  /** The charge was completed and has its ticket; the order was carried out; the list was printed. */
  completed: 0,
  /** Some requests of a file were not completed. */
  incomplete: 1,
  /** Central refused. */
  refused: 2,
  /** Taken back, or nobody plugged in in time. */
  cancelled: 3,
  /** The charge broke off (fault, power loss, operator); without a ticket, `--timeout` passed before its true end. */
  interrupted: 4,
  /** EV_Central or the bus cannot be reached: nothing was started. */
  unreachable: 5,
  /** The log-in was refused. */
  loginRefused: 6,
  /** `--timeout` passed: what was asked for goes on. */
  timedOut: 7,
} as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** For `--help`. */
export const EXIT_HELP = `
Exit status of charge, stop, cancel, status, history, points:
  0 completed (a charge: with its ticket)   4 the charge broke off
  2 refused                                 5 EV_Central or the bus cannot be reached
  3 cancelled, or nobody plugged in         6 the log-in was refused
  7 --timeout passed, it goes on           64 wrong usage
With --file: 0 every request got its ticket, 1 not every one.
`;

/** The status that an ended charge stands for. */
export function exitOf(charge: Charge): ExitStatus {
  if (charge.failed !== null) return EXIT.unreachable;
  switch (charge.state) {
    case 'completed': return EXIT.completed;
    case 'rejected': return EXIT.refused;
    case 'interrupted': return EXIT.interrupted;
    default: return EXIT.cancelled;
  }
}
