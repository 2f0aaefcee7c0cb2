// What somebody may do over HTTP. Every operation names one of these; a key of a machine names some of them as its
// scopes. Which roles have them, the core's one table says.
import type { Role } from '../../shared/messages/values.ts';
import { rolesWith } from '../core/permissions.ts';

export const PERMISSIONS = {
  'points:read': rolesWith('points.read'),
  'sites:read': rolesWith('points.read'),
  'self:read': rolesWith('account.read-own'),
  'self:charge': rolesWith('sessions.start-own'),
  'self:access': rolesWith('account.write-own'),
  'sessions:read': rolesWith('sessions.read-all'),
  'queue:read': rolesWith('queue.read'),
  'groups:read': rolesWith('groups.read'),
  'subscriptions:read': rolesWith('subscriptions.read'),
  'subscriptions:write': rolesWith('subscriptions.write'),
  'registry:read': rolesWith('users.read'),
  'network:read': rolesWith('events.read'),
  'money:read': rolesWith('money.read'),
  'audit:read': rolesWith('audit.read'),
  'points:run': rolesWith('points.command'),
  'sessions:operate': rolesWith('sessions.stop-any'),
  'points:operate': rolesWith('access.release'),
  'people:operate': rolesWith('access.revoke'),
  'registry:write': rolesWith('registry.write'),
  'people:write': rolesWith('users.write'),
  'points:revoke': rolesWith('secrets.void'),
  'money:write': rolesWith('money.book'),
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof PERMISSIONS;
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as [Permission, ...Permission[]];

export function mayDo(role: Role, permission: Permission): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission];
  return roles.includes(role);
}
