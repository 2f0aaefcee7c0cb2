// Who may do what: one table of permissions and the roles that have them. Orders and questions each name the permission
// that they need, so the core, the lists, the screens and the REST API ask the same table. `own` means of the person
// who asks: whoever finds that it is somebody else's asks for the permission without `own`.
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import type { Query } from '../../shared/messages/query.ts';
import { type Role, ROLES } from '../../shared/messages/values.ts';

const EVERYBODY: readonly Role[] = ROLES;
const RUNNING: readonly Role[] = ['technician', 'operator', 'admin'];
const OPERATING: readonly Role[] = ['operator', 'admin'];
const ADMIN: readonly Role[] = ['admin'];

/** The roles that have each permission; `user` is the driver's role. */
export const PERMISSIONS = {
  // what everybody with an account has
  'points.read': EVERYBODY,
  'sessions.start-own': EVERYBODY,
  'sessions.stop-own': EVERYBODY,
  'sessions.read-own': EVERYBODY,
  'money.read-own': EVERYBODY,
  'payments.make-own': EVERYBODY,
  'invoices.read-own': EVERYBODY,
  'claims.write-own': EVERYBODY,
  'groups.read-own': EVERYBODY,
  /** Profile, vehicles, password, second factor, log-ins. */
  'reservations.make-own': EVERYBODY,
  'account.read-own': EVERYBODY,
  'account.write-own': EVERYBODY,
  'tokens.read-own': EVERYBODY,
  // running the network
  /** `ctl`, `admin`, `tail` and the operator's screen let in who has this. */
  'tools.use': RUNNING,
  /** What only staff sees of a point: its monitor's address, its keys' expiry, the sessions at it. */
  'points.inspect': RUNNING,
  'points.command': RUNNING,
  'network.operate': RUNNING,
  'sessions.read-all': RUNNING,
  'sessions.stop-any': OPERATING,
  'queue.read': RUNNING,
  'queue.write': OPERATING,
  'reservations.read': RUNNING,
  'reservations.write': OPERATING,
  'drivers.read': RUNNING,
  'events.read': RUNNING,
  'commands.read': RUNNING,
  'dead-letters.read': RUNNING,
  'status.read': RUNNING,
  'topics.tail': RUNNING,
  'access.revoke': OPERATING,
  'access.release': OPERATING,
  // the registry
  'tariffs.read': RUNNING,
  'tariffs.write': ADMIN,
  'registry.write': ADMIN,
  /** Makes the secret of a point void. */
  'secrets.void': ADMIN,
  // people
  'users.read': RUNNING,
  'users.write': ADMIN,
  'second-factors.write': ADMIN,
  /** Names and e-mail addresses. */
  'people.read': ADMIN,
  'people.write': ADMIN,
  'people.erase': ADMIN,
  'vehicles.read': OPERATING,
  'vehicles.write': ADMIN,
  'mails.read': OPERATING,
  'tokens.read': OPERATING,
  /** A lost card, at once. */
  'tokens.block': OPERATING,
  'tokens.write': ADMIN,
  'groups.read': OPERATING,
  'groups.write': ADMIN,
  'subscriptions.read': OPERATING,
  'subscriptions.write': OPERATING,
  'api-keys.write': ADMIN,
  /** What the network was used for and took in; of people, too. */
  'figures.read': OPERATING,
  /** Of herself, and of the groups that she runs. */
  'figures.read-own': EVERYBODY,
  // money
  'money.read': RUNNING,
  'money.book': ADMIN,
  'money.refund': ADMIN,
  'debts.read': OPERATING,
  /** Reminders: to write a debt off is to book it. */
  'debts.write': OPERATING,
  'money.verify': ADMIN,
  'payments.read': OPERATING,
  'payments.write': OPERATING,
  'invoices.read': OPERATING,
  'invoices.write': ADMIN,
  'claims.read': OPERATING,
  /** Also whoever runs the group, about claims of others: the core looks at it. */
  'claims.decide': OPERATING,
  // the audit log
  'audit.read': RUNNING,
  'audit.verify': ADMIN,
} as const satisfies Record<`${string}.${string}`, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

export function may(role: Role, permission: Permission): boolean {
  return rolesWith(permission).includes(role);
}

export function rolesWith(permission: Permission): readonly Role[] {
  return PERMISSIONS[permission];
}

const OF_ORDER = {
  'set-operative': 'network.operate', 'set-power-limit': 'points.command', 'reset-point': 'points.command',
  'unlock-connector': 'points.command',
  'end-session': 'sessions.stop-any', 'close-session': 'sessions.stop-any', 'leave-queue': 'queue.write',
  'revoke-point-key': 'access.revoke', 'revoke-user-keys': 'access.revoke',
  'unbar-point': 'access.release', 'release-lockout': 'access.release',
  'revoke-point': 'secrets.void',
  'put-tariff': 'tariffs.write', 'remove-tariff': 'tariffs.write', 'assign-tariff': 'tariffs.write',
  'put-price-series': 'tariffs.write', 'remove-price-series': 'tariffs.write', 'put-exchange-rates': 'tariffs.write',
  'put-plan': 'tariffs.write', 'remove-plan': 'tariffs.write', subscribe: 'subscriptions.write',
  unsubscribe: 'subscriptions.write',
  'book-reservation': 'reservations.write', 'book-reservations': 'reservations.write',
  'change-reservation': 'reservations.write', 'cancel-reservation': 'reservations.write',
  'cancel-reservation-series': 'reservations.write', 'cancel-reservation-fleet': 'reservations.write',
  'check-in': 'reservations.write',
  'put-site': 'registry.write', 'remove-site': 'registry.write',
  'put-point': 'registry.write', 'remove-point': 'registry.write',
  'put-user': 'users.write', 'remove-user': 'users.write', 'put-group': 'groups.write', 'remove-group': 'groups.write',
  book: 'money.book', 'book-group': 'money.book', transfer: 'money.book', 'refund-ticket': 'money.refund',
  'pause-debt': 'debts.write', 'resume-debt': 'debts.write', 'write-off-debt': 'money.book',
  'put-billing-details': 'invoices.write', 'invoice-month': 'invoices.write',
  'start-payment': 'payments.write', 'cancel-payment': 'payments.write', 'refund-payment': 'payments.write',
  'retry-payment': 'payments.write',
  'put-claim-terms': 'groups.write',
  'put-claim': 'claims.write-own', 'add-claim-evidence': 'claims.write-own', 'submit-claim': 'claims.write-own',
  // Who may decide about which claim, claims.ts says.
  'approve-claim': 'claims.write-own', 'reject-claim': 'claims.write-own', 'pay-claim': 'claims.write-own',
  'enrol-second-factor': 'second-factors.write', 'renew-recovery-codes': 'second-factors.write',
  'remove-second-factor': 'second-factors.write',
  'put-person': 'people.write', 'change-email': 'people.write', 'send-reset-code': 'users.write',
  'change-password': 'users.write', 'end-log-ins': 'access.revoke', 'forget-person': 'people.erase',
  'put-vehicle': 'vehicles.write', 'remove-vehicle': 'vehicles.write', 'issue-tokens': 'tokens.write',
  'block-token': 'tokens.block', 'unblock-token': 'tokens.write', 'remove-token': 'tokens.write',
  'put-notification-preferences': 'people.write', 'plan-maintenance': 'network.operate',
} as const satisfies Record<OrderKind, Permission>;

/** What somebody needs who gives this order. */
export function permissionOfOrder(kind: OrderKind): Permission {
  return OF_ORDER[kind];
}

/** Orders that people give about themselves, too, with what they need then. */
const OF_OWN_ORDER: Readonly<Partial<Record<OrderKind, Permission>>> = {
  'enrol-second-factor': 'account.write-own', 'renew-recovery-codes': 'account.write-own',
  'remove-second-factor': 'account.write-own', 'put-person': 'account.write-own', 'change-email': 'account.write-own',
  'change-password': 'account.write-own', 'end-log-ins': 'account.write-own', 'forget-person': 'account.write-own',
  'put-vehicle': 'account.write-own', 'remove-vehicle': 'account.write-own', 'block-token': 'account.write-own',
  'start-payment': 'payments.make-own', 'cancel-payment': 'payments.make-own',
  subscribe: 'account.write-own', unsubscribe: 'account.write-own',
  'put-notification-preferences': 'account.write-own',
  'book-reservation': 'reservations.make-own', 'change-reservation': 'reservations.make-own',
  'cancel-reservation': 'reservations.make-own', 'cancel-reservation-series': 'reservations.make-own',
  'check-in': 'reservations.make-own',
};

/**
 * May this person give this order? About herself she may give some that only staff may give about others.
 * `aboutUserId`: whom the order is about, if it is about somebody.
 */
export function mayGive(
  by: { readonly role: Role; readonly userId: string }, order: Order, aboutUserId: string | undefined,
): boolean {
  if (may(by.role, permissionOfOrder(order.kind))) return true;
  const own = OF_OWN_ORDER[order.kind];
  return own !== undefined && aboutUserId === by.userId && may(by.role, own);
}

const OF_QUERY = {
  points: 'points.read', sites: 'points.read', estimate: 'points.read',
  'my-invoices': 'invoices.read-own', 'my-invoice-tickets': 'invoices.read-own',
  'my-sessions': 'sessions.read-own', 'my-notices': 'sessions.read-own', 'my-tickets': 'sessions.read-own',
  sessions: 'sessions.read-all', tickets: 'sessions.read-all', queue: 'queue.read', drivers: 'drivers.read',
  events: 'events.read', commands: 'commands.read', 'dead-letters': 'dead-letters.read', status: 'status.read',
  tariffs: 'tariffs.read', users: 'users.read', 'second-factors': 'users.read', ledger: 'money.read',
  plans: 'points.read', subscriptions: 'subscriptions.read', 'my-subscriptions': 'account.read-own',
  reservations: 'reservations.read', 'my-reservations': 'reservations.make-own',
  'reservation-series': 'reservations.read', 'my-reservation-series': 'reservations.make-own',
  'free-slots': 'points.read', calendar: 'points.read',
  'exchange-rates': 'tariffs.read', 'price-series': 'tariffs.read',
  groups: 'groups.read', 'group-tariffs': 'groups.read',
  // With names and addresses of people.
  claims: 'claims.read', 'claim-terms': 'claims.read', 'my-claims': 'claims.write-own',
  invoices: 'people.read', 'invoice-tickets': 'people.read', 'billing-details': 'people.read',
  debts: 'debts.read', 'my-debts': 'money.read-own',
  payments: 'payments.read', 'my-payments': 'money.read-own',
  figures: 'figures.read', 'my-figures': 'figures.read-own',
  audit: 'audit.read', people: 'people.read', vehicles: 'vehicles.read', tokens: 'tokens.read', mails: 'mails.read',
  // With addresses; services ask for it, too.
  'notification-contacts': 'people.read', 'my-notification-preferences': 'account.read-own',
} as const satisfies Record<Query['what'], Permission>;

/** What somebody needs who asks for this list. */
export function permissionOfQuery(what: Query['what']): Permission {
  return OF_QUERY[what];
}
