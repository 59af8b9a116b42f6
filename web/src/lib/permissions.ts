// What a role may do. Controls that it may not use stay visible, disabled, and say why.
import { session } from '../api/session.svelte';
import { ROLE, ROLES, type Role } from './words';

/** Why the signed-in person may not do what needs `role`; null when they may. */
export function refusal(role: Role): string | null {
  const mine = session.person?.role ?? 'viewer';
  if (ROLES.indexOf(mine) >= ROLES.indexOf(role)) return null;
  return `Your role is ${ROLE[mine].label}; this needs ${ROLE[role].label}.`;
}
