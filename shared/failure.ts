// Failures of the environment: the one list of codes, whether a retry can help, and the exit status of each.

/** What can fail outside. `retry` says whether the same process, started again, may succeed without anybody's help. */
export const FAILURES = {
  'bad-configuration': { retry: false, exitStatus: 64 },
  'node-too-old': { retry: false, exitStatus: 65 },
  'bus-unreachable': { retry: true, exitStatus: 69 },
  'bus-misconfigured': { retry: false, exitStatus: 70 },
  'port-in-use': { retry: false, exitStatus: 71 },
  'database-locked': { retry: true, exitStatus: 72 },
  'database-failed': { retry: true, exitStatus: 73 },
  'disk-full': { retry: true, exitStatus: 74 },
  'not-writable': { retry: false, exitStatus: 75 },
  'journal-failed': { retry: true, exitStatus: 76 },
  'link-lost': { retry: true, exitStatus: 77 },
  'link-refused': { retry: false, exitStatus: 78 },
  'tls-required': { retry: false, exitStatus: 79 },
  'missing-program': { retry: false, exitStatus: 80 },
  bug: { retry: true, exitStatus: 81 },
} as const satisfies Record<string, { retry: boolean; exitStatus: number }>;

export type FailureCode = keyof typeof FAILURES;

/**
 * A failure of the environment. The message says what was being attempted and what to do, and never repeats the cause;
 * it is logged once, with its whole chain of causes, at the edge that handles it.
 */
export class Failure extends Error {
  override name = 'Failure';
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }

  get retry(): boolean {
    return FAILURES[this.code].retry;
  }

  get exitStatus(): number {
    return FAILURES[this.code].exitStatus;
  }
}
