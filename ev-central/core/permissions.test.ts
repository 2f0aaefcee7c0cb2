import { describe, expect, it } from 'vitest';
import { type OrderKind, orderSchema } from '../../shared/messages/orders.ts';
import { QUERIES, type Query } from '../../shared/messages/query.ts';
import { type Role, ROLES } from '../../shared/messages/values.ts';
import { may, type Permission, permissionOfOrder, permissionOfQuery, PERMISSIONS } from './permissions.ts';

// One row a permission: x for a role that has it, in the order admin, operator, technician, user.
const TABLE: readonly (readonly [Permission, string])[] = [
  ['points.read', 'xxxx'], ['sessions.start-own', 'xxxx'], ['sessions.stop-own', 'xxxx'],
  ['sessions.read-own', 'xxxx'], ['money.read-own', 'xxxx'], ['payments.make-own', 'xxxx'],
  ['invoices.read-own', 'xxxx'], ['claims.write-own', 'xxxx'], ['groups.read-own', 'xxxx'],
  ['reservations.make-own', 'xxxx'],
  ['account.read-own', 'xxxx'], ['account.write-own', 'xxxx'], ['tokens.read-own', 'xxxx'],
  ['tools.use', 'xxx.'], ['points.inspect', 'xxx.'], ['points.command', 'xxx.'], ['network.operate', 'xxx.'],
  ['sessions.read-all', 'xxx.'], ['sessions.stop-any', 'xx..'], ['queue.read', 'xxx.'], ['queue.write', 'xx..'],
  ['reservations.read', 'xxx.'], ['reservations.write', 'xx..'],
  ['drivers.read', 'xxx.'], ['events.read', 'xxx.'], ['commands.read', 'xxx.'], ['dead-letters.read', 'xxx.'],
  ['status.read', 'xxx.'], ['topics.tail', 'xxx.'], ['access.revoke', 'xx..'], ['access.release', 'xx..'],
  ['tariffs.read', 'xxx.'], ['tariffs.write', 'x...'], ['registry.write', 'x...'], ['secrets.void', 'x...'],
  ['users.read', 'xxx.'], ['users.write', 'x...'], ['second-factors.write', 'x...'],
  ['people.read', 'x...'], ['people.write', 'x...'],
  ['people.erase', 'x...'], ['vehicles.read', 'xx..'], ['vehicles.write', 'x...'], ['mails.read', 'xx..'],
  ['tokens.read', 'xx..'], ['tokens.block', 'xx..'], ['tokens.write', 'x...'],
  ['groups.read', 'xx..'], ['groups.write', 'x...'],
  ['subscriptions.read', 'xx..'], ['subscriptions.write', 'xx..'], ['api-keys.write', 'x...'],
  ['figures.read', 'xx..'], ['figures.read-own', 'xxxx'],
  ['money.read', 'xxx.'], ['money.book', 'x...'], ['money.refund', 'x...'],
  ['debts.read', 'xx..'], ['debts.write', 'xx..'],
  ['money.verify', 'x...'],
  ['payments.read', 'xx..'], ['payments.write', 'xx..'], ['invoices.read', 'xx..'], ['invoices.write', 'x...'],
  ['claims.read', 'xx..'], ['claims.decide', 'xx..'],
  ['audit.read', 'xxx.'], ['audit.verify', 'x...'],
];

// What each order and list asks of a role.
const ORDERS: readonly (readonly [OrderKind, string])[] = [
  ['set-operative', 'xxx.'], ['set-power-limit', 'xxx.'], ['reset-point', 'xxx.'], ['unlock-connector', 'xxx.'],
  ['end-session', 'xx..'], ['close-session', 'xx..'], ['leave-queue', 'xx..'], ['revoke-point-key', 'xx..'],
  ['unbar-point', 'xx..'], ['revoke-user-keys', 'xx..'], ['release-lockout', 'xx..'],
  ['revoke-point', 'x...'], ['put-tariff', 'x...'], ['remove-tariff', 'x...'], ['assign-tariff', 'x...'],
  ['put-price-series', 'x...'], ['remove-price-series', 'x...'], ['put-exchange-rates', 'x...'],
  ['put-plan', 'x...'], ['remove-plan', 'x...'], ['subscribe', 'xx..'], ['unsubscribe', 'xx..'],
  ['pause-debt', 'xx..'], ['resume-debt', 'xx..'], ['write-off-debt', 'x...'],
  ['put-site', 'x...'],
  ['remove-site', 'x...'], ['put-point', 'x...'], ['remove-point', 'x...'], ['put-user', 'x...'],
  ['remove-user', 'x...'], ['put-group', 'x...'], ['remove-group', 'x...'], ['book', 'x...'], ['book-group', 'x...'],
  ['refund-ticket', 'x...'], ['transfer', 'x...'], ['put-billing-details', 'x...'],
  ['start-payment', 'xx..'], ['cancel-payment', 'xx..'], ['refund-payment', 'xx..'], ['retry-payment', 'xx..'],
  ['invoice-month', 'x...'], ['put-claim-terms', 'x...'], ['put-claim', 'xxxx'], ['add-claim-evidence', 'xxxx'],
  ['submit-claim', 'xxxx'], ['approve-claim', 'xxxx'], ['reject-claim', 'xxxx'], ['pay-claim', 'xxxx'],
  ['enrol-second-factor', 'x...'], ['renew-recovery-codes', 'x...'], ['remove-second-factor', 'x...'],
  ['put-person', 'x...'], ['change-email', 'x...'], ['send-reset-code', 'x...'], ['change-password', 'x...'],
  ['end-log-ins', 'xx..'], ['forget-person', 'x...'], ['put-vehicle', 'x...'], ['remove-vehicle', 'x...'],
  ['book-reservation', 'xx..'], ['book-reservations', 'xx..'], ['change-reservation', 'xx..'],
  ['cancel-reservation', 'xx..'], ['cancel-reservation-series', 'xx..'],
  ['cancel-reservation-fleet', 'xx..'], ['check-in', 'xx..'],
  ['issue-tokens', 'x...'], ['block-token', 'xx..'], ['unblock-token', 'x...'], ['remove-token', 'x...'],
  ['put-notification-preferences', 'x...'], ['plan-maintenance', 'xxx.'],
];
const LISTS: readonly (readonly [Query['what'], string])[] = [
  ['points', 'xxxx'], ['sites', 'xxxx'], ['estimate', 'xxxx'],
  ['my-sessions', 'xxxx'], ['my-notices', 'xxxx'], ['my-tickets', 'xxxx'],
  ['sessions', 'xxx.'], ['queue', 'xxx.'], ['events', 'xxx.'], ['drivers', 'xxx.'], ['dead-letters', 'xxx.'],
  ['audit', 'xxx.'], ['users', 'xxx.'], ['tariffs', 'xxx.'], ['tickets', 'xxx.'], ['commands', 'xxx.'],
  ['my-invoices', 'xxxx'], ['my-invoice-tickets', 'xxxx'], ['invoices', 'x...'], ['invoice-tickets', 'x...'],
  ['billing-details', 'x...'], ['claims', 'xx..'], ['claim-terms', 'xx..'], ['my-claims', 'xxxx'],
  ['ledger', 'xxx.'], ['groups', 'xx..'], ['group-tariffs', 'xx..'],
  ['price-series', 'xxx.'], ['exchange-rates', 'xxx.'],
  ['debts', 'xx..'], ['my-debts', 'xxxx'], ['plans', 'xxxx'], ['subscriptions', 'xx..'], ['my-subscriptions', 'xxxx'],
  ['figures', 'xx..'], ['my-figures', 'xxxx'],
  ['reservations', 'xxx.'], ['my-reservations', 'xxxx'], ['reservation-series', 'xxx.'],
  ['my-reservation-series', 'xxxx'], ['free-slots', 'xxxx'], ['calendar', 'xxxx'],
  ['status', 'xxx.'], ['second-factors', 'xxx.'],
  ['payments', 'xx..'], ['my-payments', 'xxxx'],
  ['people', 'x...'], ['vehicles', 'xx..'], ['tokens', 'xx..'], ['mails', 'xx..'],
  ['notification-contacts', 'x...'], ['my-notification-preferences', 'xxxx'],
];

function rolesOf(permission: Permission): string {
  return ROLES.map((role: Role) => (may(role, permission) ? 'x' : '.')).join('');
}

describe('the permission table', () => {
  it.each(TABLE)('gives %s to %s of admin, operator, technician and driver', (permission, roles) => {
    expect(rolesOf(permission)).toBe(roles);
  });

  it('has no row that is not tested', () => {
    expect(Object.keys(PERMISSIONS)).toEqual(TABLE.map(([permission]) => permission));
  });

  it.each(ORDERS)('lets these of admin, operator, technician and driver give the order %s: %s', (kind, roles) => {
    expect(rolesOf(permissionOfOrder(kind))).toBe(roles);
  });

  it('knows every order', () => {
    const kinds = orderSchema.options.map((option) => option.shape.kind.value);
    expect(ORDERS.map(([kind]) => kind).sort()).toEqual([...kinds].sort());
  });

  it.each(LISTS)('lets these of admin, operator, technician and driver read the list %s: %s', (what, roles) => {
    expect(rolesOf(permissionOfQuery(what))).toBe(roles);
  });

  it('knows every list', () => {
    expect(LISTS.map(([what]) => what).sort()).toEqual([...QUERIES].sort());
  });
});
