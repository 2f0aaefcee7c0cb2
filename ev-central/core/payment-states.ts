// What a payment's state allows: the one table that the core uses to refuse and to pass over old news, and the tests to
// enumerate.

export const PAYMENT_STATES = [
  'created', 'pending', 'requires-action', 'authorized', 'captured', 'partly-captured', 'refunded', 'partly-refunded',
  'declined', 'failed', 'cancelled', 'expired',
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

type Allowed = {
  readonly next: readonly PaymentState[];
  /** Nothing was taken yet, and something may still be. */
  readonly mayCancel: boolean;
  readonly mayRefund: boolean;
  /** It waits for somebody and is given up in time. */
  readonly expires: boolean;
  /** Nothing more is expected of it, unless somebody asks for a refund. */
  readonly isOver: boolean;
};

/** The gateway has money: whatever we thought of the payment, that is the truth. */
const TAKEN = ['captured', 'partly-captured', 'refunded', 'partly-refunded'] as const;
const ENDED = ['declined', 'failed', 'cancelled', 'expired'] as const;
const OVER = { mayCancel: false, mayRefund: false, expires: false, isOver: true } as const;

/**
 * From a state to those that may follow; news that would lead elsewhere is old. `failed` is only our own word for
 * "given up": the gateway may know better later. An amount that it has captured counts after every end.
 */
export const PAYMENT_TABLE = {
  created: {
    next: ['pending', 'requires-action', 'authorized', ...TAKEN, ...ENDED],
    mayCancel: true, mayRefund: false, expires: true, isOver: false,
  },
  pending: {
    next: ['requires-action', 'authorized', ...TAKEN, ...ENDED],
    mayCancel: true, mayRefund: false, expires: true, isOver: false,
  },
  'requires-action': {
    next: ['authorized', ...TAKEN, ...ENDED], mayCancel: true, mayRefund: false, expires: true, isOver: false,
  },
  authorized: {
    next: [...TAKEN, 'failed', 'cancelled', 'expired'], mayCancel: true, mayRefund: false, expires: true, isOver: false,
  },
  captured: { next: ['refunded', 'partly-refunded'], ...OVER, mayRefund: true },
  'partly-captured': { next: ['captured', 'refunded', 'partly-refunded'], ...OVER, mayRefund: true },
  'partly-refunded': { next: ['refunded'], ...OVER, mayRefund: true },
  refunded: { next: ['partly-refunded'], ...OVER },
  declined: { next: [...TAKEN], ...OVER },
  failed: { next: ['authorized', ...TAKEN, 'declined', 'cancelled', 'expired'], ...OVER },
  cancelled: { next: [...TAKEN], ...OVER },
  expired: { next: [...TAKEN], ...OVER },
} as const satisfies Record<PaymentState, Allowed>;

export function mayBecome(from: PaymentState, to: PaymentState): boolean {
  const next: readonly PaymentState[] = PAYMENT_TABLE[from].next;
  return next.includes(to);
}
