// EV_Central's own migrations; how they are applied is the same for every process with a database.
import { type Migration, readMigrations as readFrom } from '../../shared/sqlite/migrations.ts';

const MIGRATIONS_FOLDER = new URL('../../database/migrations/', import.meta.url);

/** Reads the migrations of this program, in order. Throws `Failure` when the numbers have a gap. */
export function readMigrations(folder: URL = MIGRATIONS_FOLDER): Migration[] {
  return readFrom(folder);
}
