// What the driver's screen shows and can do: a read-only snapshot that the client builds, and the actions behind keys.
import type { PriceNow } from '../../shared/messages/ocpi-tariff.ts';
import type { PointId, RequestId, ReservationId, SessionId, SiteId, UserId } from '../../shared/ids.ts';
import type { Currency } from '../../shared/money.ts';
import type {
  ConnectorType, Fit, Goal, PointStatus, SessionState, Target, Ticket,
} from '../../shared/messages/values.ts';
import type { Repeat, ReservationState, ReservedPlace } from '../../shared/messages/reservation.ts';
import type {
  ActionAnswer, LinkView, QueryPage, Screen, ScreenMessage, ScreenOptions,
} from '../../shared/screen/handle.ts';

/** A point on offer. */
export type OfferView = {
  readonly pointId: PointId;
  readonly siteId: SiteId;
  readonly siteName: string;
  readonly place: string;
  readonly status: PointStatus;
  /** Its strongest connector. */
  readonly maxPowerW: number;
  readonly connectorTypes: readonly ConnectorType[];
  readonly connectors: number;
  readonly freeConnectors: number;
  /** The prices now; null: its tariff is not valid now. */
  readonly price: PriceNow | null;
  readonly currency: Currency;
  /** Drivers waiting at its site. */
  readonly waiting: number;
  /** From the driver's position; null when that is unknown. */
  readonly distanceM: number | null;
};

export type LiveFigures = {
  /** Central's time. */
  readonly atMs: number;
  readonly powerW: number;
  readonly energyWh: number;
  readonly socPercent: number | null;
  readonly costMinor: number;
  readonly currency: Currency;
  readonly remainingMs: number | null;
};

/** One request of this driver, from its sending to its ticket; the running ones first, then the last few that ended. */
export type ChargeView = {
  readonly requestId: RequestId;
  readonly sessionId: SessionId | null;
  /** What was asked for: "ALC-01", "any point at ALC", "any within 5 km". */
  readonly askedFor: string;
  readonly pointId: PointId | null;
  readonly connectorNo: number | null;
  /** `sending` until the bus has taken it. `offered`: a point is kept, plug in before `plugByMs`. */
  readonly state: 'sending' | 'offered' | SessionState;
  readonly sinceMs: number;
  /** Why it was refused, broke off or ended, in words; empty: nothing to say. */
  readonly why: string;
  /** Interrupted, and the true end is not known yet. */
  readonly provisional: boolean;
  readonly goal: Goal;
  readonly queuePlace: number | null;
  readonly estimatedWaitMs: number | null;
  readonly plugByMs: number | null;
  /** The live figures; null before the first. `atMs` older than 3 s is shown as stale. */
  readonly live: LiveFigures | null;
  /** The strongest the connector gives, for the gauge; null when unknown. */
  readonly maxPowerW: number | null;
  readonly ticket: Ticket | null;
  /** Every step as it was told to the driver, oldest first. */
  readonly steps: readonly ScreenMessage[];
};

/** A line of the history, newest first. */
export type HistoryView = {
  readonly sessionId: SessionId;
  readonly pointId: PointId | null;
  readonly state: SessionState;
  readonly requestedAtMs: number;
  readonly energyWh: number;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly why: string;
  readonly ticket: Ticket | null;
  /** Of its invoice; empty: none is known. */
  readonly invoiceNumber: string;
};

/** A reservation that is still to come; the one that begins first comes first. Times are told in `timeZone`. */
export type ReservationView = {
  readonly reservationId: ReservationId;
  readonly seriesId: ReservationId | null;
  readonly siteId: SiteId;
  readonly pointId: PointId;
  readonly connectorNo: number;
  readonly beginsAtMs: number; readonly endsAtMs: number;
  readonly timeZone: string;
  readonly state: ReservationState;
  readonly currency: Currency;
  readonly feeMinor: number; readonly holdMinor: number; readonly takenMinor: number;
  readonly checkInFromMs: number;
  /** Who has not come by then has not come. */
  readonly checkInByMs: number;
  /** What cancelling it now takes of the fee. */
  readonly cancelPercent: number; readonly cancelMinor: number;
  /** Why it cannot be done now, in words; null: it can. */
  readonly whyNotCheckIn: string | null; readonly whyNotChange: string | null; readonly whyNotCancel: string | null;
};

/** A recurring reservation that still makes some. */
export type SeriesView = {
  readonly seriesId: ReservationId;
  readonly pointId: PointId;
  readonly connectorNo: number;
  readonly every: Repeat['every'];
  readonly times: number; readonly made: number; readonly missed: number;
};

export type DriverScreenView = {
  /** Central's time now, as well as it is known. */
  readonly nowMs: number;
  readonly driverId: UserId | null;
  /** `needed`: the log-in form is shown, with `text` above it (empty, or why the last try was refused). */
  readonly login: { readonly state: 'needed' | 'checking' | 'in'; readonly text: string };
  /** The id that the form begins with, from the command line. */
  readonly suggestedDriverId: string;
  readonly central: LinkView;
  readonly centralAddress: string;
  readonly bus: LinkView;
  readonly balance: { readonly balanceMinor: number; readonly heldMinor: number; readonly currency: Currency } | null;
  readonly sites: readonly { readonly siteId: SiteId; readonly name: string; readonly timeZone: string }[];
  readonly points: readonly OfferView[];
  /** When the list was last known to be true; null: never. */
  readonly pointsAtMs: number | null;
  readonly charges: readonly ChargeView[];
  readonly history: readonly HistoryView[];
  readonly reservations: readonly ReservationView[];
  readonly series: readonly SeriesView[];
  /** The driver's position from the command line, for "near"; null: unknown. */
  readonly position: { readonly latitude: number; readonly longitude: number } | null;
  /** Of a `--file` run; null: none. */
  readonly batch: { readonly done: number; readonly total: number; readonly nextAtMs: number | null } | null;
  readonly messages: readonly ScreenMessage[];
};

export type ChargeWish = {
  readonly target: Target; readonly fit: Fit; readonly goal: Goal; readonly mayQueue: boolean;
};

type Slot = { readonly beginsAtMs: number; readonly endsAtMs: number };
export type BookingWish = Slot & { readonly place: ReservedPlace; readonly fit: Fit; readonly repeat: Repeat | null };
export type ReservationChange = Slot & {
  readonly reservationId: ReservationId;
  /** Null: where it is. */
  readonly place: ReservedPlace | null;
};

export type DriverActions = {
  login(driverId: string, password: string, code: string | null): ActionAnswer;
  /** Sends a charge request. Every later step comes through the view. */
  request(wish: ChargeWish): ActionAnswer;
  /** Why no request can be made now, in words ("EV_Central cannot be reached", "bus down"); null: it can. */
  whyNotRequest(): string | null;
  /** Ends a running charge. */
  stop(requestId: RequestId): ActionAnswer;
  whyNotStop(requestId: RequestId): string | null;
  /** Takes a request back: leaves the queue, gives up an offer. */
  cancel(requestId: RequestId): ActionAnswer;
  whyNotCancel(requestId: RequestId): string | null;
  /** Orders about reservations; EV_Central says what became of it. */
  book(wish: BookingWish): ActionAnswer;
  change(change: ReservationChange): ActionAnswer;
  checkIn(id: ReservationId): ActionAnswer;
  cancelReservation(id: ReservationId): ActionAnswer;
  cancelSeries(id: ReservationId): ActionAnswer;
  /** Why nothing can be booked now, in words; null: it can. */
  whyNotBook(): string | null;
  /** Free times to book: rows of the list `free-slots`. */
  freeSlots(filter: Readonly<Record<string, string | number>>): Promise<QueryPage>;
  /** Asks Central again for the points and the history; the view brings them. */
  reload(): void;
  /** Asks what a usual charge at a point would cost now; a message says it. */
  estimate(pointId: PointId): void;
  /** The user asked for more history than `history` holds. */
  moreHistory(): void;
};

export type DriverScreenOptions = ScreenOptions<DriverScreenView, DriverActions>;
/** The type of `openDriverScreen` in screen.ts. */
export type OpenDriverScreen = (options: DriverScreenOptions) => Screen;
