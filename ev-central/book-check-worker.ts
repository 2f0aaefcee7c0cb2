// The second thread of a check of the books: opens the database beside EV_Central, as the tools do, and reports.
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../shared/clock.ts';
import type { BookCheck } from './api/ports.ts';
import { bookReport, type BookFiles } from './book-check.ts';
import { openStore } from './store/store.ts';

const { files, check } = workerData as { files: BookFiles; check: BookCheck };
const store = openStore({
  file: files.database, masterKeyFile: files.masterKeyFile, clock: systemClock, log: () => undefined,
});
try {
  parentPort?.postMessage(bookReport(store, check));
} finally {
  store.close();
}
