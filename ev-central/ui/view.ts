// What the operator's screen shows and can order: a read-only snapshot that Central builds, and its actions.
import type { PriceNow } from '../../shared/messages/ocpi-tariff.ts';
import type { PointId, SessionId, SiteId, UserId } from '../../shared/ids.ts';
import type { Currency } from '../../shared/money.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type {
  ConnectorType, Goal, PointStatus, PriorityClass, SessionState,
} from '../../shared/messages/values.ts';
import type {
  ActionAnswer, LinkView, QueryPage, Screen, ScreenMessage, ScreenOptions,
} from '../../shared/screen/handle.ts';

/** A running session at a connector. */
export type TileSession = {
  readonly sessionId: SessionId;
  readonly driverId: UserId;
  readonly state: SessionState;
  /** Null until the charge has started. */
  readonly startedAtMs: number | null;
  readonly energyWh: number;
  readonly powerW: number;
  readonly socPercent: number | null;
  readonly amountMinor: number;
  readonly currency: Currency;
};

export type ConnectorView = {
  readonly connectorNo: number;
  readonly type: ConnectorType;
  readonly maxPowerW: number;
  readonly status: PointStatus;
  readonly session: TileSession | null;
};

/** One charge point. */
export type PointView = {
  readonly pointId: PointId;
  readonly siteId: SiteId;
  /** Where it stands, in words. */
  readonly place: string;
  /** The prices now; null: its tariff is not valid now. */
  readonly price: PriceNow | null;
  readonly currency: Currency;
  /** Of the whole point, derived from link, health, operative and connectors. */
  readonly status: PointStatus;
  readonly sinceMs: number;
  /** Why it is so, in words: "monitor away", "too hot: cable 92 °C", the operator's note. Empty: nothing to say. */
  readonly why: string;
  readonly operative: boolean;
  /** Why Central does not let it in by itself; null: it does. `two-monitors` asks the operator to unbar it. */
  readonly barred: 'key-revoked' | 'point-revoked' | 'two-monitors' | null;
  /** The monitor's address; null while there is none. */
  readonly monitorAddress: string | null;
  /** When Central last heard from it; null: never since its start. */
  readonly heardAtMs: number | null;
  readonly connectors: readonly ConnectorView[];
};

export type SiteView = { readonly siteId: SiteId; readonly name: string; readonly timeZone: string };

/** An on-going request: from asking to the end of the session. The practice's list. */
export type RequestView = {
  readonly sessionId: SessionId;
  /** When it was asked for. */
  readonly atMs: number;
  readonly driverId: UserId;
  readonly siteId: SiteId;
  readonly pointId: PointId | null;
  readonly connectorNo: number | null;
  readonly state: SessionState;
  /** Place in the site's queue, from 1; null when not waiting. */
  readonly place: number | null;
  readonly estimatedWaitMs: number | null;
  /** Plug in before; null when nothing is offered. */
  readonly plugByMs: number | null;
  readonly priorityClass: PriorityClass;
  readonly goal: Goal;
};

export type DriverView = {
  readonly driverId: UserId;
  readonly address: string;
  readonly sinceMs: number;
  /** Running and waiting ones. */
  readonly sessions: number;
};

export type CentralView = {
  /** Central's time now. */
  readonly nowMs: number;
  /** Null: this Central works. Otherwise it waits as a standby, and this says for what, in words. */
  readonly standby: { readonly sinceMs: number; readonly text: string } | null;
  /** Where it listens, for the header: "127.0.0.1:7010". */
  readonly address: string;
  readonly bus: LinkView;
  /** Messages that wait to be sent. */
  readonly outboxRows: number;
  /** Letters that nobody could read, since the start. */
  readonly deadLetters: number;
  readonly sites: readonly SiteView[];
  /** By site, then id; the order of the tiles. */
  readonly points: readonly PointView[];
  /** Oldest first. */
  readonly requests: readonly RequestView[];
  readonly drivers: readonly DriverView[];
  readonly messages: readonly ScreenMessage[];
};

/** The lists that are read from the database. The screen's only filter is `{ pointId }`, for events of a point. */
export type CentralList = 'sessions' | 'events' | 'audit' | 'dead-letters' | 'tickets' | 'commands';

/** What the calendar and the figures ask for, with the filters of the lists of that name. */
export type CentralQuery = CentralList | 'reservations' | 'figures';

export type CentralActions = {
  /** Carries an order out, as the operator at this screen (audit: "console"). */
  order(order: Order): ActionAnswer;
  /** Why this order would be refused now, in words; null: it may be given. Cheap: from the table in core. */
  whyNot(order: Order): string | null;
  /** One page, newest first; `after` is the cursor of the page before, null for the first. Never throws. */
  query(
    what: CentralQuery, filter: Readonly<Record<string, string | number>>, after: string | null, limit: number,
  ): Promise<QueryPage>;
};

export type CentralScreenOptions = ScreenOptions<CentralView, CentralActions>;
/** The type of `openCentralScreen` in screen.ts. */
export type OpenCentralScreen = (options: CentralScreenOptions) => Screen;
