// Builds that are broken on purpose, so that the checks are seen to fire: each changes one place of the shipped sources
// while it is loaded. The simulation has to find every one (tests/unit/simulation-mutants.test.ts).
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

export type Mutant = {
  readonly name: string;
  /** What the broken build does wrong. */
  readonly fault: string;
  /** From the project's root. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
  /** The first seed that has what it breaks; by default the first of all. */
  readonly firstSeed?: number;
};

const ROOT = new URL('../../', import.meta.url).href;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'facts-twice', fault: 'a fact that comes again takes effect again', file: 'ev-central/core/fact-order.ts',
    from: "if (order === 'known') return oweAccepted(step, fact.pointId);", to: '',
  },
  {
    name: 'bill-twice', fault: 'the amount of a ticket is booked twice',
    file: 'ev-central/core/session-end.ts', from: "kind: 'charge', amountMinor: -ticket",
    to: "kind: 'charge', amountMinor: -2 * ticket",
  },
  {
    name: 'offset-not-stored', fault: 'Central does not write how far it has read',
    file: 'ev-central/loop.ts', from: 'const offsets = [...gathered.offsets.values()];', to: 'const offsets = [];',
  },
  {
    name: 'effects-before-commit', fault: 'answers leave before what they say is written',
    file: 'ev-central/loop.ts', from: 'store.commit(state, {',
    to: 'this.#options.committed({ inputs, samples: gathered.samples, sends, appends, effects, nowMs });'
      + 'gathered.effects.length = 0; store.commit(state, {',
  },
  {
    name: 'revoked-key-opens', fault: 'what is sealed with a revoked key is taken',
    file: 'ev-central/bus/record-opener.ts', from: 'if (row.revokedAtMs !== null) return', to: 'if (false) return',
  },
  {
    name: 'hold-stays', fault: 'the end of a session leaves its hold open',
    file: 'ev-central/core/wallet.ts', from: 'if (session.holdMinor === 0) return session;', to: 'return session;',
  },
  {
    name: 'no-show-holds', fault: 'a slot that nobody came for leaves its hold open',
    file: 'ev-central/core/reservation-money.ts', from: "  closeHold(step, heldFor(row), 'settled');\n", to: '',
  },
  {
    name: 'slot-twice', fault: 'a connector is reserved although it is',
    file: 'ev-central/core/reservation-slots.ts',
    from: 'if (state.reservationIndex.overlapping({ ...place, ...time }, except) !== undefined) {', to: 'if (false) {',
    firstSeed: 3,
  },
  {
    name: 'attempt-counted-again', fault: 'what an attempt has counted is counted again with what becomes of it',
    file: 'ev-central/store/figures.ts', from: 'if (before !== null) writer.add(figuresOfAttempt(before), -1);', to: '',
  },
  {
    name: 'batch-counted-again', fault: 'what one batch has counted is counted again with the next',
    file: 'ev-central/store/figure-writer.ts', from: '      added.clear();\n', to: '',
  },
  {
    name: 'plan-fees-uncounted', fault: 'no figure has the fees of plans', file: 'ev-central/store/figures.ts',
    from: "if (movement.kind === 'subscription') return figuresOfPlanFee(movement);", to: '',
  },
  {
    name: 'done-without-ack', fault: 'a row of the outbox that the broker did not take counts as sent',
    file: 'ev-central/bus/outbox.ts', from: 'if (!(error instanceof Failure)) throw error;', to: 'break;',
  },
  {
    name: 'change-not-written', fault: 'live figures are kept in memory only',
    file: 'ev-central/core/meter.ts', from: 'state.meters.put(live);', to: 'state.meters.load(live);',
  },
  {
    name: 'queue-backwards', fault: 'who came last is served first',
    file: 'ev-central/core/waiting-queue.ts', from: '|| (a.queuedAtMs ?? 0) - (b.queuedAtMs ?? 0)',
    to: '|| (b.queuedAtMs ?? 0) - (a.queuedAtMs ?? 0)',
  },
  {
    name: 'told-before-flush', fault: 'an engine says what is not on its disk yet',
    file: 'ev-cp-engine/station.ts', from: 'await this.#options.journal.flush();',
    to: 'void this.#options.journal.flush().catch(() => undefined);',
  },
  {
    name: 'register-not-kept', fault: 'an engine forgets what its meter said',
    file: 'ev-cp-engine/journal.ts', from: 'if (rows.length > 0) this.#pending',
    to: 'if (rows.length < 0) this.#pending',
  },
  {
    name: 'strays-stay', fault: 'a point that returns is not told to stop what Central holds as ended',
    file: 'ev-central/core/strays.ts', from: 'if (reason === null || isStopOpen', to: 'if (true || isStopOpen',
  },
  {
    name: 'goes-on-untold', fault: 'a driver is not told that her charge goes on after a break-off',
    file: 'ev-central/core/meter.ts', from: 'resumeSession(step, session, sample)',
    to: 'moveSession(step, session, to, { provisional: false, endReason: null })',
  },
  {
    name: 'bad-end-unseen', fault: 'a charge goes on in the books although the report of its end was passed over',
    file: 'ev-central/core/fact-order.ts', from: "doubt(step, session, bad.type === 'session-ended');",
    to: 'doubt(step, session, false);',
  },
  {
    name: 'bad-start-unseen', fault: 'a charge bears no flag although the report of its start was passed over',
    file: 'ev-central/core/fact-order.ts', from: "doubt(step, session, bad.type === 'session-ended');",
    to: "if (bad.type === 'session-ended') doubt(step, session, true);",
  },
  {
    name: 'suspects-together', fault: 'records of which one breaks the commit are tried together for ever',
    file: 'ev-central/bus/intake.ts', from: 'const alone = failures > 0 && failures < POISON_FAILURES;',
    to: 'const alone = false;',
  },
  {
    name: 'standby-early', fault: 'a standby begins to work before the first one is gone',
    file: 'shared/sqlite/lock.ts', from: 'if (lock !== null) return lock;',
    to: 'if (lock !== null || told) return lock ?? { release: () => undefined };',
  },
  {
    name: 'stale-memory', fault: 'who takes over goes on with what an earlier one had in memory',
    file: 'ev-central/central.ts', from: 'const state = loadState(parts);',
    to: 'const held = globalThis as { kept?: State }; const state = held.kept ??= loadState(parts);',
  },
  {
    name: 'invoice-number-skipped', fault: 'the numbers of invoices have gaps',
    file: 'ev-central/core/invoices.ts', from: '(state.invoiceSeries.get(seriesId)?.last ?? 0) + 1',
    to: '(state.invoiceSeries.get(seriesId)?.last ?? 0) + 2',
  },
  {
    name: 'debt-stays', fault: 'a debt that is paid keeps being reminded of',
    file: 'ev-central/core/debts.ts', from: 'if (!isOwing && known !== undefined) end(step, known);', to: '',
  },
  {
    name: 'reminder-again', fault: 'a reminder is sent and does not move on',
    file: 'ev-central/core/debts.ts', from: 'const number = before.step + 1;',
    to: 'const number = Math.max(1, before.step);',
  },
  {
    name: 'payment-booked-again', fault: 'what a gateway has taken is booked with each news of it',
    file: 'ev-central/core/payment-news.ts', from: 'bookedMinor: payment.capturedMinor, bookedBackMinor',
    to: 'bookedMinor: payment.bookedMinor, bookedBackMinor', firstSeed: 25,
  },
  {
    name: 'claim-paid-again', fault: 'a claim that is paid can be paid again', file: 'ev-central/core/claims.ts',
    from: "state: 'paid', paidAtMs: now", to: "paidAtMs: now", firstSeed: 26,
  },
  {
    name: 'letter-forgotten', fault: 'a letter that was not taken is not sent again', file: 'ev-central/core/mails.ts',
    from: "if (error === null) return put(", to: 'return put(',
  },
  {
    name: 'notice-twice', fault: 'a client takes a notice that it has',
    file: 'ev-driver/notice-inbox.ts', from: 'if (notice.number <= inbox.last) return [];',
    to: 'if (notice.number <= inbox.last) return [notice];',
  },
];

/** Changes the sources that are loaded from now on. Throws when the place is not there, or not once. */
export function breakWith({ file, from, to }: Mutant): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url !== new URL(file, ROOT).href) return loaded;
      const text = String(loaded.source);
      const parts = text.split(from);
      if (parts.length !== 2) throw new Error(`${from} stands ${parts.length - 1} times in ${fileURLToPath(url)}`);
      return { ...loaded, source: parts.join(to) };
    },
  });
}
