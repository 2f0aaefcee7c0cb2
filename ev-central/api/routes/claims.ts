// Home charging that a group pays back: members claim and show evidence, whoever runs the group decides. Which caller
// may do what with which claim, the core says: here the caller's own rights alone are asked for.
import { z } from 'zod';
import { claimIdSchema, groupIdSchema, meterIdSchema, userIdSchema } from '../../../shared/ids.ts';
import { LIMITS } from '../../../shared/limits.ts';
import {
  type Claim, claimBasisSchema, claimSchema, claimStateSchema, claimTermsSchema, evidenceSchema, mediaTypeSchema,
  paidFromSchema,
} from '../../../shared/messages/claim.ts';
import { noteSchema } from '../../../shared/messages/values.ts';
import { claimRefusal } from '../../core/claim-states.ts';
import { runnersOf } from '../../core/groups.ts';
import { may } from '../../core/permissions.ts';
import type { Caller } from '../access.ts';
import { callerIn, orderOnce } from '../asking.ts';
import { listOperation } from '../lists.ts';
import { type Api, named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside, outsideSchema } from '../outside.ts';
import { Problem } from '../problem.ts';
import { orderAnswerSchema } from '../schemas.ts';

const claimParams = z.strictObject({ claimId: claimIdSchema });
const CLAIM = '/api/v1/claims/{claimId}';
const exampleParams = { claimId: 'k7f2-130' };
/** In base64, with what stands around it. */
const UPLOAD_BYTES = Math.ceil(LIMITS.evidenceBytes / 3) * 4 + 2_048;
const AT_MS = 1_763_700_000_000;
const SHA256 = 'a'.repeat(64);

const evidence = { reference: 'Bill 4711', sha256: SHA256, mediaType: 'application/pdf', bytes: 48_210 };
const claimRow = named('Claim', outsideSchema(claimSchema), outside({
  claimId: 'k7f2-130', groupId: 'vans', claimantId: 'ana', meterId: 'home-ana',
  basis: { kind: 'registers', fromMs: AT_MS, toMs: AT_MS + 86_400_000, fromWh: 1_000, toWh: 26_300 },
  fromMs: AT_MS, toMs: AT_MS + 86_400_000, energyWh: 25_300, rate: { minor: 2_875, perKwh: 100 }, amountMinor: 727,
  currency: 'EUR', evidence: [evidence], state: 'submitted', reason: '', putAtMs: AT_MS, submittedAtMs: AT_MS,
  decidedAtMs: null, decidedBy: null, paidAtMs: null, paidFrom: null,
}));
const claimBody = named('ClaimPut', z.strictObject({
  claimId: claimIdSchema.nullable().default(null).describe('null: a new one; else this draft is changed'),
  groupId: groupIdSchema, meterId: meterIdSchema, basis: claimBasisSchema,
  claimantId: userIdSchema.optional().describe('left out: you; others only for operators'),
}), {
  claimId: null, groupId: 'vans', meterId: 'home-ana',
  basis: { kind: 'registers', fromMs: AT_MS, toMs: AT_MS + 86_400_000, fromWh: 1_000, toWh: 26_300 },
});
const evidenceBody = named('EvidenceUpload', z.strictObject({
  reference: evidenceSchema.shape.reference, mediaType: mediaTypeSchema,
  contentBase64: z.base64().min(8).max(UPLOAD_BYTES).describe(`the file, at most ${LIMITS.evidenceBytes} bytes`),
}), { reference: 'Bill 4711', mediaType: 'application/pdf', contentBase64: 'JVBERi0xLjcKJSVFT0YK' });
const evidenceFile = named('EvidenceFile', z.object({ ...evidenceSchema.shape, contentBase64: z.base64() }),
  { ...evidence, contentBase64: 'JVBERi0xLjcKJSVFT0YK' });
const empty = named('ClaimStep', z.strictObject({}), {});
const filters = { groupId: groupIdSchema.optional(), state: claimStateSchema.optional() };

export const CLAIM_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'myClaims', path: '/api/v1/me/claims', tag: 'me', summary: 'Claims for charging at home, newest first',
    description: 'Yours, and those of the groups that you run.', permission: 'self:claim', what: 'my-claims',
    item: claimRow, filters,
  }),
  listOperation({
    id: 'listClaims', path: '/api/v1/claims', tag: 'network', summary: 'All claims for charging at home, newest first',
    permission: 'claims:read', what: 'claims', item: claimRow, filters: { ...filters, userId: userIdSchema.optional() },
  }),
  operation({
    id: 'putClaim', method: 'POST', path: '/api/v1/claims', tag: 'me', summary: 'Begins a claim, or changes a draft',
    description: 'It is a draft until it is submitted; the first line of the answer names it.',
    permission: 'self:claim', idempotent: true, body: claimBody,
    success: { status: 200, what: 'The draft.', body: orderAnswerSchema },
    async handle(ask, api) {
      const { claimId, claimantId = callerIn(ask).userId, ...rest } = ask.body;
      const { outcome, text, lines } = await orderOnce(api, ask, 'putClaim', {
        kind: 'put-claim', claimId, claim: { ...rest, claimantId },
      });
      return { status: 200, body: { outcome, text, lines } };
    },
  }),
  operation({
    id: 'getClaim', method: 'GET', path: CLAIM, tag: 'me', summary: 'One claim', permission: 'self:claim',
    params: claimParams, exampleParams, success: { status: 200, what: 'The claim.', body: claimRow },
    handle: (ask, api) => ({ status: 200, body: outside(claimOf(api, callerIn(ask), ask.params.claimId)) }),
  }),
  operation({
    id: 'addClaimEvidence', method: 'POST', path: `${CLAIM}/evidence`, tag: 'me', summary: 'Adds a file to a draft',
    description: 'PDF, JPEG or PNG.', permission: 'self:claim', idempotent: true, params: claimParams, exampleParams,
    body: evidenceBody, bodyBytes: UPLOAD_BYTES, success: { status: 200, what: 'It is kept.', body: orderAnswerSchema },
    async handle(ask, api) {
      const { reference, mediaType, contentBase64 } = ask.body;
      const bytes = Buffer.from(contentBase64, 'base64');
      const fault = api.evidence.fault(bytes, mediaType);
      if (fault !== null) throw new Problem('bad-request', `${fault.charAt(0).toUpperCase()}${fault.slice(1)}.`);
      // Before anything is written: a file of somebody who may not add one takes no room.
      const claim = claimOf(api, callerIn(ask), ask.params.claimId);
      const why = claimRefusal(claim, 'add-evidence');
      const isThere = claim.evidence.length < LIMITS.evidencesOfClaim && why === null;
      const sha256 = isThere ? await api.evidence.put(bytes) : api.evidence.nameOf(bytes);
      const { outcome, text, lines } = await orderOnce(api, ask, 'addClaimEvidence', {
        kind: 'add-claim-evidence', claimId: claim.claimId,
        evidence: { reference, sha256, mediaType, bytes: bytes.length },
      });
      return { status: 200, body: { outcome, text, lines } };
    },
  }),
  operation({
    id: 'getClaimEvidence', method: 'GET', path: `${CLAIM}/evidence/{sha256}`, tag: 'me', permission: 'self:claim',
    summary: 'A file of a claim',
    params: z.strictObject({ claimId: claimIdSchema, sha256: evidenceSchema.shape.sha256 }),
    exampleParams: { ...exampleParams, sha256: SHA256 },
    success: { status: 200, what: 'The file.', body: evidenceFile },
    async handle(ask, api) {
      const claim = claimOf(api, callerIn(ask), ask.params.claimId);
      const row = claim.evidence.find((each) => each.sha256 === ask.params.sha256);
      const bytes = row === undefined ? undefined : await api.evidence.read(row.sha256);
      if (bytes === undefined) throw new Problem('not-found', 'There is no such file.');
      return { status: 200, body: { ...row, contentBase64: bytes.toString('base64') } };
    },
  }),
  orderOperation({
    id: 'submitClaim', path: `${CLAIM}/submit`, tag: 'me', permission: 'self:claim', params: claimParams, exampleParams,
    summary: 'Submits a draft', body: empty, order: ({ claimId }) => ({ kind: 'submit-claim', claimId }),
  }),
  orderOperation({
    id: 'approveClaim', path: `${CLAIM}/approve`, tag: 'network', permission: 'claims:decide', params: claimParams,
    exampleParams, summary: 'Approves a claim',
    description: 'For who runs the group, and operators; never for the claimant.', body: empty,
    order: ({ claimId }) => ({ kind: 'approve-claim', claimId }),
  }),
  orderOperation({
    id: 'rejectClaim', path: `${CLAIM}/reject`, tag: 'network', permission: 'claims:decide', params: claimParams,
    exampleParams, summary: 'Rejects a claim that is not paid yet',
    body: named('ClaimRejection', z.strictObject({ reason: noteSchema.min(1) }), { reason: 'the bill is an old one' }),
    order: ({ claimId }, { reason }) => ({ kind: 'reject-claim', claimId, reason }),
  }),
  orderOperation({
    id: 'payClaim', path: `${CLAIM}/pay`, tag: 'network', permission: 'claims:decide', params: claimParams,
    exampleParams, summary: 'Pays a claim that is approved to the wallet of the claimant, once',
    body: named('ClaimPayout', z.strictObject({ from: paidFromSchema.default('group') }), { from: 'group' }),
    order: ({ claimId }, { from }) => ({ kind: 'pay-claim', claimId, from }),
  }),
  orderOperation({
    id: 'putClaimTerms', path: '/api/v1/groups/{groupId}/claim-terms', tag: 'network', permission: 'registry:write',
    params: z.strictObject({ groupId: groupIdSchema }), exampleParams: { groupId: 'vans' },
    summary: 'What a group has agreed about charging at home',
    body: named('ClaimTerms', z.strictObject(claimTermsSchema.omit({ groupId: true }).shape), {
      rate: { minor: 2_875, perKwh: 100 }, perClaimMinor: 8_000, perMonthMinor: 15_000,
      meters: [{ userId: 'ana', meterId: 'home-ana' }],
    }),
    order: ({ groupId }, terms) => ({ kind: 'put-claim-terms', terms: { groupId, ...terms } }),
  }),
];

/** Others do not even learn that there is one. */
function claimOf({ state }: Api, { userId, role }: Caller, id: Claim['claimId']): Claim {
  const claim = state.claims.get(id);
  const isShown = claim !== undefined && (claim.claimantId === userId || may(role, 'claims.read')
    || (claim.state !== 'draft' && runnersOf(state.groups.get(claim.groupId)).includes(userId)));
  if (claim === undefined || !isShown) throw new Problem('not-found', `There is no claim ${id}.`);
  return claim;
}
