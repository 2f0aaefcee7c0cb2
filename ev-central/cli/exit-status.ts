// What the exit status of `admin` and `ctl` says.
export const TOOL_EXIT = {
  done: 0,
  /** Central, or a rule of the registry, said no. */
  refused: 2,
  /** What is stored does not agree: audit log, ledger, invoices, or a ticket that was made again. */
  broken: 3,
  /** EV_Central cannot be reached. */
  unreachable: 5,
  /** The log-in was refused. */
  loginRefused: 6,
} as const;

/** For `--help`. */
export const TOOL_EXIT_HELP = `
Exit status:
  0 done       3 what is stored does not agree   6 the log-in was refused
  2 refused    5 EV_Central cannot be reached    64 wrong usage
`;
