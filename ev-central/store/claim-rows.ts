// The columns of claims for charging at home, and of what groups have agreed about it.
import type { Claim, ClaimTerms } from '../../shared/messages/claim.ts';
import { defineCodec, json, nullable, text, whole } from './columns.ts';

export const claimTerms = defineCodec<ClaimTerms>({
  table: 'claim_terms', key: ['groupId'],
  fields: {
    groupId: text(), rate: json(), perClaimMinor: nullable(whole()), perMonthMinor: nullable(whole()), meters: json(),
  },
});

export const claims = defineCodec<Claim>({
  table: 'claims', key: ['claimId'],
  fields: {
    claimId: text(), groupId: text(), claimantId: text(), meterId: text(), basis: json(), fromMs: whole(),
    toMs: whole(), energyWh: whole(), rate: json(), amountMinor: whole(), currency: text(), evidence: json(),
    state: text(), reason: text(), putAtMs: whole(), submittedAtMs: nullable(whole()), decidedAtMs: nullable(whole()),
    decidedBy: nullable(text()), paidAtMs: nullable(whole()), paidFrom: nullable(text()),
  },
});
