// The database as tools open it that give no orders. Reading needs no lock: it works beside a running Central.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../../shared/clock.ts';
import { Failure } from '../../shared/failure.ts';
import type { Store } from '../store/store.ts';
import { openStore } from '../store/store.ts';
import type { Own } from './tool-action.ts';
import { guarded, UsageError } from './tool-action.ts';
import type { ToolOptions } from './tool-options.ts';
import { readToolOptions } from './tool-options.ts';

/** Opens the database of this machine, runs, and closes it. Throws `Failure`, also when there is none. */
export async function withStore(
  options: ToolOptions, run: (store: Store, options: ToolOptions) => void | Promise<void>,
): Promise<void> {
  const { database, masterKeyFile } = options.files;
  if (!existsSync(database)) {
    throw new Failure('bad-configuration', `there is no database ${database}: give --data-dir or --database`);
  }
  const store = openStore({ file: database, masterKeyFile, clock: systemClock, log: () => undefined });
  try {
    await run(store, options);
  } finally {
    store.close();
  }
}

type OnStore = (store: Store, options: ToolOptions) => void | Promise<void>;

/**
 * A command that reads the database of this machine. What was typed is checked before the database is opened.
 * @param elsewhere what works from another machine, for whoever asks that
 */
export function onStore(prepare: (own: Own, args: readonly string[]) => OnStore, elsewhere: string) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    await guarded(async () => {
      const options = readToolOptions(command);
      const run = prepare(command.opts(), command.args);
      if (options.remote) {
        throw new UsageError('this needs the database and the master key: run it on the machine of EV_Central, without '
          + `--central and --login; ${elsewhere}`);
      }
      await withStore(options, run);
    });
  };
}
