// What somebody may do over HTTP. Every operation names one of these; a key of a machine names some of them as its
// scopes. Which roles have them, the core's one table says.
import type { Role } from '../../shared/messages/values.ts';
import { rolesWith } from '../core/permissions.ts';

export const PERMISSIONS = {
  'points:read': rolesWith('points.read'),
  'sites:read': rolesWith('points.read'),
  'self:read': rolesWith('account.read-own'),
  'self:charge': rolesWith('sessions.start-own'),
  'self:pay': rolesWith('payments.make-own'),
  'self:access': rolesWith('account.write-own'),
  'self:reserve': rolesWith('reservations.make-own'),
  'reservations:read': rolesWith('reservations.read'),
  'reservations:write': rolesWith('reservations.write'),
  'sessions:read': rolesWith('sessions.read-all'),
  'self:claim': rolesWith('claims.write-own'),
  'claims:read': rolesWith('claims.read'),
  /** Those who run a group are drivers: about which claim somebody decides, the core looks at. */
  'claims:decide': rolesWith('claims.write-own'),
  'queue:read': rolesWith('queue.read'),
  'groups:read': rolesWith('groups.read'),
  'subscriptions:read': rolesWith('subscriptions.read'),
  'subscriptions:write': rolesWith('subscriptions.write'),
  'registry:read': rolesWith('users.read'),
  'network:read': rolesWith('events.read'),
  'money:read': rolesWith('money.read'),
  'debts:read': rolesWith('debts.read'),
  'debts:write': rolesWith('debts.write'),
  'payments:read': rolesWith('payments.read'),
  'figures:read': rolesWith('figures.read'),
  'audit:read': rolesWith('audit.read'),
  'points:run': rolesWith('points.command'),
  'sessions:operate': rolesWith('sessions.stop-any'),
  'points:operate': rolesWith('access.release'),
  'people:operate': rolesWith('access.revoke'),
  'registry:write': rolesWith('registry.write'),
  'people:write': rolesWith('users.write'),
  'people:read': rolesWith('people.read'),
  'people:profile': rolesWith('people.write'),
  'people:erase': rolesWith('people.erase'),
  'vehicles:read': rolesWith('vehicles.read'),
  'tokens:read': rolesWith('tokens.read'),
  'tokens:block': rolesWith('tokens.block'),
  'tokens:write': rolesWith('tokens.write'),
  'letters:read': rolesWith('mails.read'),
  'points:revoke': rolesWith('secrets.void'),
  'payments:write': rolesWith('payments.write'),
  'money:write': rolesWith('money.book'),
  'money:refund': rolesWith('money.refund'),
  'money:verify': rolesWith('money.verify'),
  'groups:write': rolesWith('groups.write'),
  /** Names and addresses stand on them. */
  'invoices:read': rolesWith('people.read'),
  'invoices:write': rolesWith('invoices.write'),
  'second-factors:write': rolesWith('second-factors.write'),
  'audit:verify': rolesWith('audit.verify'),
  'topics:tail': rolesWith('topics.tail'),
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof PERMISSIONS;
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as [Permission, ...Permission[]];

export function mayDo(role: Role, permission: Permission): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission];
  return roles.includes(role);
}
