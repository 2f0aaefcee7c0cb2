// The notices as one union: what a driver may receive.
import { z } from 'zod';
import { authorized } from './authorized.ts';
import { claimDecided } from './claim-decided.ts';
import { debtNotice } from './debt-notice.ts';
import { invoiceReady } from './invoice-ready.ts';
import { offered } from './offered.ts';
import { paymentAction } from './payment-action.ts';
import { paymentFailed } from './payment-failed.ts';
import { planLapsed } from './plan-lapsed.ts';
import { queued } from './queued.ts';
import { refused } from './refused.ts';
import { requestAccepted } from './request-accepted.ts';
import { reservationNews } from './reservation-news.ts';
import { sessionBegun } from './session-begun.ts';
import { sessionOver } from './session-over.ts';
import { sessionResumed } from './session-resumed.ts';
import { ticketIssued } from './ticket-issued.ts';

export const noticeSchema = z.discriminatedUnion('type', [
  requestAccepted.schema, authorized.schema, queued.schema, offered.schema, refused.schema, sessionBegun.schema,
  sessionOver.schema, sessionResumed.schema, ticketIssued.schema, invoiceReady.schema, paymentAction.schema,
  paymentFailed.schema, claimDecided.schema, debtNotice.schema, planLapsed.schema, reservationNews.schema,
]);
export type Notice = z.infer<typeof noticeSchema>;
