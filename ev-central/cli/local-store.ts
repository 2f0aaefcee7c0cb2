// The database as tools open it that give no orders. Reading needs no lock: it works beside a running Central.
import { existsSync } from 'node:fs';
import { systemClock } from '../../shared/clock.ts';
import { Failure } from '../../shared/failure.ts';
import type { Store } from '../store/store.ts';
import { openStore } from '../store/store.ts';
import type { ToolOptions } from './tool-options.ts';

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
