// Every limit of the network, by name, in one place. Start-up asserts how they relate (`assertLimits`).
import { invariant } from './assert.ts';

export const LIMITS = {
  /** Bytes of one TCP frame's payload. Longer ends the connection. */
  frameBytes: 64 * 1024,
  /** A frame that has begun must be whole within this time. */
  frameMs: 5_000,
  /** An unacknowledged frame is sent again after this time … */
  frameAckMs: 2_000,
  /** … this many times, then the link is given up. */
  frameRetries: 3,
  /** Frames waiting to be sent on one link (stop-and-wait: one is in the air). */
  linkQueueFrames: 1_000,
  /** A peer that says nothing for this long is dead. */
  deadPeerMs: 3_000,
  /** Pause between two heartbeats on an idle link. */
  heartbeatMs: 1_000,
  /** The longest pause before a reconnect. */
  reconnectMs: 5_000,
  /** A connection that has not said who it is, or not proved it when asked, is closed after this time. */
  helloMs: 10_000,
  /** Links to one server that a fleet opens at once; the others wait, so that no turn of its loop takes seconds. */
  openingsAtOnce: 300,
  /** Connections without an identity, at once, at one server; above it the oldest of them makes room. */
  unnamedConnections: 12_000,
  /** Connections of one server; fewer where the system gives the process fewer descriptors. */
  connections: 50_000,
  /** Descriptors that stay free of connections: for the database, the log, the bus, tools. */
  descriptorsKept: 500,
  /** Heartbeats, repetitions and stray control bytes of one peer in a second; more end its link. */
  smallTalkASecond: 200,
  /** Inputs that wait in Central's queue before links and consumers are slowed down. */
  queueInputs: 50_000,
  /** Inputs after which a transaction takes nothing more: sockets wait meanwhile, and a commit costs 2 to 3 ms. */
  batchInputs: 10_000,
  /** Time after which it takes nothing more: links wait meanwhile, and their peers give up after seconds. */
  batchMs: 100,
  /** Outbox rows that may wait before Central refuses new charges. */
  outboxBacklog: 20_000,
  /** Outbox rows in one send to the broker. */
  outboxWindow: 2_000,
  /** Drivers waiting at one site. */
  waitingAtSite: 200,
  /** Connectors of one charge point. */
  connectorsOfPoint: 16,
  /** Notices kept for one driver. */
  noticesOfDriver: 2_000,
  /** A request that starts something is void after this time (Central's time). */
  requestExpiryMs: 30_000,
  /** One that would be valid for longer is refused: it could come again when nobody remembers it any more. */
  requestExpiryMaxMs: 600_000,
  /** Days that one claim for charging at home covers. */
  claimDays: 100,
  /** Charges in one claim. */
  sessionsOfClaim: 200,
  /** Files of evidence of one claim, and bytes of one of them. */
  evidencesOfClaim: 5,
  evidenceBytes: 2 * 1024 * 1024,
  /** Claims that somebody has begun and not submitted. */
  draftsOfUser: 20,
  /** Meters at home that one group has agreed upon: they fit into a frame. */
  metersOfGroup: 300,
  /** Facts an engine keeps that Central has not accepted yet; above it nothing new starts. */
  journalFacts: 100_000,
  /** Characters of one tariff as JSON: with its envelope it fits into a frame, whatever script it is written in. */
  tariffCharacters: 20_000,
  /** Elements of one tariff. */
  tariffElements: 100,
  /** Hours of one price series: with its envelope an import of them fits into a frame. */
  seriesHours: 2_000,
  /** Hours of a charge that have prices of their own, from its beginning; later ones have the component's price. */
  hoursOfTicket: 120,
  /** Exchange rates in one order: with its envelope it fits into a frame. */
  ratesAtOnce: 500,
  /** A rate serves on its day and on so many days that follow without one, less one. */
  rateDays: 10,
  /** Tariffs that groups have at places of their own. */
  groupTariffs: 10_000,
  /** Price components of one element of a tariff. */
  componentsOfElement: 20,
  /** Bytes of a file with a tariff, or with a session to be priced. */
  priceFileBytes: 4 * 1024 * 1024,
  /** Periods of a session in a file. */
  sessionPeriods: 10_000,
  /** The longest session that is priced: a leap year, so that a mistyped unit is seen. */
  pricedSessionMs: 366 * 86_400_000,
  /** The most energy of a session that is priced: 1 GWh, far above what a plug delivers in a year. */
  pricedSessionWh: 1_000_000_000,
  /** Tickets on one invoice; more go on the next one. */
  ticketsOnInvoice: 1_000,
  /** Invoices that one tick makes after the end of a month: links and records wait meanwhile. */
  invoicesAtOnce: 50,
  /** Bytes of a webhook of a payment gateway. */
  webhookBytes: 256 * 1024,
  /** Ahead of its beginning a reservation can be booked. */
  reservationAheadMs: 30 * 86_400_000,
  /** The shortest and the longest slot. */
  reservationShortestMs: 15 * 60_000,
  reservationLongestMs: 24 * 3_600_000,
  /** Reservations of one driver that are still to come. */
  reservationsOfDriver: 50,
  /** Reservations in one order of a fleet: with its envelope it fits into a frame. */
  reservationsInBulk: 200,
  /** Occurrences of one recurring reservation. */
  occurrencesOfSeries: 366,
  /** Recurring reservations of one driver that still make some. */
  seriesOfDriver: 10,
  /** Free slots in one answer. */
  slotsFound: 200,
  /** Partitions of each topic when it is created. */
  partitions: 12,
} as const;

/** Asserts how the limits relate; called by every process at its start. Throws `BugError`. */
export function assertLimits(): void {
  invariant(LIMITS.heartbeatMs * 2 < LIMITS.deadPeerMs, 'two heartbeats fit into the dead-peer time');
  invariant(LIMITS.batchInputs <= LIMITS.queueInputs, 'a batch fits into the queue');
  invariant(LIMITS.batchMs * 10 < LIMITS.deadPeerMs, 'no peer takes a server for dead because of some batches');
  invariant(LIMITS.outboxWindow < LIMITS.outboxBacklog, 'a send is smaller than the backlog that stops new charges');
  invariant(LIMITS.unnamedConnections < LIMITS.connections, 'strangers alone do not fill a server');
  invariant(LIMITS.frameAckMs < LIMITS.frameMs, 'a frame is sent again before its reader gives up');
}
