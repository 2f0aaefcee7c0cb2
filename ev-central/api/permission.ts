// What somebody may do over HTTP, by role. Every operation names one of these; a key of a machine names some of them as
// its scopes.
import type { Role } from '../../shared/messages/values.ts';

const ALL: readonly Role[] = ['admin', 'operator', 'technician', 'user'];
const RUNNING: readonly Role[] = ['admin', 'operator', 'technician'];
const OPERATING: readonly Role[] = ['admin', 'operator'];
const ADMIN: readonly Role[] = ['admin'];

export const PERMISSIONS = {
  'points:read': ALL,
  'sites:read': ALL,
  'self:read': ALL,
  'self:charge': ALL,
  'self:access': ALL,
  'sessions:read': RUNNING,
  'queue:read': RUNNING,
  'registry:read': RUNNING,
  'network:read': RUNNING,
  'money:read': RUNNING,
  'audit:read': RUNNING,
  'points:run': RUNNING,
  'sessions:operate': OPERATING,
  'points:operate': OPERATING,
  'people:operate': OPERATING,
  'registry:write': ADMIN,
  'people:write': ADMIN,
  'points:revoke': ADMIN,
  'money:write': ADMIN,
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof PERMISSIONS;
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as [Permission, ...Permission[]];

export function mayDo(role: Role, permission: Permission): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission];
  return roles.includes(role);
}
