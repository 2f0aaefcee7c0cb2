// EV_Central put together: state, store, queue, bus and links, from parts that were made outside. The simulation makes
// other parts and runs the same thing.
import { keyId, pointId, type RequestId, requestId, userId, type UserId } from '../shared/ids.ts';
import type { Bus } from '../shared/bus/port.ts';
import type { Clock } from '../shared/clock.ts';
import { Failure } from '../shared/failure.ts';
import { describeError, type Log } from '../shared/log.ts';
import type { Order } from '../shared/messages/orders.ts';
import { KEY_BYTES } from '../shared/seal.ts';
import type { ActionResult } from '../shared/screen/handle.ts';
import type { Ticker } from '../shared/wire/awake-timer.ts';
import { createIntake, type Intake } from './bus/intake.ts';
import { createKeyRing, type KeyRing } from './bus/key-ring.ts';
import type { OpenAhead } from './bus/opener-thread.ts';
import { Outbox } from './bus/outbox.ts';
import { createPublisher, type Publisher } from './bus/publisher.ts';
import { createSealer, serviceKey, serviceTokenOf } from './bus/send-keys.ts';
import { createTails, type Tails } from './bus/tail.ts';
import { createState, derive, endBatch, handle } from './core/handle.ts';
import { PAYMENT_TABLE } from './core/payment-states.ts';
import type { Settings } from './core/settings.ts';
import type { State } from './core/state.ts';
import { createDoor, type Door } from './door.ts';
import { forgetTraces } from './forget.ts';
import { createLinks, type Links } from './links/links.ts';
import type { ComparePassword } from './links/password-checks.ts';
import type { StartTail } from './links/operators.ts';
import { createPointsWatch, type PointsWatch } from './links/points-watch.ts';
import { type Committed, InputLoop, type Leaving, type LoopStore } from './loop.ts';
import type { Letter } from './mail/letters.ts';
import type { SendLetter } from './mail/mailer.ts';
import { mailCode } from './mail-code.ts';
import type { MessageBoard } from './message-board.ts';
import { findCode } from './one-time-code.ts';
import { carryOut, type Publishers } from './outlets.ts';
import { createPaymentDesk } from './payments/desk.ts';
import type { PaymentGateway, WebhookHeaders } from './payments/port.ts';
import { takeWebhook } from './payments/webhook.ts';
import { createReader, offersOf } from './queries.ts';
import type { ReadPage } from './links/drivers.ts';
import { OUTBOX_LANES, type Store } from './store/store.ts';
import { logTraffic } from './traffic-log.ts';

export type CentralParts = {
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly ticker: Ticker;
  readonly defer: (run: () => void) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** What opens long batches beforehand: `createOpenerThread`, or `openInTurn`. */
  readonly openAhead: (options: { keys: KeyRing; log: Log }) => OpenAhead;
  readonly randomBytes: (count: number) => Buffer;
  readonly comparePassword: ComparePassword;
  readonly sendLetter: SendLetter;
  readonly settings: Settings;
  /** By name. */
  readonly gateways: ReadonlyMap<string, PaymentGateway>;
  readonly replicationFactor: number;
  /** By which local tools log in. */
  readonly token: string;
  /** Unlike that of any start before. */
  readonly bootId: string;
  readonly board: MessageBoard;
  readonly log: Log;
  /** Central cannot go on: the process has to end with the failure's status. */
  readonly fatal: (error: unknown) => void;
  /** Something is new on the screen. */
  readonly changed: () => void;
};

export type Central = {
  readonly state: State;
  readonly links: Links;
  /** For the REST API. */
  readonly door: Door;
  readonly read: ReadPage;
  readonly startTail: StartTail;
  readonly nowMs: () => number;
  /** More inputs wait than should. */
  readonly isFull: () => boolean;
  readonly outboxRows: () => number;
  /** Letters that nobody could read, since the start. */
  readonly deadLetters: () => number;
  /** Gives an order of somebody at this process's own screen; resolves after its commit. */
  order(order: Order, by: string): Promise<ActionResult>;
  /** Takes a webhook of the named gateway in; resolves after its commit, with the HTTP status to answer with. */
  webhook(gateway: string, headers: WebhookHeaders, rawBody: Buffer): Promise<number>;
  /** Where the payer of a payment confirms, asked of its gateway; throws when that does not answer. */
  payerAction(gateway: string, reference: string): Promise<string | null>;
  /** Begins to read and send as soon as the bus is there. */
  start(): void;
  /** Handles what came, writes it, and ends. Links are closed by whoever made their server. */
  stop(): Promise<void>;
};

/** A slice of what is no longer needed is deleted this often. */
const PURGE_MS = 5_000;
/** Prices change with the time of day, without anything happening; and what is over leaves memory. */
const PRICES_MS = 60_000;
const TOPICS_RETRY_MS = 1_000;
/** What nobody waits for leaves together with what comes within this time: fewer sends beside those that count. */
const GATHER_MS = 20;

export function createCentral(given: CentralParts): Central {
  const parts = silentAtDeath(given, () => {
    links.end();
    door.end();
    watch.close();
  });
  const { store, clock, ticker } = parts;
  const state = loadState(parts);
  const counts: Counts = { deadLetters: 0, overloaded: false, webhooksRefused: 0 };
  const loop = new InputLoop({
    state, core: { handle, endBatch }, clock, ticker, defer: parts.defer, log: parts.log, fatal: parts.fatal,
    store: storeOfLoop(parts), committed: (batch) => afterCommit(batch),
  });
  const inside: Inside = { parts, state, loop, keys: createKeyRing((id) => state.keys.get(id)) };
  const watch = createPointsWatch({
    read: (filter) => offersOf(state, filter, clock.now()), ticker, monotonic: () => clock.monotonic(),
  });
  const read = createReader({
    state, nowMs: () => clock.now(), status: () => statusRow(state, parts, counts), figures: store.figures,
    watched: store.watched, stored: (what, filter, after, limit) => store.query(what, filter, after, limit),
  });
  const tails = openTails(inside);
  const links = openLinks(inside, { read, watch, tails });
  const door = createDoor({
    push: (work) => loop.push(work), compare: links.compare,
    findCode: (secrets, code) => findCode(secrets, code, clock.now()),
  });
  const { publishers, outboxes, intake, ahead } = openBusSide(inside);
  const payments = createPaymentDesk({ gateways: parts.gateways, give: (input) => loop.give(input), log: parts.log });

  function afterCommit(batch: Committed): void {
    if (batch.sends.length > 0) for (const outbox of outboxes) outbox.added();
    carryOut(batch.effects, {
      links, door, publishers, payments, mail: (letter) => sendLetter(inside, letter),
      message: (said) => showMessage(parts, batch.nowMs, said),
    });
    logTraffic(parts.log, batch);
    door.committed(batch);
    if (batch.appends.some(({ table }) => table === 'events')) watch.changed();
    counts.deadLetters += batch.appends.filter(({ table }) => table === 'dead_letters').length;
    const rows = store.outboxSize();
    if (rows > parts.settings.outboxBacklog !== counts.overloaded) {
      counts.overloaded = !counts.overloaded;
      loop.give({ kind: 'outbox-backlog', rows });
    }
    if (batch.samples > 0 || batch.inputs.some((input) => input.kind !== 'tick')) parts.changed();
  }

  const endUpkeep = startUpkeep(inside, () => watch.changed());
  return {
    state, links, door, read, startTail: (tail, line) => tails.start(tail, line), nowMs: () => clock.now(),
    isFull: () => loop.full,
    outboxRows: () => store.outboxSize(), deadLetters: () => counts.deadLetters,
    order: (order, by) => giveOrder(inside, order, by),
    webhook: (gateway, headers, rawBody) => acceptWebhook(inside, counts, { gateway, headers, rawBody }),
    payerAction: (gateway, reference) => payments.actionUrl(gateway, reference),
    start() {
      void runBus(parts, { outboxes, intake }).catch((error: unknown) => parts.fatal(error));
    },
    async stop() {
      endUpkeep();
      watch.close();
      const sent = Promise.all(outboxes.map((outbox) => outbox.close()));
      await Promise.all([intake.close(), parts.bus.close()]);
      await ahead.close();
      await sent;
      await loop.stop();
    },
  };
}

/** When the process has to end, memory may be half changed: what comes until it is gone gets no answer from it. */
function silentAtDeath(parts: CentralParts, silence: () => void): CentralParts {
  return {
    ...parts,
    fatal: (error) => {
      silence();
      parts.fatal(error);
    },
  };
}

function storeOfLoop({ store, clock }: CentralParts): LoopStore {
  return {
    hydrate: (tables, input) => store.hydrate(tables, input),
    commit: (tables, { clusterId, ...batch }, now) => {
      store.commit({ tables, ...batch, now });
      if (clusterId !== null) store.setClusterId(clusterId);
    },
    notePoison: (places) => store.noteFailedRecords(places, clock.now()),
  };
}
function showMessage({ board, log }: CentralParts, nowMs: number, { level, text, fields }: Message): void {
  board.add(nowMs, level, text);
  log(level, 'message', { text, ...fields });
}
type Message = Extract<Leaving, { kind: 'message' }>;

/** Of this process; not stored. */
type Counts = { deadLetters: number; overloaded: boolean; webhooksRefused: number };

/** What the parts below share. */
type Inside = {
  readonly parts: CentralParts; readonly state: State; readonly loop: InputLoop; readonly keys: KeyRing;
};

function loadState(parts: CentralParts): State {
  const state = createState(parts.settings);
  parts.store.load(state);
  derive(state, parts.clock.now());
  ensureServiceKey(state, parts);
  return state;
}

function openTails({ parts: { bus, clock, log, bootId, settings: { topicPrefix } }, keys }: Inside): Tails {
  return createTails({ bus, keys, topicPrefix, groupId: `ev-central-${bootId}`, clock, log });
}

function openLinks(
  { parts, state, loop }: Inside, { read, watch, tails }: { read: ReadPage; watch: PointsWatch; tails: Tails },
): Links {
  const { clock, log } = parts;
  return createLinks({
    give: (input) => loop.give(input), isFull: () => loop.full, whenRoom: () => loop.whenRoom(), read, log,
    secretOf: (id) => state.points.get(id)?.secretSha256 ?? null,
    randomBytes: parts.randomBytes, comparePassword: parts.comparePassword, token: parts.token,
    serviceToken: () => serviceTokenOf(state),
    passwordHashes: () => passwordHashes(state),
    findCode: (secrets, code) => findCode(secrets, code, clock.now()),
    frameOfCheck: (checkId) => state.checks.get(checkId)?.re ?? null,
    watchPoints: (connection, filter) => watch.watch(connection, filter),
    startTail: (tail, line) => tails.start(tail, line),
    noticesAfter: (driver: UserId, after, limit) => parts.store.noticesAfter(driver, after, limit).notices,
  });
}

function* passwordHashes({ users }: State): Generator<string | null> {
  for (const user of users.values()) yield user.passwordHash;
}

type BusSide = {
  readonly publishers: Publishers; readonly outboxes: readonly Outbox[]; readonly intake: Intake;
  readonly ahead: OpenAhead;
};

function openBusSide({ parts, state, loop, keys }: Inside): BusSide {
  const { bus, store, clock, log, settings: { topicPrefix } } = parts;
  const sealer = createSealer({ state, keys, topicPrefix });
  const publisher = (gatherMs: number): Publisher => createPublisher({
    sender: bus.sender(), sealer, isUp: () => bus.state() === 'up', gatherMs, sleep: parts.sleep, log,
  });
  // Acceptances of facts are flushed by the broker as all commands are.
  const publishers = { progress: publisher(0), commands: publisher(GATHER_MS) };
  // The broker flushes each write of commands: notices do not wait for that, nor for events.
  const outboxes = OUTBOX_LANES.map((lane) => new Outbox({
    pending: (after, limit) => store.pendingOutbox(lane, after, limit), sender: bus.sender(), sealer, log,
    gatherMs: lane === 'others' ? GATHER_MS : 0,
    markDone: (rowIds) => void loop.push({ count: 0, inputs: () => [], outboxDone: rowIds }),
    whenUp: () => bus.whenUp().then(() => intake.whenCompared()), sleep: parts.sleep, fatal: parts.fatal,
  }));
  const ahead = parts.openAhead({ keys, log });
  const intake: Intake = createIntake({
    bus, sleep: parts.sleep, keys, ahead, push: (work) => loop.push(work), whenRoom: () => loop.whenRoom(), clock, log,
    isKnown: (sender) => isKnown(state, sender),
    stored: { clusterId: store.clusterId(), offsets: store.offsets() }, poison: store.failedRecords(),
    anyKeys: () => anyPeerKey(state), topicPrefix, groupId: `ev-central-${parts.bootId}`,
    onLost: () => {
      log('warn', 'outbox-reopened', { rows: store.outboxSize() });
      for (const outbox of outboxes) outbox.reopened();
    },
  });
  return { publishers, outboxes, intake, ahead };
}

/** What became of it is an input: after a failure the core says when it is tried again. */
function sendLetter({ parts, loop }: Inside, { mailId, what, ...rest }: Omit<Letter, 'code'>): void {
  const code = mailCode(parts.store.tokenKey, what, mailId);
  parts.sendLetter({ ...rest, mailId, what, code }).then(
    () => loop.give({ kind: 'mail-sent', mailId, error: null }),
    (error: unknown) => loop.give({ kind: 'mail-sent', mailId, error: describeError(error) }),
  );
}

async function giveOrder({ parts, state, loop }: Inside, order: Order, by: string): Promise<ActionResult> {
  const orderId = freshRequestId(parts);
  const input = { kind: 'order', orderId, order, by, role: 'admin', address: 'this screen', answer: null } as const;
  await loop.push({ count: 1, inputs: () => [input] });
  const record = state.orders.get(orderId);
  if (record === undefined) return { ok: false, text: 'The order was not taken: see the log.' };
  const lines = record.lines.map(({ what, outcome }) => `${what}: ${outcome}`);
  return { ok: record.outcome === 'done', text: record.text, lines };
}

/** One that is refused is counted and logged: whoever sends it must not fill the database. */
async function acceptWebhook(
  { parts, loop }: Inside, counts: Counts,
  { gateway, headers, rawBody }: { gateway: string; headers: WebhookHeaders; rawBody: Buffer },
): Promise<number> {
  const { status, input, why } = takeWebhook(parts.gateways.get(gateway), headers, rawBody);
  if (why !== null) {
    counts.webhooksRefused += 1;
    parts.log('warn', 'webhook-refused', { gateway: gateway.slice(0, 40), why, refused: counts.webhooksRefused });
  }
  if (input !== null) await loop.push({ count: 1, inputs: () => [input] });
  return status;
}

/** Prepares the topics as soon as the bus is there, then sends and reads. */
async function runBus(
  { bus, settings, replicationFactor, sleep, log }: CentralParts,
  { outboxes, intake }: Pick<BusSide, 'outboxes' | 'intake'>,
): Promise<void> {
  const { topicPrefix: prefix, partitions } = settings;
  for (;;) {
    await bus.whenUp();
    try {
      await bus.ensureTopics({ prefix, partitions, replicationFactor });
      break;
    } catch (error) {
      if (!(error instanceof Failure) || !error.retry) throw error;
      log('warn', 'topics-not-ready', { reason: describeError(error) });
      await sleep(TOPICS_RETRY_MS);
    }
  }
  // The logs are compared first: what a broker has lost goes out again before anything newer.
  await intake.start();
  for (const outbox of outboxes) outbox.start();
}

/** The bus's state as input, old rows deleted and forgotten now and then. Returns what ends it. */
function startUpkeep({ parts, state, loop }: Inside, pricesMayDiffer: () => void): () => void {
  const { bus, ticker, store, clock } = parts;
  const endBus = bus.onState((now) => {
    loop.give({ kind: 'bus', up: now === 'up', reason: now === 'up' ? '' : 'Kafka does not answer' });
  });
  loop.give({ kind: 'bus', up: bus.state() === 'up', reason: 'looking for Kafka' });
  let purgeMs = ticker.awakeMs() + PURGE_MS;
  let pricesMs = ticker.awakeMs() + PRICES_MS;
  const endTicks = ticker.subscribe((awakeMs) => {
    if (awakeMs >= pricesMs) {
      pricesMs = awakeMs + PRICES_MS;
      pricesMayDiffer();
      store.forget(state, clock.now());
      forgetTraces(state, clock.now());
    }
    if (awakeMs < purgeMs || loop.waiting > 0) return;
    // More to delete: the next slice follows at the next tick.
    if (store.purge(clock.now(), parts.settings) === 0) purgeMs = awakeMs + PURGE_MS;
  });
  return () => {
    endBus();
    endTicks();
  };
}

/** The key of the services that read events and dead letters is made with the installation. */
function ensureServiceKey(state: State, { clock, randomBytes }: CentralParts): void {
  if (serviceKey(state) !== undefined) return;
  state.keys.put({
    keyId: keyId(`s-${state.installation.must('installation').installationId}-1`), kind: 'service',
    ownerId: 'services', keyBase64: randomBytes(KEY_BYTES).toString('base64'), createdAtMs: clock.now(),
    expiresAtMs: null, replacedAtMs: null, revokedAtMs: null,
  });
}

function anyPeerKey(state: State): boolean {
  for (const { kind } of state.keys.values()) if (kind !== 'service') return true;
  return false;
}

function isKnown(state: State, sender: string): boolean {
  return state.points.get(pointId(sender)) !== undefined || state.users.get(userId(sender)) !== undefined;
}

function statusRow(
  state: State, { clock, store, bus }: CentralParts, { webhooksRefused }: Counts,
): Readonly<Record<string, unknown>> {
  return {
    nowMs: clock.now(), installationId: state.installation.must('installation').installationId,
    bus: bus.state(), busSinceMs: state.bus.sinceMs, outboxRows: store.outboxSize(),
    sites: state.sites.size, points: state.points.size, monitors: state.monitorLinks.size,
    drivers: state.logIns.size, openSessions: state.sessionIndex.open().size,
    openPayments: [...state.payments.values()].filter((payment) => !PAYMENT_TABLE[payment.state].isOver).length,
    webhooksRefused,
  };
}

function freshRequestId({ randomBytes }: CentralParts): RequestId {
  return requestId(`o-${randomBytes(9).toString('base64url').replaceAll(/[-_]/g, '0')}`);
}
