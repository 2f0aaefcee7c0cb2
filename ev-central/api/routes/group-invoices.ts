// Invoices of groups, made by hand.
import { z } from 'zod';
import { groupWallet } from '../../../shared/account.ts';
import { groupIdSchema } from '../../../shared/ids.ts';
import { monthSchema } from '../../../shared/messages/orders.ts';
import { named, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';

export const GROUP_INVOICE_OPERATIONS: readonly Operation[] = [
  orderOperation({
    id: 'invoiceGroupMonth', path: '/api/v1/groups/{groupId}/invoices', tag: 'network', permission: 'money:write',
    params: z.strictObject({ groupId: groupIdSchema }), exampleParams: { groupId: 'vans' },
    summary: "Invoices what waits of a group's month now",
    description: 'The month ends by the clock of the issuer; without this, the invoice is made when it has ended.',
    body: named('InvoiceMonth', z.strictObject({ month: monthSchema }), { month: '2026-11' }),
    order: ({ groupId }, { month }) => ({ kind: 'invoice-month', payer: groupWallet(groupId), month }),
  }),
];
