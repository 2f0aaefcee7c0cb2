// What a claim for home charging allows in each state: asked by the core before it does something, by lists and screens
// before they offer it, and gone through by the tests.
import type { Claim, ClaimState } from '../../shared/messages/claim.ts';

export type ClaimAct = 'put' | 'add-evidence' | 'submit' | 'approve' | 'reject' | 'pay';

type Row = { readonly [A in ClaimAct]: boolean } & {
  /** Its energy counts: no other claim may count it again, and it is in the sums of the month. */
  readonly counts: boolean;
};

const NOTHING = {
  put: false, 'add-evidence': false, submit: false, approve: false, reject: false, pay: false,
} as const;

export const CLAIM_TABLE: Readonly<Record<ClaimState, Row>> = {
  draft: { ...NOTHING, put: true, 'add-evidence': true, submit: true, counts: false },
  submitted: { ...NOTHING, approve: true, reject: true, counts: true },
  // What was approved by mistake can be taken back until it is paid.
  approved: { ...NOTHING, reject: true, pay: true, counts: true },
  rejected: { ...NOTHING, counts: false },
  paid: { ...NOTHING, counts: true },
};

/** Why a claim does not allow it; null: it does. */
export function claimRefusal({ claimId, state }: Claim, act: ClaimAct): string | null {
  if (CLAIM_TABLE[state][act]) return null;
  const wanted = {
    put: 'changed', 'add-evidence': 'given evidence', submit: 'submitted', approve: 'approved', reject: 'rejected',
    pay: 'paid',
  }[act];
  const when = Object.entries(CLAIM_TABLE).filter(([, row]) => row[act]).map(([name]) => name).join(' or ');
  return `claim ${claimId} is ${state}: only what is ${when} can be ${wanted}`;
}
