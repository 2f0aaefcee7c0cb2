// One Central a database: the lock is the same for every process with a database.
export { acquireLock, type Lock, waitForLock } from '../../shared/sqlite/lock.ts';
