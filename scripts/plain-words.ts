// How every command here ends: a failure of the environment is one clear line and its exit status, never a stack trace.
import { Failure } from '../shared/failure.ts';
import { describeError } from '../shared/log.ts';

const BUG_STATUS = 81;

/** Runs a command's main function and ends the process with the status that it returns, or with its failure's. */
export async function inPlainWords(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof Failure) {
      console.error(error.message);
      process.exitCode = error.exitStatus;
    } else {
      console.error(`This should not have happened: ${describeError(error)}`);
      process.exitCode = BUG_STATUS;
    }
  }
}

/** Resolves at Ctrl-C or when the process is asked to end. */
export function untilAskedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    // The second Ctrl-C ends it at once. The others come twice when a terminal or a service goes: to the whole group of
    // processes, and from the one that started this.
    process.once('SIGINT', () => resolve());
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}
