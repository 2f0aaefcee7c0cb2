// What `admin` and `tail` do besides orders and lists, for the REST API: the same functions as behind the commands.
import type { Tools } from './api/ports.ts';
import { type BookFiles, createBookChecks } from './book-check.ts';
import type { Central } from './central.ts';
import { priced } from './cli/admin-price.ts';
import { exportAudit, type Sink } from './cli/audit-export.ts';
import { exportLedger } from './cli/ledger-export.ts';
import { statementCsv } from './cli/statement-csv.ts';
import { checkTickets } from './cli/ticket-check.ts';
import { newestSeries, seriesPrices } from './core/price-series.ts';
import { tariffRules } from './core/tariff/rules.ts';
import { figuresPdf } from './documents/figures-pdf.ts';
import { invoicePdf } from './documents/invoice-pdf.ts';
import { statementPdf } from './documents/statement-pdf.ts';
import { figuresCsv } from './figure-csv.ts';
import { findCode, makeRecoveryCodes, makeSecondFactor } from './one-time-code.ts';
import type { Store } from './store/store.ts';

/** Each is a reader of a whole topic. */
const TAILS_AT_ONCE = 8;

export function apiTools({ central, store, files, randomBytes }: {
  central: Pick<Central, 'state' | 'startTail' | 'nowMs'>; store: Store; files: BookFiles | null;
  randomBytes: (count: number) => Buffer;
}): Tools {
  let tails = 0;
  return {
    check: createBookChecks(files, store),
    statement: (account, span) => store.statement(account, span),
    walletOwner: (account) => store.walletOwner(account),
    statementPdf,
    statementCsv,
    exported(books, filter, format) {
      const write = books === 'audit' ? exportAudit : exportLedger;
      return pieces((sink) => write(store, { filter, format }, sink));
    },
    recompute: (id) => checkTickets(store, id),
    price(tariff, session) {
      const series = seriesPrices(central.state.priceSeriesVersions, newestSeries(central.state, tariff));
      return priced(tariffRules(tariff, { series }), session).report;
    },
    invoicePdf,
    figuresFile: (report, rows, format, about) => format === 'pdf'
      ? figuresPdf(report, rows, { ...about, madeAtMs: central.nowMs() })
      : Promise.resolve(Buffer.from(figuresCsv(rows))),
    secondFactor: {
      make: (userId) => makeSecondFactor(userId, randomBytes),
      recoveryCodes: () => makeRecoveryCodes(randomBytes),
      stepOf(secretBase64, code) {
        const found = findCode({ secretBase64, recoverySha256s: [] }, code, central.nowMs());
        return found.kind === 'timed' ? found.counter : null;
      },
    },
    tail(topic, line) {
      if (tails >= TAILS_AT_ONCE) return null;
      tails += 1;
      const end = central.startTail(topic, line);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        tails -= 1;
        end();
      };
    },
  };
}

/** What is written piece by piece, read piece by piece: the next page is read when this one was taken. */
async function* pieces(fill: (write: Sink) => Promise<unknown>): AsyncGenerator<string> {
  let given: { text: string; taken: () => void } | null = null;
  let wake = (): void => undefined;
  let failed: unknown = null;
  let isDone = false;
  const stir = (): void => wake();
  fill((text) => new Promise<void>((resolve) => {
    given = { text, taken: resolve };
    stir();
  })).catch((error: unknown) => {
    failed = error;
  }).finally(() => {
    isDone = true;
    stir();
  });
  for (;;) {
    const piece = given as { text: string; taken: () => void } | null;
    if (piece !== null) {
      given = null;
      yield piece.text;
      piece.taken();
    } else if (isDone) break;
    else await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  if (failed !== null) throw failed instanceof Error ? failed : new Error('the export broke off', { cause: failed });
}
