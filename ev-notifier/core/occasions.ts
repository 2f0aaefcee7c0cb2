// Which events people are told of, whom, and what the texts may say. Everything else of the event log is passed over.
import { z } from 'zod';
import { siteIdSchema, type UserId, userIdSchema } from '../../shared/ids.ts';
import type { NetworkEvent } from '../../shared/messages/network-event.ts';
import { type NotificationKind, ruleOf } from '../../shared/messages/notification.ts';
import { isReservationFee } from '../../shared/messages/ticket-line.ts';
import { atMsSchema, ticketSchema } from '../../shared/messages/values.ts';
import { currencySchema } from '../../shared/money.ts';
import type { Facts, Occasion } from './rows.ts';
import type { NotifierState } from './state.ts';

const MINUTE_MS = 60_000;
/** A reminder, the last one, and that nothing is owed any more. */
export const DEBT_STATES = ['reminder', 'final', 'settled'] as const;

/** What an event means: an occasion, a change of what is known of a point, or nothing. */
export type Meaning = {
  readonly occasion: Occasion | null;
  readonly faulted: { readonly pointId: string; readonly faulted: boolean } | null;
};

type Draft = {
  readonly kind: NotificationKind; readonly facts: Facts; readonly userIds?: readonly UserId[];
  /** Told once under this name, whatever event brings it again. */
  readonly once?: string;
  readonly expiresAtMs?: number;
  /** Where not all of the kind's audience is meant. */
  readonly toStaff?: boolean;
};

export function meaningOf(state: Pick<NotifierState, 'faulted'>, event: NetworkEvent): Meaning {
  const { pointId } = event;
  if (event.kind === 'point-status' && pointId !== null) {
    const faulted = event.data['to'] === 'Faulted';
    // A point that nobody hears of any more is not repaired.
    if (event.data['to'] === 'Disconnected') return { occasion: null, faulted: null };
    if (state.faulted.has(pointId) === faulted) return { occasion: null, faulted: null };
    const why = textOf(event.data['why']);
    const kind = faulted ? 'point-faulted' : 'point-recovered';
    return {
      occasion: occasionOf(event, { kind, facts: { why, status: textOf(event.data['to']) } }),
      faulted: { pointId, faulted },
    };
  }
  const draft = draftOf(event);
  return { occasion: draft === null ? null : occasionOf(event, draft), faulted: null };
}

function occasionOf(event: NetworkEvent, { kind, facts, userIds, once, expiresAtMs, toStaff = true }: Draft): Occasion {
  const { audience, lifeMinutes } = ruleOf(kind);
  const { siteId, pointId, sessionId, driverId, atMs } = event;
  return {
    occasionId: once ?? event.id, kind, siteId,
    userIds: audience === 'staff' ? [] : userIds ?? (driverId === null ? [] : [driverId]),
    toStaff: toStaff && audience !== 'driver',
    facts: { pointId, sessionId, ...facts },
    happenedAtMs: atMs, expiresAtMs: expiresAtMs ?? atMs + lifeMinutes * MINUTE_MS, state: 'open',
  };
}

/** Null: nobody is told of it. What an event lacks, it is passed over for: a service never falls over the log. */
function draftOf(event: NetworkEvent): Draft | null {
  const { data, sessionId } = event;
  switch (event.kind) {
    case 'session-state': return draftOfSession(event);
    case 'ticket': {
      const ticket = parse(z.object({ ticket: ticketSchema }), data)?.ticket;
      if (ticket === undefined || ticket.kind !== 'final') return null;
      // Who does not come is told of that.
      if (isReservationFee(ticket)) return null;
      const { energyWh, totalMinor, currency, endReason, ticketId } = ticket;
      return { kind: 'charge-complete', facts: { energyWh, totalMinor, currency, endReason, ticketId } };
    }
    case 'nearly-done': {
      const facts = parse(z.object({
        energyWh: z.int(), socPercent: z.int().nullable(), costMinor: z.int().nullable().default(null),
        currency: currencySchema.nullable().default(null),
      }), data);
      const once = `nearly-done:${sessionId ?? event.id}`;
      return facts === null ? null : { kind: 'charge-nearly-done', facts, once };
    }
    case 'invoice': {
      const facts = parse(z.object({ number: z.string(), kind: z.string(), ...moneyShape }), data);
      return facts === null ? null : {
        kind: 'invoice-ready', facts: { ...facts, kind: null, document: facts.kind },
      };
    }
    case 'payment-failed': {
      const facts = parse(z.object({
        paymentId: z.string(), purpose: z.string(), amountMinor: z.int(), currency: currencySchema, reason: z.string(),
        sessionId: z.string().nullable().default(sessionId),
      }), data);
      return facts === null ? null : { kind: 'payment-failed', facts };
    }
    case 'low-balance': {
      const facts = parse(z.object({ balanceMinor: z.int(), currency: currencySchema }), data);
      return facts === null ? null : { kind: 'low-balance', facts };
    }
    case 'debt': {
      const debt = parse(z.object({
        account: z.string(), groupId: z.string().nullable(), state: z.enum(DEBT_STATES), step: z.int(),
        owedMinor: z.int(), currency: currencySchema, sinceMs: atMsSchema, readers: z.array(userIdSchema),
      }), data);
      if (debt === null) return null;
      const { readers, ...facts } = debt;
      return { kind: 'debt', facts, userIds: readers };
    }
    case 'reservation-reminder':
    case 'reservation-no-show': return draftOfReservation(event, event.kind);
    case 'maintenance': {
      const planned = parse(z.object({
        fromMs: atMsSchema, toMs: atMsSchema, note: z.string(), drivers: z.array(userIdSchema),
        reservations: z.int().default(0), toStaff: z.boolean().default(true),
      }), data);
      if (planned === null) return null;
      const { drivers, toStaff, ...facts } = planned;
      return { kind: 'maintenance-planned', facts, userIds: drivers, toStaff, expiresAtMs: facts.toMs };
    }
    default: return null;
  }
}

const moneyShape = { totalMinor: z.int(), currency: currencySchema };

function draftOfSession({ data, sessionId, id }: NetworkEvent): Draft | null {
  const { from, to, reason } = data;
  const about = sessionId ?? id;
  if (to === 'charging' && (from === 'authorized' || from === 'preparing')) {
    return { kind: 'charge-started', facts: {}, once: `started:${about}` };
  }
  if (to === 'authorized' && from === 'queued') {
    const plugByMs = parse(z.object({ plugByMs: atMsSchema }), data)?.plugByMs;
    return plugByMs === undefined ? null : { kind: 'queue-offer', facts: { plugByMs }, expiresAtMs: plugByMs };
  }
  // Its ticket says the rest. One that was broken off for good goes there from `interrupted` itself.
  return to === 'interrupted' ? { kind: 'charge-interrupted', facts: { reason: textOf(reason) } } : null;
}

function draftOfReservation(
  { data, driverId }: NetworkEvent, kind: 'reservation-reminder' | 'reservation-no-show',
): Draft | null {
  const given = parse(z.object({
    reservationId: z.string(), driverId: userIdSchema.optional(), siteId: siteIdSchema.optional(),
    pointId: z.string().nullable().optional(), connectorId: z.union([z.string(), z.number()]).nullable().optional(),
    fromMs: atMsSchema, toMs: atMsSchema, feeMinor: z.int().nullable().optional(), currency: currencySchema.optional(),
  }), data);
  const whom = given?.driverId ?? driverId;
  if (given === null || whom === null || whom === undefined) return null;
  const { reservationId, pointId = null, connectorId = null, fromMs, toMs, feeMinor = null, currency = null } = given;
  const facts = { reservationId, pointId, connectorId, fromMs, toMs, feeMinor, currency };
  return {
    kind, facts, userIds: [whom], once: `${kind}:${reservationId}:${fromMs}`,
    ...(kind === 'reservation-reminder' ? { expiresAtMs: toMs } : {}),
  };
}

function parse<T>(schema: z.ZodType<T>, data: unknown): T | null {
  const parsed = schema.safeParse(data);
  return parsed.success ? parsed.data : null;
}

/** Reasons are words of closed lists, or a sentence of a device. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}
